import { openCatalogMemory } from './catalog-memory.js';
import { toReadOnly, type CatalogFiles } from './files.js';
import { findRuns, type FoundRuns, type RunQuery } from './find-runs.js';
import type {
  CatalogChange,
  CatalogPosition,
  EntryRow,
  ExpiredRow,
  NotebookRow,
  PinRow,
  RowsById,
  RunRow,
  SnapshotRow,
  StoredCatalog,
} from './rows.js';
import { Tables } from './tables.js';

/** Changes a catalog: resolves when what it says from then on has the rows, and the position where one is given. */
export type Apply = (change: CatalogChange, position?: CatalogPosition) => Promise<void>;

/** Takes the rows and the position of `all` in the place of a catalog's own, at once. */
export type Replace = (all: StoredCatalog) => Promise<void>;

/**
 * Answers every query about what the store holds. Derived: whatever it says can be computed anew from git and the journal. An answer
 * is of one moment: what comes later changes nothing in it.
 */
export interface Catalog {
  position(): Promise<CatalogPosition>;
  /** Rises with each change; for what is worked out from the rows and kept. */
  revision(): Promise<number>;
  /** Changes are taken one after another, in the order they were given. Without a position it stays as it is. */
  readonly apply: Apply;
  /**
   * Runs work that changes rows by what it reads: no other change is taken until it ends. It changes by the `apply` and the `replace`
   * it is given, since the catalog's own would wait for it.
   */
  inTurn<Result>(work: (apply: Apply, replace: Replace) => Promise<Result>): Promise<Result>;
  readonly replace: Replace;
  /** Every row, each collection by id. */
  rows(): Promise<StoredCatalog>;
  flush(): Promise<void>;
  notebooks(): Promise<readonly NotebookRow[]>;
  notebookCount(): Promise<number>;
  findNotebook(id: string): Promise<NotebookRow | undefined>;
  /** The notebook whose path this is. */
  findNotebookAt(path: string): Promise<NotebookRow | undefined>;
  /** The notebook whose path this is, else the one that had it last. */
  findNotebookByPath(path: string): Promise<NotebookRow | undefined>;
  snapshotCount(): Promise<number>;
  findSnapshot(id: string): Promise<SnapshotRow | undefined>;
  /** Those of these that there are. */
  snapshotsById(ids: readonly string[]): Promise<RowsById<SnapshotRow>>;
  /** At most two, in the order of ids: enough to tell a unique prefix from an ambiguous one. */
  findSnapshotsByPrefix(prefix: string): Promise<readonly SnapshotRow[]>;
  findSnapshotByKey(key: string): Promise<SnapshotRow | undefined>;
  /** A notebook's snapshots, oldest first. */
  history(notebook: string): Promise<readonly SnapshotRow[]>;
  /** The last of its history. */
  findNewest(notebook: string): Promise<SnapshotRow | undefined>;
  findRun(id: string): Promise<RunRow | undefined>;
  runsById(ids: readonly string[]): Promise<RowsById<RunRow>>;
  /** The runs that name these snapshots, by snapshot. */
  runsOf(snapshots: readonly string[]): Promise<ReadonlyMap<string, readonly RunRow[]>>;
  /** Rejects with a RangeError for an order by a metric that is not named. */
  findRuns(query: RunQuery): Promise<FoundRuns>;
  runs(): Promise<readonly RunRow[]>;
  runCount(): Promise<number>;
  findPin(snapshot: string): Promise<PinRow | undefined>;
  pinsById(snapshots: readonly string[]): Promise<RowsById<PinRow>>;
  pins(): Promise<readonly PinRow[]>;
  findExpired(snapshot: string): Promise<ExpiredRow | undefined>;
  expiredById(snapshots: readonly string[]): Promise<RowsById<ExpiredRow>>;
  /** As findSnapshotsByPrefix, of those that were thinned out. */
  findExpiredByPrefix(prefix: string): Promise<readonly ExpiredRow[]>;
  expired(): Promise<readonly ExpiredRow[]>;
  /** By its kind and id, e.g. "experiments/12". */
  findEntry(id: string): Promise<EntryRow | undefined>;
  findEntryNamed(kind: string, name: string): Promise<EntryRow | undefined>;
  /** Those of a kind, by number. */
  entries(kind: string): Promise<readonly EntryRow[]>;
  /** The highest number in use; 0 when there is none. */
  lastNumber(): Promise<number>;
}

/** Opens a catalog over its files; it is empty, with an empty position, when they are missing or not to be trusted. */
export async function openCatalog(files: CatalogFiles): Promise<Catalog> {
  const stored = await files.read();
  return overTables(new Tables(stored), stored?.position ?? {}, files);
}

