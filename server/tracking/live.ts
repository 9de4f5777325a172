import type * as z from 'zod';

import { MAX_LIVE_RUNS, type Live, type liveQuerySchema } from '../../contract/live.js';
import { rankMetric } from '../../contract/main-metric.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { isDeleted } from './log-run.js';

type Query = z.output<typeof liveQuerySchema>;

const MOST_MAKERS = 10;

/** The runs that go on in a kernel or a notebook, and those that are named, with their latest values. */
export async function readLive(store: Store, query: Query): Promise<Live> {
  const named = new Set(query.runs);
  const found: RunRow[] = [];
  for (const run of await store.catalog.runs())
    if ((named.has(run.id) || isGoingOn(run, query)) && !(await isDeleted(store, run)))
      found.push(run);
  const sorted = found.toSorted((a, b) => b.start - a.start);
  return {
    now: store.now(),
    runs: sorted.slice(0, MAX_LIVE_RUNS).map((run) => toLiveRun(run, query)),
    more: Math.max(0, sorted.length - MAX_LIVE_RUNS),
  };
}

/** What names its kernel is of no other notebook that runs on it, once one has claimed it. */
function isGoingOn({ status, traces, notebook }: RunRow, query: Query): boolean {
  if (status !== 'running') return false;
  if (notebook !== null && query.notebook !== undefined) return notebook === query.notebook;
  return query.kernel !== undefined && traces.some(({ kernel }) => kernel === query.kernel);
}

function toLiveRun(run: RunRow, { metric: first, metrics: most }: Query): Live['runs'][number] {
  const { id, name, status, snapshot, notebook, start, end } = run;
  const rank = (metric: string): number => (metric === first ? -1 : rankMetric(metric));
  const metrics = Object.entries(run.metrics)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([metric, { value, step, time }]) => ({ name: metric, value, step, time }));
  return {
    ...{ id, name, status, snapshot, notebook, start, changed: end },
    made: run.traces
      .slice(0, MOST_MAKERS)
      .flatMap(({ cell, count }) => (cell === '' ? [] : [{ cell, count }])),
    ...{ metrics: metrics.slice(0, most), total: metrics.length },
  };
}
