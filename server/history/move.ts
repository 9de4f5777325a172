import { CellarError } from '../errors.js';
import { toWorkspacePath } from '../store/disk/names.js';
import type { FileEdit } from '../store/git/repository.js';
import type { NotebookRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readState } from './catch-up.js';
import { findTip, type History } from './history.js';
import { toOrigin } from './note.js';
import { toNotebookRow } from './rows.js';
import { commitChainToMain, commitToMain, type MainCommit } from './seal.js';
import { formatStored, notebookStatePath, TRAILERS, type NotebookState } from './state.js';
import { unlessDamaged } from './unreadable.js';

/**
 * Lets every notebook at `from`, or below it when it was a folder, go on at `to`: all of them, or none. Returns those that moved.
 */
export function renamePath(
  history: History,
  from: string,
  to: string,
): Promise<readonly NotebookRow[]> {
  const [old, next] = [toWorkspacePath(from), toWorkspacePath(to)];
  return history.store.exclusively(async () => {
    if (old === next) return [];
    const moves: Move[] = [];
    for (const row of await history.store.catalog.notebooks())
      if (row.path === old || row.path.startsWith(`${old}/`))
        moves.push({ row, to: next + row.path.slice(old.length) });
    // Another that was at this path before, until this one was moved over it, stays behind.
    const present: Move[] = [];
    for (const move of moves) if (await hasItsPath(history.store, move.row)) present.push(move);
    return moveAll(history, present);
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
    const row = toNotebookRow(state);
    const event = toEvent(store, {
      notebook: row.id,
      event: 'copy',
      subject: `Copy ${old} to ${next}`,
      edits: [toStateEdit(state)],
    });
    await commitToMain(history, event, () => ({ notebooks: [row] }));
    return row;
  });
}

/** Binds a notebook to a new path; call it within `exclusively`. */
export async function moveNotebook(
  history: History,
  row: NotebookRow,
  to: string,
): Promise<NotebookRow> {
  const [moved] = await moveAll(history, [{ row, to }]);
  if (moved === undefined) throw new RangeError('one notebook was to be moved');
  return moved;
}

interface Move {
  readonly row: NotebookRow;
  readonly to: string;
}

/**
 * One commit for each notebook, which names it; the first has the changes of all, so that a folder of thousands makes its large trees
 * anew once.
 */
async function moveAll(history: History, moves: readonly Move[]): Promise<readonly NotebookRow[]> {
  const { store } = history;
  const tree = await findTip(store);
  const states: NotebookState[] = [];
  const files: FileEdit[] = [];
  for (const move of moves) {
    states.push(await toMovedState(store, move, tree));
    files.push(...(await toFileEdits(store, move, tree)));
  }
  // A path may be both left and taken, as where a folder is moved into itself.
  const left = files.filter(({ content }) => content === null);
  const taken = files.filter(({ content }) => content !== null);
  const edits = new Map([...left, ...taken, ...states.map(toStateEdit)].map((e) => [e.path, e]));
  const chain = moves.map(({ row, to }, at) =>
    toEvent(store, {
      notebook: row.id,
      event: 'rename',
      subject: `Rename ${row.path} to ${to}`,
      edits: at === 0 ? [...edits.values()] : [],
    }),
  );
  const rows = states.map(toNotebookRow);
  await commitChainToMain(history, chain, () => ({ notebooks: rows }));
  return rows;
}

async function toMovedState(
  store: Store,
  { row, to }: Move,
  tree: string | undefined,
): Promise<NotebookState> {
  const kept = tree === undefined ? undefined : await findState(store, tree, row);
  return {
    format: 1,
    notebook: row.id,
    number: store.nextNumber(),
    path: to,
    formerPaths: [...row.formerPaths.filter((path) => path !== row.path && path !== to), row.path],
    origin: row.origin,
    ...(kept?.snapshot === undefined ? {} : { snapshot: kept.snapshot }),
  };
}

/** Another notebook may stand at the old path in the tree by now; only this one's own blob moves. */
async function toFileEdits(
  store: Store,
  { row, to }: Move,
  tree: string | undefined,
): Promise<readonly FileEdit[]> {
  const oid = tree === undefined ? undefined : await store.repository.findEntry(tree, row.path);
  if (oid === undefined || !(await hasItsPath(store, row))) return [];
  return [
    { path: row.path, content: null },
    { path: to, content: { oid } },
  ];
}

async function hasItsPath({ catalog }: Store, { id, path }: NotebookRow): Promise<boolean> {
  return (await catalog.findNotebookAt(path))?.id === id;
}

/** What main says of a notebook; undefined where it says nothing, or what cannot be read: that costs nothing of any version. */
function findState(
  store: Store,
  tree: string,
  { id, path }: NotebookRow,
): Promise<NotebookState | undefined> {
  return unlessDamaged(store, `The state of ${path}`, () => readState(store.repository, tree, id));
}

function toStateEdit(state: NotebookState): FileEdit {
  return { path: notebookStatePath(state.notebook), content: formatStored(state) };
}

function toEvent(
  store: Store,
  {
    notebook,
    event,
    subject,
    edits,
  }: {
    readonly notebook: string;
    readonly event: 'rename' | 'copy';
    readonly subject: string;
    readonly edits: readonly FileEdit[];
  },
): MainCommit {
  return {
    edits,
    facts: {
      author: store.author,
      time: store.now(),
      subject: subject.replace(/\s+/g, ' '),
      trailers: new Map([
        [TRAILERS.notebook, notebook],
        [TRAILERS.event, event],
      ]),
    },
  };
}
