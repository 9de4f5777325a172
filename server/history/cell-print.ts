import { contentOf, isOwnId } from './identity.js';
import type { KeptCell } from './state.js';

/**
 * What is remembered of a notebook's cells: 4 bytes for each id and each source, sorted, and how many cells have content. Two
 * different ones may have the same print, so it never says less than the cells have in common.
 */
export interface CellPrint {
  readonly count: number;
  readonly tokens: Uint32Array;
}

/** The print of a notebook's cells. */
export function toPrint(cells: readonly KeptCell[]): CellPrint {
  const full = contentOf(cells);
  const tokens = full.flatMap(({ id, hash }) =>
    isOwnId(id) ? [tokenOf(id), tokenOf(hash)] : [tokenOf(hash)],
  );
  return { count: full.length, tokens: Uint32Array.from(tokens).sort() };
}

/** At most this share of the larger list's cells is in the other too: `shareOf` of the cells themselves is never more. */
export function mostShared(cells: readonly KeptCell[], print: CellPrint): number {
  const full = contentOf(cells);
  const largest = Math.max(full.length, print.count);
  if (full.length === 0 || print.count === 0) return 0;
  const has = (text: string): boolean => includes(print.tokens, tokenOf(text));
  const shared = full.filter(({ id, hash }) => has(hash) || (isOwnId(id) && has(id)));
  return shared.length / largest;
}

/** FNV-1a of the UTF-16 code units (draft-eastlake-fnv). */
function tokenOf(text: string): number {
  let token = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    token = Math.imul(token ^ text.charCodeAt(at), 0x01000193);
  return token >>> 0;
}

function includes(sorted: Uint32Array, token: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < token) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === token;
}
