import { MAIN } from '../store/create.js';
import type { NotebookRow } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import type { Store } from '../store/store.js';

const EVERY_MS = 60_000;
/** So that a workspace of very many notebooks does not slow down one snapshot; the next look goes on with the others. */
const MOST = 200;

interface Look {
  readonly at: number;
  /** The id of the last notebook that was looked for. */
  readonly through: string;
}

const lastLook = new WeakMap<Store['repository'], Look>();

/**
 * Edits that take out of main's tree the notebooks whose files are gone from the workspace: the tree holds the notebooks as they are
 * now. Looks once a minute at most, each time for the next ones of all; `except` is about to be written.
 */
export async function findGone(store: Store, except: string): Promise<readonly FileEdit[]> {
  const { repository, catalog, files } = store;
  const now = store.now();
  const { at, through } = lastLook.get(repository) ?? { at: -Infinity, through: '' };
  if (Math.abs(now - at) < EVERY_MS) return [];
  const chosen = chooseNext(await catalog.notebooks(), through);
  lastLook.set(repository, { at: now, through: chosen.at(-1)?.id ?? '' });
  const head = await repository.findRef(MAIN);
  if (head === undefined) return [];
  const { tree } = await repository.readCommit(head);
  const edits: FileEdit[] = [];
  for (const { path } of chosen) {
    if (path === except || (await files.exists(path))) continue;
    if ((await repository.findEntry(tree, path)) !== undefined) edits.push({ path, content: null });
  }
  return edits;
}

/** Those that come after one by their ids, and from the first on again. */
function chooseNext(notebooks: readonly NotebookRow[], through: string): readonly NotebookRow[] {
  const sorted = [...notebooks].sort((a, b) => (a.id < b.id ? -1 : 1));
  const first = sorted.findIndex(({ id }) => id > through);
  const from = Math.max(first, 0);
  return [...sorted.slice(from), ...sorted.slice(0, from)].slice(0, MOST);
}
