import type { Decision, MergeCell, MergeChoices, MergeChunk, Take } from '../../contract/merge.js';

/** What a person can choose for a decision. */
export type Choice = Exclude<Take, 'merged'>;
/** A side of a merge. */
export type MergeSide = 'base' | 'local' | 'remote';

/** Nothing chosen yet. */
export const NO_CHOICES: MergeChoices = { decisions: {}, sources: {} };

/** What can be chosen for a decision, in the order in which it is offered; `cell` is the one it is about, if any. `both` of what was merged without asking is the merge's own. */
export function choicesFor(decision: Decision, cell: MergeCell | undefined): readonly Choice[] {
  const own: readonly Choice[] = isOwn(decision, 'both') ? ['both'] : [];
  switch (decision.about) {
    case 'presence':
      if (isQuarrel(decision)) return ['local', 'remote', 'both', 'base'];
      return cell?.local === null && cell.remote === null ? ['local', 'base'] : ['local', 'remote'];
    case 'source':
      return [
        ...having(cell, ['local', 'remote']),
        ...(decision.conflict ? (['both'] as const) : own),
        ...having(cell, ['base']),
      ];
    case 'outputs':
    case 'type':
    case 'attachments':
    case 'place':
      return [...having(cell, ['local', 'remote', 'base']), ...own];
    case 'metadata':
    case 'notebook_metadata':
      return ['local', 'remote', 'base', ...own];
  }
}

/** Whether a choice is what the merge took without asking. */
export function isOwn({ conflict, take }: Decision, choice: Choice): boolean {
  return !conflict && (take === 'merged' ? 'both' : take) === choice;
}

/** Whether the sides split, joined or deleted cells against each other: one answer then holds for all of these cells. */
export function isQuarrel({ about, take, conflict }: Decision): boolean {
  return about === 'presence' && conflict && take === 'both';
}

/** How a decision stands: by the person's choice, else as the merge took it. */
export function takeOf(decision: Decision, choices: MergeChoices): Take {
  return choices.decisions[decision.id] ?? decision.take;
}

/** The text of a stretch by one take; `both` is local's lines and then remote's. */
export function chunkText(chunk: MergeChunk, take: Take): string {
  switch (take) {
    case 'base':
      return chunk.base;
    case 'local':
      return chunk.local;
    case 'remote':
      return chunk.remote;
    case 'both':
      return joinTexts(chunk.local, chunk.remote);
    case 'merged':
      return chunk.kind === 'remote' ? chunk.remote : chunk.local;
  }
}

/** Two texts one after the other, the second beginning on a line of its own. */
export function joinTexts(first: string, second: string): string {
  // A last stretch may bring the end of the line before it.
  if (first === '' || second === '' || /^\r?\n/.test(second)) return first + second;
  return /[\r\n]$/.test(first) ? first + second : `${first}\n${second}`;
}

/** Stretches one after the other, none on the line of another; ends with a line's end only where a side does. */
export function joinAll(texts: readonly string[], sides: readonly string[]): string {
  const text = texts.reduce(joinTexts, '');
  const endsLine = sides.some((side) => side.endsWith('\n'));
  return endsLine ? text : text.replace(/\r?\n$/, '');
}

/** The whole source of a cell on one side; undefined when it is not there. */
export function sideSource(cell: MergeCell, side: MergeSide): string | undefined {
  return cell[side]?.source;
}

/** True when nothing was chosen and nothing written. */
export function isEmpty({ decisions, sources }: MergeChoices): boolean {
  return Object.keys(decisions).length === 0 && Object.keys(sources).length === 0;
}

/** How many decisions were made and cells written by hand. */
export function countChoices({ decisions, sources }: MergeChoices): number {
  return Object.keys(decisions).length + Object.keys(sources).length;
}

function having<S extends MergeSide>(
  cell: MergeCell | undefined,
  sides: readonly S[],
): readonly S[] {
  return sides.filter((side) => cell === undefined || cell[side] !== null);
}