/** An empty catalog that is written nowhere: another one is built in it, and then replaced by its rows. */
export function createCatalog(): Catalog {
  return overTables(new Tables(), {}, toReadOnly(openCatalogMemory()));
}

function overTables(first: Tables, start: CatalogPosition, files: CatalogFiles): Catalog {
  let tables = first;
  let position = start;
  let revision = 0;
  let tail: Promise<unknown> = Promise.resolve();
  const queue = <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
  const take = (change: CatalogChange, next = position): void => {
    const taken = tables.apply(change);
    position = next;
    revision += 1;
    files.note(taken, next);
  };
  const exchange = (all: StoredCatalog): void => {
    tables = new Tables(all);
    position = all.position;
    revision += 1;
    files.replace(all);
  };
  const takeAtOnce: Apply = (change, next) => settle(() => take(change, next));
  const exchangeAtOnce: Replace = (all) => settle(() => exchange(all));
  return {
    position: () => Promise.resolve(position),
    revision: () => Promise.resolve(revision),
    apply: (change, next) => queue(() => take(change, next)),
    inTurn: (work) => queue(() => work(takeAtOnce, exchangeAtOnce)),
    replace: (all) => queue(() => exchange(all)),
    rows: () => Promise.resolve({ ...tables.rows(), position }),
    flush: () => files.flush(),
    ...answerFrom(() => tables),
  };
}

type Queries = Omit<
  Catalog,
  'position' | 'revision' | 'apply' | 'inTurn' | 'replace' | 'rows' | 'flush'
>;

function answerFrom(tables: () => Tables): Queries {
  return {
    notebooks: () => Promise.resolve(tables().notebooks.all()),
    notebookCount: () => Promise.resolve(tables().notebooks.size),
    findNotebook: (id) => Promise.resolve(tables().notebooks.find(id)),
    findNotebookAt: (path) => Promise.resolve(tables().notebooks.findAt(path)),
    findNotebookByPath: (path) => Promise.resolve(tables().notebooks.findByPath(path)),
    snapshotCount: () => Promise.resolve(tables().snapshots.size),
    findSnapshot: (id) => Promise.resolve(tables().snapshots.find(id)),
    snapshotsById: (ids) => Promise.resolve(pick(tables().snapshots, ids)),
    findSnapshotsByPrefix: (prefix) => Promise.resolve(tables().snapshots.findByPrefix(prefix)),
    findSnapshotByKey: (key) => Promise.resolve(tables().snapshots.findByKey(key)),
    history: (notebook) => Promise.resolve([...tables().snapshots.history(notebook)]),
    findNewest: (notebook) => Promise.resolve(tables().snapshots.history(notebook).at(-1)),
    findRun: (id) => Promise.resolve(tables().runs.find(id)),
    runsById: (ids) => Promise.resolve(pick(tables().runs, ids)),
    runsOf: (snapshots) =>
      Promise.resolve(
        new Map(snapshots.map((id) => [id, [...tables().runs.group('snapshot', id)]] as const)),
      ),
    findRuns: (query) => settle(() => findRuns(tables().runs, query)),
    runs: () => Promise.resolve(tables().runs.all()),
    runCount: () => Promise.resolve(tables().runs.size),
    findPin: (snapshot) => Promise.resolve(tables().pins.find(snapshot)),
    pinsById: (snapshots) => Promise.resolve(pick(tables().pins, snapshots)),
    pins: () => Promise.resolve(tables().pins.all()),
    findExpired: (snapshot) => Promise.resolve(tables().expired.find(snapshot)),
    expiredById: (snapshots) => Promise.resolve(pick(tables().expired, snapshots)),
    findExpiredByPrefix: (prefix) => Promise.resolve(tables().expired.findByPrefix(prefix)),
    expired: () => Promise.resolve(tables().expired.all()),
    findEntry: (id) => Promise.resolve(tables().entries.find(id)),
    findEntryNamed: (kind, name) => Promise.resolve(tables().entries.findNamed(kind, name)),
    entries: (kind) => Promise.resolve(tables().entries.ofKind(kind)),
    lastNumber: () => Promise.resolve(tables().lastNumber),
  };
}

/** What it throws is a rejection. */
function settle<Answer>(answer: () => Answer): Promise<Answer> {
  return new Promise((resolve) => {
    resolve(answer());
  });
}

function pick<Row extends { readonly id: string }>(
  table: { find(id: string): Row | undefined },
  ids: readonly string[],
): RowsById<Row> {
  return new Map(ids.flatMap((id) => table.find(id) ?? []).map((row) => [row.id, row]));
}
