import { MAIN } from '../store/create.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import type { Store } from '../store/store.js';
import { readState } from './catch-up.js';
import { readSnapshotState, type History } from './history.js';
import { subjectOf } from './message.js';
import { toNotebookRow, toSnapshotRow } from './rows.js';
import { commitToMain } from './seal.js';
import {
  formatStored,
  keptPaths,
  notebookStatePath,
  TRAILERS,
  type NotebookState,
} from './state.js';
import { unlessDamaged } from './unreadable.js';

/**
 * Commits an automatic snapshot to main, with its id, time and author: what became worth keeping is kept for ever. One that is on
 * main already stays as it is. Call it within `exclusively`; durable when it returns.
 */
export async function promote(history: History, id: string): Promise<void> {
  const { store } = history;
  const row = await store.catalog.findSnapshot(id);
  if (row === undefined || row.line === 'main') return;
  const state = await readSnapshotState(store, row);
  const first = await store.repository.readCommit(row.commit);
  const isNewest = await standsOnMain(store, row);
  const place = isNewest ? row.path : keptPaths(row.notebook, row.id).bytes;
  const committed = await commitToMain(
    history,
    {
      edits: toEdits(state, row, isNewest),
      facts: {
        author: first.author,
        time: first.time,
        subject: subjectOf(first),
        trailers: new Map([...first.trailers].filter(([name]) => name !== TRAILERS.through)),
      },
    },
    ({ commit, blobs }) => {
      const kept = toSnapshotRow(state, {
        commit: commit.oid,
        blob: blobs.get(place) ?? row.blob,
        line: 'main',
      });
      return {
        notebooks: isNewest ? [toNotebookRow(state)] : [],
        snapshots: kept === undefined ? [] : [kept],
      };
    },
  );
  // Had git moved main meanwhile, the row came from the commit itself.
  if ((await store.catalog.findSnapshot(id))?.line !== 'main')
    throw new RangeError(`commit ${committed.commit.oid} does not name snapshot ${id}`);
}

/** Promotes every pinned snapshot that is automatic still, as after a kill between its pin and its commit. */
export async function promotePinned(history: History): Promise<void> {
  const { store } = history;
  for (const { id } of await store.catalog.pins())
    if ((await store.catalog.findSnapshot(id))?.line === 'auto')
      await store.exclusively(() => promote(history, id));
}

function toEdits(state: NotebookState, row: SnapshotRow, isNewest: boolean): FileEdit[] {
  const content = formatStored(state);
  const bytes = { oid: row.blob };
  if (isNewest)
    return [
      { path: row.path, content: bytes },
      { path: notebookStatePath(row.notebook), content },
    ];
  const kept = keptPaths(row.notebook, row.id);
  return [
    { path: kept.bytes, content: bytes },
    { path: kept.state, content },
  ];
}

/** True when a snapshot is newer than all that main knows of its notebook, and its path is still the notebook's: so main's tip never goes back. */
async function standsOnMain(store: Store, row: SnapshotRow): Promise<boolean> {
  if ((await store.catalog.findNotebookAt(row.path))?.id !== row.notebook) return false;
  const head = await store.repository.findRef(MAIN);
  if (head === undefined) return true;
  const { tree } = await store.repository.readCommit(head);
  const numbers = await unlessDamaged(store, `The state of ${row.path}`, async () => {
    const known = await readState(store.repository, tree, row.notebook);
    return known === undefined ? [] : [known.number];
  });
  // Where nobody can say, it is kept beside what main has.
  return numbers?.every((number) => number < row.number) ?? false;
}
