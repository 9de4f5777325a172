import { openCatalogMemory } from './catalog-memory.js';
import { toReadOnly, type CatalogFiles } from './files.js';
import { findRuns, type FoundRuns, type RunQuery } from './find-runs.js';
import type {
  CatalogChange,
  CatalogPosition,
  ExpiredRow,
  NotebookRow,
  PinRow,
  RunRow,
  SnapshotRow,
  StoredCatalog,
} from './rows.js';
import { Tables } from './tables.js';

/** Answers every query about what the store holds. Derived: whatever it says can be computed anew from git and the journal. */
export interface Catalog {
  position(): CatalogPosition;
  /** Rises with each change; for what is worked out from the rows and kept. */
  revision(): number;
  apply(change: CatalogChange, position: CatalogPosition): void;
  /** Takes the rows and the position of `all` in the place of its own, at once. */
  replace(all: StoredCatalog): void;
  /** Every row, each collection by id. */
  rows(): StoredCatalog;
  flush(): Promise<void>;
  notebooks(): readonly NotebookRow[];
  notebookCount(): number;
  findNotebook(id: string): NotebookRow | undefined;
  /** The notebook whose path this is. */
  findNotebookAt(path: string): NotebookRow | undefined;
  /** The notebook whose path this is, else the one that had it last. */
  findNotebookByPath(path: string): NotebookRow | undefined;
  snapshotCount(): number;
  findSnapshot(id: string): SnapshotRow | undefined;
  /** At most two, in the order of ids: enough to tell a unique prefix from an ambiguous one. */
  findSnapshotsByPrefix(prefix: string): readonly SnapshotRow[];
  findSnapshotByKey(key: string): SnapshotRow | undefined;
  /** A notebook's snapshots, oldest first. */
  history(notebook: string): readonly SnapshotRow[];
  findRun(id: string): RunRow | undefined;
  findRuns(query: RunQuery): FoundRuns;
  runs(): readonly RunRow[];
  runCount(): number;
  findPin(snapshot: string): PinRow | undefined;
  pins(): readonly PinRow[];
  findExpired(snapshot: string): ExpiredRow | undefined;
  /** As findSnapshotsByPrefix, of those that were thinned out. */
  findExpiredByPrefix(prefix: string): readonly ExpiredRow[];
  expired(): readonly ExpiredRow[];
  /** The highest number in use; 0 when there is none. */
  lastNumber(): number;
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
  return {
    position: () => position,
    revision: () => revision,
    apply: (change, next) => {
      const taken = tables.apply(change);
      position = next;
      revision += 1;
      files.note(taken, next);
    },
    replace: (all) => {
      tables = new Tables(all);
      position = all.position;
      revision += 1;
      files.replace(all);
    },
    rows: () => ({ ...tables.rows(), position }),
    flush: () => files.flush(),
    notebooks: () => tables.notebooks.all(),
    notebookCount: () => tables.notebooks.size,
    findNotebook: (id) => tables.notebooks.find(id),
    findNotebookAt: (path) => tables.notebooks.findAt(path),
    findNotebookByPath: (path) => tables.notebooks.findByPath(path),
    snapshotCount: () => tables.snapshots.size,
    findSnapshot: (id) => tables.snapshots.find(id),
    findSnapshotsByPrefix: (prefix) => tables.snapshots.findByPrefix(prefix),
    findSnapshotByKey: (key) => tables.snapshots.findByKey(key),
    history: (notebook) => tables.snapshots.history(notebook),
    findRun: (id) => tables.runs.find(id),
    findRuns: (query) => findRuns(tables.runs, query),
    runs: () => tables.runs.all(),
    runCount: () => tables.runs.size,
    findPin: (snapshot) => tables.pins.find(snapshot),
    pins: () => tables.pins.all(),
    findExpired: (snapshot) => tables.expired.find(snapshot),
    findExpiredByPrefix: (prefix) => tables.expired.findByPrefix(prefix),
    expired: () => tables.expired.all(),
    lastNumber: () => tables.lastNumber,
  };
}
