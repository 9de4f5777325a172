import type { ChangedCells } from '../../contract/snapshot.js';
import { alignItems, toBlocks } from './align.js';
import type { CellType, Notebook } from './notebook.js';
import { hashText } from './values.js';

/** What is kept of a snapshot's cells to count later what changed. */
export interface SourceHash {
  readonly type: CellType;
  readonly hash: string;
}

/** Type and hash of the source of each cell, in order. */
export function sourceHashes(notebook: Notebook): readonly SourceHash[] {
  return notebook.cells.map(({ type, source }) => ({ type, hash: hashText(source) }));
}

/** How many sources differ, by their hashes alone: a moved cell does not count, and what was replaced in place counts as modified. */
export function countChangedCells(
  base: readonly SourceHash[],
  head: readonly SourceHash[],
): ChangedCells {
  const keysOf = (cells: readonly SourceHash[]) => cells.map(({ type, hash }) => `${type} ${hash}`);
  const [a, b] = [keysOf(base), keysOf(head)];
  const surplus = new Map<string, number>();
  for (const key of a) surplus.set(key, (surplus.get(key) ?? 0) + 1);
  for (const key of b) surplus.set(key, (surplus.get(key) ?? 0) - 1);
  const changed = { modified: 0, added: 0, deleted: 0 };
  const isNew = new Map([...surplus].map(([key, count]) => [key, Math.abs(count)]));
  for (const block of toBlocks(alignItems(a, b), b.length)) {
    if (block.same) continue;
    const left = takeNew(a.slice(...block.base), isNew, (key) => (surplus.get(key) ?? 0) > 0);
    const right = takeNew(b.slice(...block.head), isNew, (key) => (surplus.get(key) ?? 0) < 0);
    const both = Math.min(left, right);
    changed.modified += both;
    changed.deleted += left - both;
    changed.added += right - both;
  }
  return changed;
}

/** How many of a block's cells have no equal on the other side; an equal elsewhere is a move. */
function takeNew(
  keys: readonly string[],
  left: Map<string, number>,
  counts: (key: string) => boolean,
): number {
  return keys.filter((key) => {
    const rest = left.get(key) ?? 0;
    if (!counts(key) || rest === 0) return false;
    left.set(key, rest - 1);
    return true;
  }).length;
}
