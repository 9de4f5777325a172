import type {
  Decision,
  MergeCell,
  MergeChoices,
  MergeChunk,
  MergeView,
} from '../../contract/merge.js';
import { placeCells } from './merge-places.js';
import { chunkText, joinAll, takeOf, type MergeSide } from './merge-takes.js';

/** A stretch of a cell's source as it stands now. */
export interface MergedChunk {
  readonly chunk: MergeChunk;
  readonly at: number;
  /** What it was decided by; undefined where nothing had to be. */
  readonly decision: Decision | undefined;
  /** Still to be decided by the person: `text` is then what is saved without a choice. */
  readonly isOpen: boolean;
  readonly text: string;
}

/** A cell as the merged notebook holds it now. */
export interface MergedCell {
  readonly cell: MergeCell;
  readonly decisions: readonly Decision[];
  /** Whether the merged notebook has it. */
  readonly isPresent: boolean;
  readonly chunks: readonly MergedChunk[];
  /** The whole source that the person wrote; undefined when it comes of the chunks. */
  readonly byHand: string | undefined;
  /** The whole source. */
  readonly source: string;
  readonly cellType: 'code' | 'markdown' | 'raw';
  /** Whose outputs it has. */
  readonly outputs: MergeSide;
  /** The conflicts that wait for the person. */
  readonly open: readonly Decision[];
}

/** The merged notebook with a person's choices. */
export interface Merged {
  /** In the merged notebook's order; cells that it has not stand where they stood. */
  readonly cells: readonly MergedCell[];
  /** Every conflict in the order in which it is read: of the notebook's metadata first, then by cell. */
  readonly conflicts: readonly Decision[];
  /** Those of them that wait for the person. */
  readonly open: readonly Decision[];
}

/** What the merged notebook is with these choices. */
export function toMerged(view: MergeView, choices: MergeChoices): Merged {
  const byId = new Map(view.decisions.map((decision) => [decision.id, decision]));
  const cells = view.cells.map((cell) => toMergedCell(cell, byId, choices));
  const own = view.decisions.filter(({ cell, conflict }) => conflict && cell === undefined);
  const ordered = placeCells(cells, choices);
  // One question about several cells is one conflict.
  const conflicts = new Set([
    ...own,
    ...ordered.flatMap(({ decisions }) => decisions.filter(({ conflict }) => conflict)),
  ]);
  const open = new Set([
    ...own.filter(({ id }) => choices.decisions[id] === undefined),
    ...ordered.flatMap((cell) => cell.open),
  ]);
  return { cells: ordered, conflicts: [...conflicts], open: [...open] };
}

/** The choices as they are sent: what an answer has made pointless (a conflict within a deleted cell) is answered with it. */
export function toSettled(merged: Merged, choices: MergeChoices): MergeChoices {
  const open = new Set(merged.open.map(({ id }) => id));
  const settled = merged.conflicts
    .filter(({ id }) => !open.has(id) && choices.decisions[id] === undefined)
    .map(({ id, take }) => [id, take === 'merged' ? 'local' : take] as const);
  return { ...choices, decisions: { ...choices.decisions, ...Object.fromEntries(settled) } };
}

function toMergedCell(
  cell: MergeCell,
  byId: ReadonlyMap<string, Decision>,
  choices: MergeChoices,
): MergedCell {
  const decisions = cell.decisions.flatMap((id) => byId.get(id) ?? []);
  const of = (about: Decision['about']): Decision | undefined =>
    decisions.find((decision) => decision.about === about);
  const presence = of('presence');
  const isPresent =
    presence === undefined ? cell.state !== 'deleted' : has(cell, presence, choices);
  const byHand = choices.sources[cell.key];
  const isSettled = !isPresent && isAnswered(presence, choices);
  const open = decisions.filter(
    ({ conflict, id, about }) =>
      conflict &&
      choices.decisions[id] === undefined &&
      !(byHand !== undefined && about === 'source') &&
      !isSettled,
  );
  const chunks = cell.chunks.map((chunk, at) =>
    toMergedChunk({ cell, chunk, at }, { decisions, open }, choices),
  );
  return {
    cell,
    decisions,
    isPresent,
    chunks,
    byHand,
    source: byHand ?? joined(cell, chunks),
    cellType: typeOf(cell, of('type'), choices),
    outputs: outputSide(cell, of('outputs'), choices),
    open,
  };
}

function joined({ base, local, remote }: MergeCell, chunks: readonly MergedChunk[]): string {
  const sides = [base, local, remote].flatMap((side) => side?.source ?? []);
  return joinAll(
    chunks.map(({ text }) => text),
    sides,
  );
}

function isAnswered(presence: Decision | undefined, choices: MergeChoices): boolean {
  return (
    presence === undefined || !presence.conflict || choices.decisions[presence.id] !== undefined
  );
}

/** Whether a cell is there by a decision about its presence: a side that has no such cell stands for deleting it. */
function has(cell: MergeCell, presence: Decision, choices: MergeChoices): boolean {
  const take = takeOf(presence, choices);
  if (take === 'merged' || take === 'both') return cell.local !== null || cell.remote !== null;
  return cell[take] !== null;
}

function toMergedChunk(
  {
    cell,
    chunk,
    at,
  }: { readonly cell: MergeCell; readonly chunk: MergeChunk; readonly at: number },
  { decisions, open }: Pick<MergedCell, 'decisions' | 'open'>,
  choices: MergeChoices,
): MergedChunk {
  const about = decisions.filter((decision) => decision.about === 'source');
  const decision =
    decisions.find(({ id }) => id === chunk.decision) ??
    about.find((each) => each.chunk === at) ??
    about.find((each) => each.chunk === undefined);
  const chosen = decision === undefined ? undefined : choices.decisions[decision.id];
  const isOpen = decision !== undefined && chunk.kind === 'conflict' && open.includes(decision);
  // Without a choice each stretch has the side that changed it, whatever the cell's decision sums up.
  const take =
    chunk.kind === 'conflict'
      ? (chosen ?? decision?.take ?? 'merged')
      : chosen === undefined || chosen === 'both'
        ? 'merged'
        : chosen;
  // A cell that neither side has is shown, and comes back, as base had it.
  const isOnlyBase = cell.local === null && cell.remote === null;
  return { chunk, at, decision, isOpen, text: chunkText(chunk, isOnlyBase ? 'base' : take) };
}

function typeOf(
  cell: MergeCell,
  decision: Decision | undefined,
  choices: MergeChoices,
): MergedCell['cellType'] {
  const take = decision === undefined ? 'local' : takeOf(decision, choices);
  const side = take === 'both' || take === 'merged' ? 'local' : take;
  return (cell[side] ?? cell.local ?? cell.remote ?? cell.base)?.cellType ?? 'code';
}

function outputSide(
  cell: MergeCell,
  decision: Decision | undefined,
  choices: MergeChoices,
): MergeSide {
  if (decision === undefined) return cell.local === null ? 'remote' : 'local';
  const take = takeOf(decision, choices);
  return take === 'both' || take === 'merged' ? 'local' : take;
}
