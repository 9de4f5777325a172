import type {
  EntryRow,
  ExpiredRow,
  NotebookRow,
  PinRow,
  RunRow,
  SnapshotRow,
  StoredCatalog,
} from '../../../../server/store/catalog/rows.js';

/** Small rows that stand for real ones; what a test is about is given, the rest is plain. */
export function notebookOf(id: string, rest: Partial<NotebookRow> = {}): NotebookRow {
  return { id, path: `${id}.ipynb`, formerPaths: [], origin: null, number: 1, ...rest };
}

export function snapshotOf(id: string, rest: Partial<SnapshotRow> = {}): SnapshotRow {
  return {
    id,
    number: 1,
    notebook: 'n',
    path: 'n.ipynb',
    time: '2026-11-24T00:00:00.000Z',
    message: null,
    trigger: 'manual',
    clean: null,
    parent: null,
    restored: null,
    author: { name: 'Ada', email: 'ada@example.org' },
    line: 'main',
    kernel: null,
    cells: 2,
    changed: null,
    executions: '',
    stale: [],
    runs: [],
    size: 100,
    redactions: 0,
    commit: 'c'.repeat(40),
    blob: 'b'.repeat(40),
    key: null,
    ...rest,
  };
}

export function runOf(id: string, rest: Partial<RunRow> = {}): RunRow {
  return {
    id,
    name: `run ${id}`,
    status: 'finished',
    experiment: '0',
    user: '',
    deleted: false,
    snapshot: null,
    notebook: null,
    number: 1,
    cells: [],
    traces: [],
    start: 1_000,
    end: 2_000,
    metrics: {},
    params: {},
    tags: {},
    artifacts: [],
    inputs: [],
    outputs: [],
    ...rest,
  };
}

export function pinOf(id: string, rest: Partial<PinRow> = {}): PinRow {
  return { id, notebook: 'n', number: 1, time: '2026-11-24T00:00:00.000Z', ...rest };
}

export function expiredOf(id: string, rest: Partial<ExpiredRow> = {}): ExpiredRow {
  const time = '2026-11-24T00:00:00.000Z';
  return { id, notebook: 'n', path: 'n.ipynb', number: 1, time, expired: time, ...rest };
}

export function entryOf(id: string, rest: Partial<EntryRow> = {}): EntryRow {
  return {
    id,
    kind: 'experiments',
    name: `name of ${id}`,
    number: 1,
    artifacts: [],
    data: { tags: [] },
    ...rest,
  };
}

/** A whole catalog: the collections that are given, and no rows of the others. */
export function catalogOf(rest: Partial<StoredCatalog>): StoredCatalog {
  return {
    notebooks: [],
    snapshots: [],
    runs: [],
    pins: [],
    expired: [],
    entries: [],
    position: {},
    ...rest,
  };
}
