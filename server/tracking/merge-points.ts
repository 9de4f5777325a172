import { MAIN } from '../store/create.js';
import type { FileEdit } from '../store/git/repository.js';
import type { Store } from '../store/store.js';
import { findPointsNumber } from './points.js';
import { runFolder } from './record.js';

/** The most that is merged into one file, and in all at one time, in bytes: all of it is in memory. */
const FILE_BYTES = 16 * 1024 * 1024;
const ALL_BYTES = 32 * 1024 * 1024;

/** A file of a run's points in git. */
export interface PointsFile {
  readonly path: string;
  /** Of the record or snapshot that it came with. */
  readonly number: number;
  readonly oid: string;
}

/** The files of a run's points in a tree, in the order in which they were written. */
export async function listPoints(
  store: Store,
  tree: string,
  run: string,
): Promise<readonly PointsFile[]> {
  const folder = await store.repository.findEntry(tree, `${runFolder(run)}/metrics`);
  if (folder === undefined) return [];
  const files: PointsFile[] = [];
  for (const { name, oid } of (await store.repository.readTree(folder)).values()) {
    const number = findPointsNumber(name);
    if (number !== undefined)
      files.push({ path: `${runFolder(run)}/metrics/${name}`, number, oid });
  }
  return files.sort((a, b) => a.number - b.number);
}

/** The points of a run that has ended as one file, a few when there are very many; `last` are those that main does not have yet. */
export async function mergePoints(
  store: Store,
  run: string,
  last: readonly Piece[],
): Promise<readonly FileEdit[]> {
  const head = await store.repository.findRef(MAIN);
  if (head === undefined) return last;
  const { tree } = await store.repository.readCommit(head);
  const fresh = new Set(last.map(({ path }) => path));
  const pieces: Piece[] = [];
  let total = 0;
  for (const { path, oid } of await listPoints(store, tree, run)) {
    // Sealed once already, by a commit whose records came back from a journal that outlived it.
    if (fresh.has(path)) continue;
    const content = await store.repository.readBlob(oid);
    total += content.length;
    if (total > ALL_BYTES) return last;
    pieces.push({ path, content });
  }
  return toGroups([...pieces, ...last]).flatMap(join);
}

interface Piece {
  readonly path: string;
  readonly content: Buffer;
}

/** Pieces in order, as many together as one file takes. */
function toGroups(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const groups: Piece[][] = [];
  let bytes = Infinity;
  for (const piece of pieces) {
    if (bytes + piece.content.length > FILE_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(piece);
    bytes += piece.content.length;
  }
  return groups;
}

/** The pieces as one file, which has the name of the first. */
function join(group: readonly Piece[]): readonly FileEdit[] {
  const [first, ...others] = group;
  if (first === undefined) return [];
  return [
    { path: first.path, content: Buffer.concat(group.map(({ content }) => content)) },
    ...others.map(({ path }) => ({ path, content: null })),
  ];
}
