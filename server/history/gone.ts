import { MAIN } from '../store/create.js';
import type { FileEdit } from '../store/git/repository.js';
import type { Store } from '../store/store.js';

const EVERY_MS = 60_000;
/** So that a workspace of very many notebooks does not slow down one snapshot; the next look takes the others. */
const MOST = 200;

const lastLook = new WeakMap<Store, number>();

/**
 * Edits that take out of main's tree the notebooks whose files are gone from the workspace: the tree holds the notebooks as they are
 * now. Looks once a minute at most; `except` is about to be written.
 */
export async function findGone(store: Store, except: string): Promise<readonly FileEdit[]> {
  const now = store.now();
  if (Math.abs(now - (lastLook.get(store) ?? -Infinity)) < EVERY_MS) return [];
  lastLook.set(store, now);
  const head = await store.repository.findRef(MAIN);
  if (head === undefined) return [];
  const { tree } = await store.repository.readCommit(head);
  const newest = [...(await store.catalog.notebooks())].sort((a, b) => b.number - a.number);
  const edits: FileEdit[] = [];
  for (const { path } of newest.slice(0, MOST)) {
    if (path === except || (await store.files.exists(path))) continue;
    if ((await store.repository.findEntry(tree, path)) !== undefined)
      edits.push({ path, content: null });
  }
  return edits;
}
