import type { Notebook } from '../../contract/history.js';
import type { Artifact, Run, Snapshot } from '../../contract/snapshot.js';
import { findPurged } from '../history/purged-files.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { NotebookRow, RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { findEnvironmentOf } from './environments.js';

/** The runs of snapshots, by snapshot. */
export type RunsOf = ReadonlyMap<string, readonly RunRow[]>;

/** The runs that these snapshots have claimed: in their commits, or later; those that a person took away are left out. */
export async function findRunsOf(store: Store, rows: readonly SnapshotRow[]): Promise<RunsOf> {
  const named = await store.catalog.runsById(rows.flatMap(({ runs }) => runs));
  const claimed = await store.catalog.runsOf(rows.map(({ id }) => id));
  return new Map(
    rows.map((row) => {
      const runs = [
        ...row.runs.flatMap((id) => named.get(id) ?? []),
        ...(claimed.get(row.id) ?? []),
      ];
      return [row.id, [...new Set(runs)].filter(({ deleted }) => !deleted)];
    }),
  );
}

/** The runs of one of them, in the order in which they came. */
export function pickRuns(runs: RunsOf, row: SnapshotRow): readonly RunRow[] {
  return runs.get(row.id) ?? [];
}

/** Snapshots with their runs and artifacts, as they go over the wire, in the order of their rows. */
export async function toSnapshots(
  store: Store,
  rows: readonly SnapshotRow[],
): Promise<readonly Snapshot[]> {
  const runs = await findRunsOf(store, rows);
  const pins = await store.catalog.pinsById(rows.map(({ id }) => id));
  const purged = await findPurged(store, hashesOf([...runs.values()].flat()));
  const environments = await findEnvironments(store, rows);
  return rows.map((row) =>
    describe(row, pickRuns(runs, row), {
      ...{ purged, pinned: pins.has(row.id) },
      environment: environments.get(row.kernel?.id),
    }),
  );
}

/** One snapshot, as toSnapshots gives it. */
export async function toSnapshot(store: Store, row: SnapshotRow): Promise<Snapshot> {
  const runs = await findRunsOf(store, [row]);
  const pin = await store.catalog.findPin(row.id);
  const purged = await findPurged(store, hashesOf([...runs.values()].flat()));
  const environment = await findEnvironmentOf(store, row.kernel?.id);
  return describe(row, pickRuns(runs, row), { purged, pinned: pin !== undefined, environment });
}

function hashesOf(runs: readonly RunRow[]): readonly string[] {
  return runs.flatMap(({ artifacts }) => artifacts.map(({ sha256 }) => sha256));
}

/** The environment of each kernel, by its id. */
async function findEnvironments(
  store: Store,
  rows: readonly SnapshotRow[],
): Promise<ReadonlyMap<string | undefined, string | undefined>> {
  const kernels = [...new Set(rows.map(({ kernel }) => kernel?.id))];
  const found = await Promise.all(kernels.map((kernel) => findEnvironmentOf(store, kernel)));
  return new Map(kernels.map((kernel, at) => [kernel, found[at]]));
}

/** What is known of a snapshot elsewhere. */
interface Beside {
  readonly pinned: boolean;
  readonly purged: ReadonlySet<string>;
  readonly environment: string | undefined;
}

function describe(
  row: SnapshotRow,
  runs: readonly RunRow[],
  { pinned, purged, environment }: Beside,
): Snapshot {
  const { commit: _, blob: __, key: ___, ...facts } = row;
  return {
    ...facts,
    pinned,
    environment: environment ?? null,
    executions: unpackExecutions(row.executions),
    runs: runs.map(toRun),
    artifacts: runs.flatMap((run) => toArtifacts(run, purged)),
  };
}

/** A run as a snapshot shows it. */
export function toRun(row: RunRow): Run {
  const { id, name, status, params } = row;
  const metrics = Object.fromEntries(
    Object.entries(row.metrics).map(([key, metric]) => [key, metric.value]),
  );
  return { id, name, status, metrics, params: { ...params } };
}

function toArtifacts(row: RunRow, purged: ReadonlySet<string>): Artifact[] {
  return row.artifacts.map((artifact) => ({
    ...artifact,
    run: row.id,
    ...(purged.has(artifact.sha256) ? { purged: true } : {}),
  }));
}

/** The files that a run made, as toSnapshots gives them but for the run. */
export async function toRunFiles(
  store: Store,
  row: RunRow,
): Promise<readonly Omit<Artifact, 'run'>[]> {
  const purged = await findPurged(store, hashesOf([row]));
  return toArtifacts(row, purged).map(({ run: _, ...artifact }) => artifact);
}

/** A notebook with what its history and the disk say; undefined while no snapshot of it is kept. */
export async function toNotebook(store: Store, row: NotebookRow): Promise<Notebook | undefined> {
  const history = await store.catalog.history(row.id);
  const newest = history.at(-1);
  if (newest === undefined) return undefined;
  return {
    id: row.id,
    path: row.path,
    deleted: !(await isThere(store, row)),
    imported: history.every(({ trigger }) => trigger === 'import'),
    formerPaths: [...row.formerPaths],
    origin: row.origin,
    snapshots: history.length,
    time: newest.time,
    newest: newest.id,
  };
}

/** False also for one whose file another notebook was moved over. */
async function isThere(store: Store, row: NotebookRow): Promise<boolean> {
  return (
    (await store.catalog.findNotebookAt(row.path))?.id === row.id &&
    (await store.files.exists(row.path))
  );
}

/** Every notebook with a history, by path. */
export async function listNotebooks(store: Store): Promise<readonly Notebook[]> {
  const rows = await store.catalog.notebooks();
  const all = await Promise.all(rows.map((row) => toNotebook(store, row)));
  return all
    .filter((notebook) => notebook !== undefined)
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.id < b.id ? -1 : 1));
}
