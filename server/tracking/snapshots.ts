import type { Notebook } from '../../contract/history.js';
import type { Artifact, Run, Snapshot } from '../../contract/snapshot.js';
import { newestOf } from '../history/history.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { NotebookRow, RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

/** The runs that a snapshot claimed, in its order. */
export function runsOf(store: Store, row: SnapshotRow): readonly RunRow[] {
  return row.runs.flatMap((id) => store.catalog.findRun(id) ?? []);
}

/** A snapshot with its runs and their artifacts, as it goes over the wire. */
export function toSnapshot(store: Store, row: SnapshotRow): Snapshot {
  const { commit: _, blob: __, key: ___, ...facts } = row;
  const runs = runsOf(store, row);
  return {
    ...facts,
    pinned: store.catalog.findPin(row.id) !== undefined,
    executions: unpackExecutions(row.executions),
    runs: runs.map(toRun),
    artifacts: runs.flatMap(toArtifacts),
  };
}

function toRun(row: RunRow): Run {
  const { id, name, status, params } = row;
  const metrics = Object.fromEntries(
    Object.entries(row.metrics).map(([key, metric]) => [key, metric.value]),
  );
  return { id, name, status, metrics, params: { ...params } };
}

function toArtifacts(row: RunRow): Artifact[] {
  return row.artifacts.map((artifact) => ({ ...artifact, run: row.id }));
}

/** A notebook with what its history and the disk say; undefined while no snapshot of it is kept. */
export async function toNotebook(store: Store, row: NotebookRow): Promise<Notebook | undefined> {
  const newest = newestOf(store, row.id);
  if (newest === undefined) return undefined;
  return {
    id: row.id,
    path: row.path,
    deleted: !(await isThere(store, row)),
    formerPaths: [...row.formerPaths],
    origin: row.origin,
    snapshots: store.catalog.history(row.id).length,
    time: newest.time,
    newest: newest.id,
  };
}

/** False also for one whose file another notebook was moved over. */
async function isThere(store: Store, row: NotebookRow): Promise<boolean> {
  return (
    store.catalog.findNotebookAt(row.path)?.id === row.id && (await store.files.exists(row.path))
  );
}

/** Every notebook with a history, by path. */
export async function listNotebooks(store: Store): Promise<readonly Notebook[]> {
  const all = await Promise.all(store.catalog.notebooks().map((row) => toNotebook(store, row)));
  return all
    .filter((notebook) => notebook !== undefined)
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.id < b.id ? -1 : 1));
}
