import type {
  Direction,
  HistoryPage,
  HistoryRow,
  historyQuerySchema,
} from '../../contract/history.js';
import type * as z from 'zod';

import { CellarError } from '../errors.js';
import { getNotebook } from '../history/history.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { findMetric, guessDirection, thinOut, toFinite } from './metric.js';
import { findRunsOf, pickRuns, toNotebook, toSnapshots, type RunsOf } from './snapshots.js';

const MOST_COURSE = 120;

type Query = z.output<typeof historyQuerySchema>;

interface Measured {
  readonly row: SnapshotRow;
  readonly value: number;
  readonly previous: number | null;
}

/** A stretch of a notebook's history, newest first, read by one metric. Throws not_found. */
export async function readHistoryPage(
  store: Store,
  notebook: string,
  query: Query,
): Promise<HistoryPage> {
  const row = await getNotebook(store, notebook);
  const described = await toNotebook(store, row);
  if (described === undefined)
    throw new CellarError('not_found', `No version of ${row.path} is kept yet.`, {
      path: row.path,
    });
  // The newest is not always the last one that came: what is brought in from git comes before it. Asked before the history is, so
  // that what comes in between is on no page.
  const through = query.through ?? (await store.catalog.lastNumber());
  const history = await store.catalog.history(notebook);
  const runs = await findRunsOf(store, history);
  const names = metricNames(history, runs);
  const name = query.metric !== undefined && names.includes(query.metric) ? query.metric : names[0];
  const measured = name === undefined ? [] : measure(history, runs, name);
  const byId = new Map(measured.map((each) => [each.row.id, each]));

  const words = query.text?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const matching = history.filter(
    (each) =>
      each.number <= through &&
      (query.line === 'all' || each.line === 'main') &&
      (words.length === 0 || matches(each, pickRuns(runs, each), words)),
  );
  const end = matching.length - query.offset;
  const rows = matching.slice(Math.max(0, end - query.limit), Math.max(0, end)).reverse();
  return {
    notebook: described,
    rows: (await toSnapshots(store, rows)).map((snapshot): HistoryRow => {
      const found = byId.get(snapshot.id);
      const metric = found === undefined ? null : { value: found.value, previous: found.previous };
      return { ...snapshot, metric };
    }),
    offset: query.offset,
    total: matching.length,
    through,
    metric:
      name === undefined ? null : describe(name, query.direction ?? guessDirection(name), measured),
    metrics: names,
  };
}

/** The names of the metrics in a history, those of the newest snapshots first, the first of a run being the one that matters most. */
function metricNames(history: readonly SnapshotRow[], runs: RunsOf): string[] {
  const names = new Set<string>();
  for (let at = history.length - 1; at >= 0; at -= 1) {
    const row = history[at];
    if (row === undefined) continue;
    for (const run of pickRuns(runs, row))
      for (const [name, metric] of Object.entries(run.metrics))
        if (toFinite(metric.value) !== undefined) names.add(name);
  }
  return [...names];
}

function measure(history: readonly SnapshotRow[], runs: RunsOf, name: string): readonly Measured[] {
  const measured: Measured[] = [];
  for (const row of history) {
    const value = toFinite(findMetric(pickRuns(runs, row), name));
    if (value !== undefined)
      measured.push({ row, value, previous: measured.at(-1)?.value ?? null });
  }
  return measured;
}

function describe(
  name: string,
  direction: Direction,
  measured: readonly Measured[],
): HistoryPage['metric'] {
  let best: Measured | undefined;
  for (const each of measured) {
    const better =
      best === undefined ||
      (direction === 'higher' ? each.value > best.value : each.value < best.value);
    if (better) best = each;
  }
  const course = thinOut(
    measured.map(({ value }) => value),
    MOST_COURSE,
  );
  return {
    name,
    direction,
    best: best?.row.id ?? null,
    bestValue: best?.value ?? null,
    course,
  };
}

function matches(row: SnapshotRow, runs: readonly RunRow[], words: readonly string[]): boolean {
  const text = [
    row.message ?? '',
    row.path,
    row.trigger,
    row.id,
    row.time,
    ...runs.flatMap((run) => [
      run.name,
      ...Object.entries(run.metrics).map(([key, metric]) => `${key} ${metric.value}`),
      ...Object.entries(run.params).map(([key, value]) => `${key} ${value}`),
      ...run.artifacts.map((artifact) => artifact.name),
    ]),
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
