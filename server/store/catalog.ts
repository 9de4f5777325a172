import { compareNumbers, insertionPoint } from './order.js';
import type { CatalogChange, CatalogPosition, NotebookRow, RunRow, SnapshotRow } from './rows.js';

/** Where a catalog's rows are kept between two starts. */
export interface CatalogFiles {
  /** The rows and the position they reflect; undefined when there are none, or they cannot be trusted. */
  read(): Promise<StoredCatalog | undefined>;
  /** Notes rows to be written with the next group. */
  note(change: CatalogChange, position: CatalogPosition): void;
  /** Forgets everything that was written. */
  clear(): Promise<void>;
  /** Writes what is noted; the position last. */
  flush(): Promise<void>;
}

/** The same files, read but never written. */
export function toReadOnly(files: CatalogFiles): CatalogFiles {
  return {
    read: () => files.read(),
    note: () => undefined,
    clear: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  };
}

export interface StoredCatalog extends Required<CatalogChange> {
  readonly position: CatalogPosition;
}

/** Answers every query about what the store holds. Derived: whatever it says can be computed anew from git. */
export interface Catalog {
  position(): CatalogPosition;
  apply(change: CatalogChange, position: CatalogPosition): void;
  clear(): Promise<void>;
  flush(): Promise<void>;
  notebooks(): readonly NotebookRow[];
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
  runs(): readonly RunRow[];
  /** The highest number in use; 0 when there is none. */
  lastNumber(): number;
}

/** Opens a catalog over its files; it is empty, with an empty position, when they are missing or not to be trusted. */
export async function openCatalog(files: CatalogFiles): Promise<Catalog> {
  const notebooks = new Map<string, NotebookRow>();
  const byPath = new Map<string, string>();
  const formerly = new Map<string, string>();
  const snapshots = new Map<string, SnapshotRow>();
  const ids: string[] = [];
  const keys = new Map<string, string>();
  const histories = new Map<string, SnapshotRow[]>();
  const runs = new Map<string, RunRow>();
  let position: CatalogPosition = {};
  let last = 0;

  /** Gives a path to a notebook unless one that changed later has it: so the order in which rows come does not matter. */
  const claim = (paths: Map<string, string>, row: NotebookRow, path: string): void => {
    const rival = notebooks.get(paths.get(path) ?? '');
    if (rival === undefined || rival.number <= row.number) paths.set(path, row.id);
  };

  const putNotebook = (row: NotebookRow): void => {
    const old = notebooks.get(row.id);
    if (old !== undefined && old.number > row.number) return;
    notebooks.set(row.id, row);
    if (old !== undefined && old.path !== row.path && byPath.get(old.path) === row.id) {
      byPath.delete(old.path);
      // One that this had been moved over has its path again, as it would after a restart.
      for (const other of notebooks.values())
        if (other.path === old.path) claim(byPath, other, other.path);
    }
    claim(byPath, row, row.path);
    for (const path of row.formerPaths) claim(formerly, row, path);
    last = Math.max(last, row.number);
  };

  const putSnapshot = (row: SnapshotRow): void => {
    const old = snapshots.get(row.id);
    if (old === undefined) ids.splice(insertionPoint(ids, row.id), 0, row.id);
    snapshots.set(row.id, row);
    if (row.key !== null) keys.set(row.key, row.id);
    const history = histories.get(row.notebook) ?? [];
    histories.set(row.notebook, history);
    const at = insertionPoint(history, row, compareNumbers);
    history.splice(at, history[at]?.id === row.id ? 1 : 0, row);
    last = Math.max(last, row.number);
  };

  const put = (change: CatalogChange): void => {
    for (const row of change.notebooks ?? []) putNotebook(row);
    for (const row of change.snapshots ?? []) putSnapshot(row);
    for (const row of change.runs ?? []) runs.set(row.id, row);
  };

  const empty = (): void => {
    for (const index of [notebooks, byPath, formerly, snapshots, keys, histories, runs])
      index.clear();
    ids.length = 0;
    position = {};
    last = 0;
  };

  const stored = await files.read();
  // Documents of a catalog that is not trusted must not be read as parts of the next one.
  if (stored === undefined) await files.clear();
  else {
    put(stored);
    position = stored.position;
  }

  return {
    position: () => position,
    apply: (change, next) => {
      put(change);
      position = next;
      files.note(change, next);
    },
    clear: async () => {
      empty();
      await files.clear();
    },
    flush: () => files.flush(),
    notebooks: () => [...notebooks.values()],
    findNotebook: (id) => notebooks.get(id),
    findNotebookAt: (path) => notebooks.get(byPath.get(path) ?? ''),
    findNotebookByPath: (path) => notebooks.get(byPath.get(path) ?? formerly.get(path) ?? ''),
    snapshotCount: () => snapshots.size,
    findSnapshot: (id) => snapshots.get(id),
    findSnapshotsByPrefix: (prefix) => {
      const found: SnapshotRow[] = [];
      for (let at = insertionPoint(ids, prefix); found.length < 2; at += 1) {
        const id = ids[at];
        const row = id?.startsWith(prefix) === true ? snapshots.get(id) : undefined;
        if (row === undefined) break;
        found.push(row);
      }
      return found;
    },
    findSnapshotByKey: (key) => snapshots.get(keys.get(key) ?? ''),
    history: (notebook) => histories.get(notebook) ?? [],
    findRun: (id) => runs.get(id),
    runs: () => [...runs.values()],
    lastNumber: () => last,
  };
}
