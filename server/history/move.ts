import { CellarError } from '../errors.js';
import { MAIN } from '../store/create.js';
import { toWorkspacePath } from '../store/disk/names.js';
import type { FileEdit } from '../store/git/repository.js';
import type { NotebookRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readState } from './catch-up.js';
import type { History } from './history.js';
import { toOrigin } from './note.js';
import { toNotebookRow } from './rows.js';
import { commitToMain } from './seal.js';
import { formatStored, notebookStatePath, TRAILERS, type NotebookState } from './state.js';
import { unlessDamaged } from './unreadable.js';

/** Lets every notebook at `from`, or below it when it was a folder, go on at `to`. Returns those that moved. */
export function renamePath(
  history: History,
  from: string,
  to: string,
): Promise<readonly NotebookRow[]> {
  const [old, next] = [toWorkspacePath(from), toWorkspacePath(to)];
  return history.store.exclusively(async () => {
    const moved: NotebookRow[] = [];
    if (old === next) return moved;
    const { catalog } = history.store;
    // Another that was at this path before, until this one was moved over it, stays behind; so all are chosen before the first moves.
    const present: NotebookRow[] = [];
    for (const row of await catalog.notebooks())
      if (
        (row.path === old || row.path.startsWith(`${old}/`)) &&
        (await catalog.findNotebookAt(row.path))?.id === row.id
      )
        present.push(row);
    for (const row of present)
      moved.push(await moveNotebook(history, row, next + row.path.slice(old.length)));
    return moved;
  });
}

/** Starts a history for the copy at `to`, which names its origin. Throws not_found when `from` has no history. */
export function copyNotebook(history: History, from: string, to: string): Promise<NotebookRow> {
  const [old, next] = [toWorkspacePath(from), toWorkspacePath(to)];
  const { store } = history;
  return store.exclusively(async () => {
    const source = await store.catalog.findNotebookByPath(old);
    if (source === undefined)
      throw new CellarError('not_found', `No version of ${old} is kept.`, { path: old });
    const state: NotebookState = {
      format: 1,
      notebook: store.newId(),
      number: store.nextNumber(),
      path: next,
      formerPaths: [],
      origin: await toOrigin(store, source),
    };
    await commitEvent(history, state, 'copy', `Copy ${old} to ${next}`, []);
    return toNotebookRow(state);
  });
}

/** Binds a notebook to a new path; call it within `exclusively`. */
export async function moveNotebook(
  history: History,
  row: NotebookRow,
  to: string,
): Promise<NotebookRow> {
  const { store } = history;
  const head = await store.repository.findRef(MAIN);
  const tree = head === undefined ? undefined : (await store.repository.readCommit(head)).tree;
  const kept = tree === undefined ? undefined : await findState(store, tree, row);
  const blob = tree === undefined ? undefined : await store.repository.findEntry(tree, row.path);
  const state: NotebookState = {
    format: 1,
    notebook: row.id,
    number: store.nextNumber(),
    path: to,
    formerPaths: [...row.formerPaths.filter((path) => path !== row.path && path !== to), row.path],
    origin: row.origin,
    ...(kept?.snapshot === undefined ? {} : { snapshot: kept.snapshot }),
  };
  // Another notebook may stand at the old path in the tree by now; only this one's own blob moves.
  const ours = (await store.catalog.findNotebookAt(row.path))?.id === row.id && blob !== undefined;
  const files: FileEdit[] = ours
    ? [
        { path: row.path, content: null },
        { path: to, content: { oid: blob } },
      ]
    : [];
  await commitEvent(history, state, 'rename', `Rename ${row.path} to ${to}`, files);
  return toNotebookRow(state);
}

/** What main says of a notebook; undefined where it says nothing, or what cannot be read: that costs nothing of any version. */
function findState(
  store: Store,
  tree: string,
  { id, path }: NotebookRow,
): Promise<NotebookState | undefined> {
  return unlessDamaged(store, `The state of ${path}`, () => readState(store.repository, tree, id));
}

async function commitEvent(
  history: History,
  state: NotebookState,
  event: 'rename' | 'copy',
  subject: string,
  files: readonly FileEdit[],
): Promise<void> {
  const { store } = history;
  const request = {
    edits: [...files, { path: notebookStatePath(state.notebook), content: formatStored(state) }],
    facts: {
      author: store.author,
      time: store.now(),
      subject: subject.replace(/\s+/g, ' '),
      trailers: new Map([
        [TRAILERS.notebook, state.notebook],
        [TRAILERS.event, event],
      ]),
    },
  };
  await commitToMain(history, request, () => ({ notebooks: [toNotebookRow(state)] }));
}
