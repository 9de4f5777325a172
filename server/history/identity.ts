import type { NotebookRow } from '../store/catalog/rows.js';
import type { KeptCell } from './state.js';

/** A known notebook, the cells of its newest snapshot, and whether its file is still where it was. */
export interface Candidate {
  readonly row: NotebookRow;
  readonly cells: readonly KeptCell[];
  readonly present: boolean;
}

export type Identity =
  | { readonly kind: 'moved'; readonly row: NotebookRow }
  | { readonly kind: 'copied'; readonly row: NotebookRow }
  | { readonly kind: 'new' };

/** Ids that a program has counted ("c0", "cell-12") are the same in many notebooks. */
const COUNTED = /^[a-z_-]{0,12}\d{1,4}$/i;

/** At least this share of the larger notebook's cells must be known for two files to be one notebook. */
export const ENOUGH = 0.5;
/** SHA-256 of nothing: empty cells say nothing about who a notebook is. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Who a notebook at an unknown path is: the one whose file is gone and which has mostly the same cells (by id or by source) has
 * moved; one whose file is still there was copied.
 */
export function identify(cells: readonly KeptCell[], candidates: readonly Candidate[]): Identity {
  let best: { row: NotebookRow; present: boolean; share: number } | undefined;
  for (const { row, cells: known, present } of candidates) {
    const share = shareOf(cells, known);
    if (share < ENOUGH) continue;
    // Of equals one that is gone: a file that moved explains more than one that was copied.
    const better =
      best === undefined ||
      share > best.share ||
      (share === best.share && best.present && !present);
    if (better) best = { row, present, share };
  }
  if (best === undefined) return { kind: 'new' };
  return { kind: best.present ? 'copied' : 'moved', row: best.row };
}

/** The share of the larger list's cells that the other has too, by id or by source; 0 when neither has a cell with content. */
export function shareOf(a: readonly KeptCell[], b: readonly KeptCell[]): number {
  const [left, right] = [contentOf(a), contentOf(b)];
  if (left.length === 0 || right.length === 0) return 0;
  const ids = new Set(right.map(({ id }) => id).filter(isOwnId));
  const hashes = new Set(right.map(({ hash }) => hash));
  const shared = left.filter(({ id, hash }) => ids.has(id) || hashes.has(hash)).length;
  return shared / Math.max(left.length, right.length);
}

/** The cells that are not empty. */
export function contentOf(cells: readonly KeptCell[]): readonly KeptCell[] {
  return cells.filter(({ hash }) => !EMPTY.startsWith(hash));
}

/** Whether an id says something of whose cell it is. */
export function isOwnId(id: string): boolean {
  return id !== '' && !COUNTED.test(id);
}
