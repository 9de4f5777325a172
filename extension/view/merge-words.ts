import type { Decision, MergeReason, MergeView } from '../../contract/merge.js';
import type { MergedCell } from '../model/merge-result.js';
import { readablePath } from '../model/json-tree.js';
import type { Choice } from '../model/merge-takes.js';
import { formatCount } from '../model/words.js';

/** What the sides of a merge are called. */
export type MergeLabels = MergeView['labels'];

/** How a cell stands in the merge: a look (class), a sign and words. */
export interface CellStanding {
  readonly look: 'conflict' | 'decided' | 'local' | 'remote' | 'both' | 'deleted' | 'same';
  readonly sign: string;
  readonly words: string;
}

/** Why something was decided without asking, as the end of a sentence. */
export function reasonWords(
  { reason, about, take }: Decision,
  cell: MergedCell | undefined,
  labels: MergeLabels,
): string {
  const side = take === 'local' || take === 'remote' ? labels[take] : 'one side';
  switch (reason) {
    case 'one_side':
      if (about === 'presence')
        return `only ${side} ${cell?.cell.base === null ? 'added' : 'deleted'} it`;
      return `only ${side} ${about === 'place' ? 'moved' : 'changed'} it`;
    case 'moved_and_edited':
      return `${side} moved it, the other side edited it`;
    case 'deleted_and_rerun':
      return `${side} deleted it, the other side only ran it again`;
    case 'fits_source':
      return `${side}’s outputs belong to the source that was taken`;
    default:
      return REASONS[reason];
  }
}

const REASONS: Readonly<
  Record<
    Exclude<MergeReason, 'one_side' | 'moved_and_edited' | 'deleted_and_rerun' | 'fits_source'>,
    string
  >
> = {
  same_on_both: 'both sides made the same change',
  merged_by_line: 'the sides changed different lines',
  merged_by_key: 'the sides changed different keys',
  united: 'what both sides list is kept',
  both_inserted: 'both sides added a cell here, and both stay',
  noise: 'nothing but noise differs',
  both_edited: 'both sides changed it, and differently',
  edited_and_deleted: 'one side edited it, the other deleted it',
  both_moved: 'both sides moved it, to different places',
  both_ran: 'both sides ran it, with different outputs',
  both_split: 'both sides split it, and differently',
};

/** What a choice about a decision is called on a button. */
export function choiceName({ conflict }: Decision, choice: Choice, labels: MergeLabels): string {
  if (choice !== 'both') return labels[choice];
  return conflict ? 'both' : 'merged';
}

/** What a decision is about, within its cell. */
export function subject({ about, path }: Decision): string {
  switch (about) {
    case 'presence':
      return 'the cell itself';
    case 'place':
      return 'its place';
    case 'type':
      return 'its type';
    case 'source':
      return 'source';
    case 'outputs':
      return 'outputs';
    case 'attachments':
      return 'attachments';
    case 'metadata':
    case 'notebook_metadata':
      return `metadata ${readablePath(path ?? '')}`.trim();
  }
}

/** A cell by its kind and its place counted from 1 in local; where it is not there, on the side that has it, which is named. */
export function mergedCellName({ cell, cellType }: MergedCell, labels: MergeLabels): string {
  const side = cell.local === null ? (cell.remote === null ? 'base' : 'remote') : 'local';
  const name = `${cellType} cell ${String((cell[side]?.index ?? 0) + 1)}`;
  return side === 'local' ? name : `${name} of ${labels[side]}`;
}

/** How a cell stands: what is open in it, or what became of it. */
export function standing(merged: MergedCell, labels: MergeLabels): CellStanding {
  const { cell, decisions, open, isPresent, byHand } = merged;
  if (open.length > 0)
    return { look: 'conflict', sign: '!', words: formatCount(open.length, 'open conflict') };
  if (byHand !== undefined) return { look: 'decided', sign: '\u270e', words: 'written by hand' };
  if (decisions.some(({ conflict }) => conflict))
    return { look: 'decided', sign: '\u2713', words: isPresent ? 'decided' : 'decided: deleted' };
  if (!isPresent)
    return {
      look: 'deleted',
      sign: '\u2212',
      words: `deleted ${deletedBy(merged, labels)}`.trim(),
    };
  const isNew = cell.base === null;
  const isMoved = decisions.every(({ about }) => about === 'place') && decisions.length > 0;
  const what = isNew ? 'added' : isMoved ? 'moved' : 'changed';
  const sign = isNew ? '+' : isMoved ? '\u2195' : '~';
  const doer = doerOf(merged);
  switch (doer) {
    case 'local':
    case 'remote':
      return { look: doer, sign, words: `${what} in ${labels[doer]}` };
    case 'both':
      return { look: 'both', sign, words: `${what} alike in both` };
    case 'each':
      return { look: 'both', sign: '\u2442', words: 'merged from both' };
    case 'nobody':
      return { look: 'same', sign: '', words: 'unchanged' };
  }
}

/** Who made what became of a cell: one side, both alike, or each a part of it. Noise is nobody's. */
function doerOf({ cell, decisions }: MergedCell): 'local' | 'remote' | 'both' | 'each' | 'nobody' {
  if (cell.state === 'local' || cell.state === 'remote') return cell.state;
  if (cell.state === 'agreed') return 'both';
  const takes = new Set(
    decisions
      .filter(({ reason }) => reason !== 'noise')
      .map(({ reason, take }) => (reason === 'same_on_both' ? 'alike' : take)),
  );
  if (takes.size === 0) return 'nobody';
  if (takes.size > 1) return 'each';
  if (takes.has('alike')) return 'both';
  return takes.has('local') ? 'local' : takes.has('remote') ? 'remote' : 'each';
}

function deletedBy({ cell }: MergedCell, labels: MergeLabels): string {
  if (cell.local === null && cell.remote === null) return 'in both';
  if (cell.local === null) return `in ${labels.local}`;
  return cell.remote === null ? `in ${labels.remote}` : '';
}
