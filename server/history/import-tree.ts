import { MAIN } from '../store/create.js';
import type { FileEdit } from '../store/git/repository.js';
import type { NotebookRow } from '../store/catalog/rows.js';
import { newestOf, type History } from './history.js';
import type { KeptCell } from './state.js';

/** A notebook of git's history and the one of the store that it becomes. */
export interface Bound {
  readonly id: string;
  formerPaths: readonly string[];
  origin: NotebookRow['origin'];
  /** Of the version before; undefined while none was seen. */
  before:
    { readonly snapshot: string; readonly cells: readonly KeptCell[] | undefined } | undefined;
}

/** Which notebook of the history an import put at a path of main's tree. */
export type Standing = Map<string, Bound>;

/** True where what Cellar kept by itself is newer than anything in git: then main's tree keeps that. */
export async function standsBeside(
  { store }: History,
  bound: Bound,
  path: string,
): Promise<boolean> {
  const there = await store.catalog.findNotebookAt(path);
  for (const id of [bound.id, ...(there === undefined ? [] : [there.id])])
    if (((await newestOf(store, id))?.trigger ?? 'import') !== 'import') return true;
  return false;
}

/** An edit that takes a notebook from a path, unless another one stands there by now. */
export async function takeOut(
  { store }: History,
  bound: Bound,
  path: string,
  standing: Standing,
): Promise<readonly FileEdit[]> {
  const there = standing.get(path);
  const isOurs =
    there === undefined
      ? (await store.catalog.findNotebookAt(path))?.id === bound.id
      : there === bound;
  if (!isOurs) return [];
  standing.delete(path);
  return [{ path, content: null }];
}

/** True where main's tree has a file at a path. */
export async function isInTree({ store }: History, path: string): Promise<boolean> {
  const head = await store.repository.findRef(MAIN);
  const tree = head === undefined ? undefined : (await store.repository.readCommit(head)).tree;
  return tree !== undefined && (await store.repository.findEntry(tree, path)) !== undefined;
}
