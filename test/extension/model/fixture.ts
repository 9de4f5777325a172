import type { Comparison } from '../../../contract/compare.js';
import type { CellChange, NotebookDiff } from '../../../contract/diff.js';
import type { HistoryPage, HistoryRow, Notebook } from '../../../contract/history.js';
import { createClient, type Client } from '../../../extension/client/client.js';
import type { Source } from '../../../extension/client/events.js';

/** An id of 26 characters that a test can read: `id(7)` ends in 7. */
export function id(number: number): string {
  return `01k${String(number).padStart(23, '0')}`;
}

/** 14:00 on a Monday, local time. */
export const NOON = new Date(2026, 10, 23, 14, 0).getTime();

/** A row of a history; `minutes` before NOON. */
export function row(number: number, minutes: number, patch: Partial<HistoryRow> = {}): HistoryRow {
  return {
    id: id(number),
    number,
    notebook: id(999),
    path: 'train.ipynb',
    time: new Date(NOON - minutes * 60_000).toISOString(),
    message: null,
    trigger: 'run-all',
    clean: true,
    parent: null,
    restored: null,
    author: { name: 'Ann', email: 'ann@example.org' },
    line: 'main',
    pinned: false,
    kernel: null,
    environment: null,
    cells: 3,
    changed: null,
    executions: [],
    runs: [],
    artifacts: [],
    size: 1000,
    redactions: 0,
    stale: [],
    metric: null,
    ...patch,
  };
}

export const notebook: Notebook = {
  id: id(999),
  path: 'train.ipynb',
  deleted: false,
  imported: false,
  formerPaths: [],
  origin: null,
  snapshots: 3,
  time: new Date(NOON).toISOString(),
  newest: id(3),
};

/** A page as the server cuts it from all rows. */
export function pageOf(all: readonly HistoryRow[], offset: number, limit: number): HistoryPage {
  return {
    notebook,
    rows: all.slice(offset, offset + limit),
    offset,
    total: all.length,
    through: all[0]?.number ?? 0,
    metric: {
      name: 'accuracy',
      direction: 'higher',
      best: all[0]?.id ?? null,
      bestValue: 0.97,
      course: [0.8, 0.97],
    },
    metrics: ['accuracy', 'loss'],
  };
}

/** A server of the browser's client that lives in the test: `answer` gives a body, or throws to be away. */
export function clientOf(answer: (url: URL, init: RequestInit) => unknown): {
  readonly client: Client;
  readonly asked: string[];
  readonly emit: (event: unknown) => void;
} {
  const asked: string[] = [];
  const source: Source = {
    onopen: null,
    onmessage: null,
    onerror: null,
    readyState: 1,
    close: () => undefined,
  };
  const client = createClient({
    base: 'http://cellar.test/',
    openEvents: () => source,
    fetch: async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      asked.push(`${url.pathname}${url.search}`);
      const body = await answer(url, init);
      if (init.signal?.aborted === true) throw new DOMException('aborted', 'AbortError');
      if (body instanceof Response) return body;
      if (typeof body === 'string') return new Response(body);
      return Response.json(body);
    },
  });
  return {
    client,
    asked,
    emit: (event) => source.onmessage?.({ data: JSON.stringify(event) }),
  };
}

/** The refusal of a server. */
export function refusal(status: number, code: string, message: string): Response {
  return Response.json({ status: 'error', code, message }, { status });
}

/** The refusal of a version that has expired; `id(8)` is kept nearest to it. */
export function expiry(gone: string): Response {
  const day = (number: number): string => new Date(2026, 2, number, 9, 30).toISOString();
  const expired = {
    ...{ id: gone, notebook: id(999), path: 'train.ipynb', time: day(1), expired: day(9) },
    nearest: { id: id(8), time: day(2) },
  };
  const body = { status: 'error', code: 'expired', message: 'thinned out', expired };
  return Response.json(body, { status: 410 });
}

/** A cell's change with what the kind implies; `at` is its place on both sides. */
export function change(
  kind: CellChange['kind'],
  at: number,
  patch: Partial<CellChange> = {},
): CellChange {
  return {
    kind,
    base: kind === 'added' ? [] : [at],
    head: kind === 'deleted' ? [] : [at],
    cellType: 'code',
    aspects: kind === 'modified' ? ['source'] : [],
    outputs: [],
    metadata: [],
    noise: {},
    ...patch,
  };
}

/** A diff of these changes. */
export function diffOf(
  changes: readonly CellChange[],
  patch: Partial<NotebookDiff> = {},
): NotebookDiff {
  return {
    status: 'ok',
    format: 1,
    language: 'python',
    cells: {
      unchanged: 0,
      modified: 0,
      added: 0,
      deleted: 0,
      moved: 0,
      moved_modified: 0,
      split: 0,
      merged: 0,
    },
    modified: [],
    outputs_changed: [],
    outputs_removed: [],
    notebook_metadata_changed: false,
    changed_lines: 0,
    noise: {},
    notebook_metadata: [],
    changes: [...changes],
    ...patch,
  };
}

/** A comparison of two snapshots with this diff. */
export function comparisonOf(diff: NotebookDiff): Comparison {
  return {
    base: { kind: 'snapshot', snapshot: row(1, 30) },
    head: { kind: 'snapshot', snapshot: row(2, 10) },
    diff,
    metrics: [],
    params: [],
  };
}
