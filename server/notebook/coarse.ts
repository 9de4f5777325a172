import type { CellChange } from '../../contract/diff.js';
import { CoarseCells } from './coarse-cells.js';
import type { Match } from './match.js';
import { inOrder } from './match.js';
import type { Cell } from './notebook.js';
import type { Terms } from './options.js';
import { toScope } from './options.js';

/**
 * The cells of two notebooks compared the cheap way, for where the fine one takes too long: right, but neither minimal nor marked by
 * token. Takes time in proportion to the notebooks, whatever they hold.
 */
export function diffCoarsely(
  base: readonly Cell[],
  head: readonly Cell[],
  terms: Terms,
): CellChange[] {
  const cells = new CoarseCells();
  return matchCoarsely(base, head).flatMap((match): CellChange[] => {
    switch (match.kind) {
      case 'pair': {
        const [a, b] = [base[match.base], head[match.head]];
        if (a === undefined || b === undefined) return [];
        const movedBy = match.moved ? { movedBy: match.head - match.base } : {};
        const place = { base: match.base, head: match.head, ...movedBy };
        return [cells.pair(a, b, place, toScope(terms).noise)];
      }
      case 'added': {
        const cell = head[match.head];
        return cell === undefined ? [] : [cells.oneSided(cell, 'head', match.head)];
      }
      case 'deleted': {
        const cell = base[match.base];
        return cell === undefined ? [] : [cells.oneSided(cell, 'base', match.base)];
      }
      default:
        throw new RangeError(`no ${match.kind} is looked for`);
    }
  });
}

/** Cells paired by ids that are unique on both sides, then by equal type and source; nothing is paired for being alike. */
function matchCoarsely(base: readonly Cell[], head: readonly Cell[]): Match[] {
  const headOf = new Int32Array(base.length).fill(-1);
  const baseOf = new Int32Array(head.length).fill(-1);
  const pair = (i: number, j: number): void => {
    headOf[i] = j;
    baseOf[j] = i;
  };
  const ids = uniqueIds(head);
  for (const [id, i] of uniqueIds(base)) {
    const j = ids.get(id);
    if (j !== undefined) pair(i, j);
  }
  const keyOf = ({ type, source }: Cell): string => `${type}\u0000${source}`;
  const waiting = new Map<string, number[]>();
  // The last first, so that the first is taken from the end.
  for (let i = base.length - 1; i >= 0; i -= 1) {
    const cell = base[i];
    if (cell === undefined || headOf[i] !== -1) continue;
    const places = waiting.get(keyOf(cell));
    if (places === undefined) waiting.set(keyOf(cell), [i]);
    else places.push(i);
  }
  head.forEach((cell, j) => {
    const i = baseOf[j] === -1 ? waiting.get(keyOf(cell))?.pop() : undefined;
    if (i !== undefined) pair(i, j);
  });
  return inOrder({ headOf, baseOf }, { splits: new Map(), merges: new Map() });
}

function uniqueIds(cells: readonly Cell[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  cells.forEach(({ id }, at) => {
    if (id === undefined) return;
    if (places.has(id)) repeated.add(id);
    places.set(id, at);
  });
  for (const id of repeated) places.delete(id);
  return places;
}
