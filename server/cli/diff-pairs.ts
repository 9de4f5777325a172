import type { Side } from '../../contract/errors.js';
import { CellarError } from '../errors.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { findRenames, type Named } from '../notebook/renames.js';
import { withSide } from './diff-side.js';

/** A notebook of one side among several, by its path; it is read when its turn comes. */
export interface Source {
  readonly read: () => Promise<Uint8Array>;
}

/** What one path has on both sides; at least one of the two is there. */
export interface Pair {
  readonly path: string;
  /** The path in base, where it was another one. */
  readonly from?: string;
  readonly base: Source | undefined;
  readonly head: Source | undefined;
}

/** Two notebooks of a pair as read: a side that is absent is an empty notebook like the other. */
export interface Opened {
  readonly base: Notebook;
  readonly head: Notebook;
}

/** Reads both sides of a pair; undefined where their bytes are the same. Throws with the side. */
export async function openPair(pair: Pair): Promise<Opened | undefined> {
  const read = async (side: Side, source: Source | undefined) =>
    source === undefined ? undefined : withSide(side, source.read);
  const [left, right] = [await read('base', pair.base), await read('head', pair.head)];
  if (left !== undefined && right !== undefined && Buffer.compare(left, right) === 0)
    return undefined;
  const base = left && parseNotebook(left, { side: 'base', path: pair.from ?? pair.path });
  const head = right && parseNotebook(right, { side: 'head', path: pair.path });
  const either = head ?? base;
  if (either === undefined) throw new RangeError(`neither side has ${pair.path}`);
  const empty = { ...either, cells: [] };
  return { base: base ?? empty, head: head ?? empty };
}

/** Joins what was deleted and what was added to pairs where the one became the other; in the order of paths. */
export async function joinRenames(pairs: readonly Pair[]): Promise<readonly Pair[]> {
  const deleted = pairs.filter(({ head }) => head === undefined);
  const added = pairs.filter(({ base }) => base === undefined);
  if (deleted.length === 0 || added.length === 0) return pairs;
  const renames = findRenames(
    await readAll(deleted, ({ base }) => base),
    await readAll(added, ({ head }) => head),
  );
  const gone = new Set(renames.keys());
  const origins = new Map([...renames].map(([from, path]) => [path, from]));
  const byPath = new Map(pairs.map((pair) => [pair.path, pair]));
  return pairs
    .filter(({ path }) => !gone.has(path))
    .map((pair) => {
      const from = origins.get(pair.path);
      return from === undefined ? pair : { ...pair, from, base: byPath.get(from)?.base };
    });
}

/** Those that can be read; what is wrong with another is told when its turn comes. */
async function readAll(
  pairs: readonly Pair[],
  sourceOf: (pair: Pair) => Source | undefined,
): Promise<Named[]> {
  const named: Named[] = [];
  for (const pair of pairs)
    try {
      const bytes = await sourceOf(pair)?.read();
      if (bytes !== undefined) named.push({ name: pair.path, notebook: parseNotebook(bytes) });
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
    }
  return named;
}
