import { createHash } from 'node:crypto';

import { formatStored } from '../server/history/state.js';
import { openHistory, type History } from '../server/history/history.js';
import { reindex } from '../server/history/reindex.js';
import { INDEXERS, RECORDERS } from '../server/main/subjects.js';
import type { RunQuery } from '../server/store/catalog/find-runs.js';
import { openStore } from '../server/store/store.js';
import { runRecordPath, type RunRecord } from '../server/tracking/record.js';
import { fillStore, idOf } from './fill.js';
import { quantile, time } from './figures.js';
import type { Part, Row } from './part.js';
import { makeFolder } from './places.js';
import { startServer } from './server.js';

const OF_EACH = 50;
const STARTS = 5;
const REPEATS = 200;
const MEGABYTE = 1024 * 1024;

/** The catalog over 10,000 snapshots, each with a run: built anew, opened, and asked. */
export const catalogPart: Part = {
  name: 'catalog',
  run: async (quick) => {
    const root = makeFolder();
    const snapshots = quick ? 500 : 10_000;
    const filling = await time(() =>
      fillStore(root, {
        snapshots,
        notebooks: snapshots / OF_EACH,
        bytes: 8_000,
        beside: (number) => [
          { path: runRecordPath(runIdOf(number)), text: formatStored(runOf(number)).toString() },
        ],
      }),
    );
    const first = await time(() => open(root));
    const history = first.result;
    const rows = [
      { what: 'filled through git fast-import', figure: seconds(filling.ms) },
      withGoal(`first opening, all of ${snapshots} commits read`, first.ms, 60_000),
      ...(await measureReindex(history)),
      ...(await measureQueries(history)),
    ];
    await history.store.close();
    return [...rows, ...(await measureStarts(root, snapshots))];
  },
};

/** Spread over all folders of runs, as real ids are. */
function runIdOf(number: number): string {
  return createHash('sha256').update(String(number)).digest('hex').slice(0, 32);
}

function runOf(number: number): RunRecord {
  const start = Date.UTC(2026, 0, 1) + number * 60_000;
  const names = ['loss', 'accuracy', 'f1', 'seconds', 'memory'];
  return {
    format: 1,
    id: runIdOf(number),
    name: `run ${number}`,
    status: 'finished',
    experiment: String(number % 20),
    user: '',
    deleted: false,
    snapshot: idOf(number),
    notebook: null,
    number,
    cells: ['cell-1', 'cell-2'],
    traces: [],
    start,
    end: start + 30_000,
    metrics: names.map((name, at) => ({
      name,
      value: Math.abs(Math.sin(number + at)),
      step: 100,
      time: start,
    })),
    params: names.map((name, at) => ({ name, value: String(number * at) })),
    tags: [
      { name: 'kind', value: `kind ${number % 40}` },
      { name: 'user', value: 'ada' },
    ],
    inputs: [],
    outputs: [],
    artifacts: [],
  };
}

async function open(root: string): Promise<History> {
  const store = await openStore({
    root,
    author: { name: 'Ada', email: 'ada@example.org' },
    now: Date.now,
    report: (error) => {
      throw error;
    },
  });
  return openHistory(store, INDEXERS, RECORDERS);
}

async function measureReindex(history: History): Promise<readonly Row[]> {
  const before = JSON.stringify(await history.store.catalog.rows());
  let late = 0;
  let last = performance.now();
  // How long others waited at most for their turn while it ran.
  const turns = setInterval(() => {
    late = Math.max(late, performance.now() - last);
    last = performance.now();
  }, 1);
  const { ms, result } = await time(() => reindex(history));
  clearInterval(turns);
  const isEqual = JSON.stringify(await history.store.catalog.rows()) === before;
  return [
    withGoal(`reindex, ${result} commits`, ms, 60_000),
    {
      what: 'equal to the catalog before, row for row',
      figure: isEqual ? 'yes' : 'no',
      goal: { text: 'yes', met: isEqual },
    },
    { what: 'longest time that others waited meanwhile', figure: `${Math.round(late)} ms` },
    {
      what: 'memory afterwards',
      figure: `${Math.round(process.memoryUsage.rss() / MEGABYTE)} MB`,
    },
  ];
}

async function measureQueries({ store: { catalog } }: History): Promise<readonly Row[]> {
  const notebook = (await catalog.notebooks())[0]?.id ?? '';
  const count = (await catalog.history(notebook)).length;
  const [low, high] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) + 50 * 60_000];
  const queries: readonly (readonly [string, Omit<RunQuery, 'limit'>])[] = [
    ['an experiment', { experiment: '3' }],
    ['a tag', { tags: { kind: 'kind 7' } }],
    ['a metric within bounds', { metric: { name: 'loss', min: 0.5, max: 0.505 } }],
    ['a stretch of time', { since: low, until: high }],
    [
      'best 100 by metric of all',
      { metric: { name: 'accuracy' }, order: 'metric', descending: true },
    ],
  ];
  const found: Row[] = [];
  for (const [what, query] of queries)
    found.push(await ask(`runs: ${what}`, 30, () => catalog.findRuns({ ...query, limit: 100 })));
  return [
    await ask(`history of one notebook (${count} snapshots)`, 10, async () =>
      [...(await catalog.history(notebook))].reverse(),
    ),
    ...found,
  ];
}

async function ask(what: string, goal: number, query: () => Promise<unknown>): Promise<Row> {
  const samples: number[] = [];
  for (let at = 0; at < REPEATS; at += 1) {
    const start = performance.now();
    await query();
    samples.push(performance.now() - start);
  }
  const [middle, high] = [quantile(samples, 0.5), quantile(samples, 0.95)];
  const figure = `p50 ${middle.toFixed(2)} ms, p95 ${high.toFixed(2)} ms`;
  return { what, figure, goal: { text: `p95 < ${goal} ms`, met: high < goal } };
}

/** A server's start as a person waits for it, beside that over an empty store: the difference is the catalog's. */
async function measureStarts(root: string, runs: number): Promise<readonly Row[]> {
  const empty = makeFolder();
  const [full, bare]: [number[], number[]] = [[], []];
  // The first start makes what the empty store has.
  await (await startServer(empty)).stop();
  for (let at = 0; at < STARTS; at += 1)
    for (const [folder, samples] of [
      [root, full],
      [empty, bare],
    ] as const) {
      const server = await startServer(folder);
      samples.push(server.ready);
      await server.stop();
    }
  const [ready, nothing] = [quantile(full, 0.5), quantile(bare, 0.5)];
  return [
    { what: 'server ready, empty store', figure: `${Math.round(nothing)} ms` },
    { what: `server ready, ${runs} runs`, figure: `${Math.round(ready)} ms` },
    withGoal(`what ${runs} runs and snapshots add to the start`, ready - nothing, 500),
  ];
}

function withGoal(what: string, ms: number, most: number): Row {
  return { what, figure: seconds(ms), goal: { text: `< ${most / 1000} s`, met: ms < most } };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
