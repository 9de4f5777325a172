import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { openHistory, type History } from '../server/history/history.js';
import { sealPending } from '../server/history/seal.js';
import { openStore } from '../server/store/store.js';
import { readCourse } from '../server/tracking/read-course.js';
import { logPoints, RUN_RECORDERS } from '../server/tracking/record-runs.js';
import { indexRuns } from '../server/tracking/index-runs.js';
import { time } from './figures.js';
import type { Part, Row } from './part.js';
import { makeFolder } from './places.js';

const RUNS = 8;
const BATCH = 1_000;
const SINGLES_AT_ONCE = 2_000;
const GOAL = 30_000;
const MEGABYTE = 1024 * 1024;

const runOf = (at: number): string => (at % RUNS).toString(16).repeat(32);
const pointsOf = (
  count: number,
  from: number,
): { name: string; value: number; step: number; time: number }[] =>
  Array.from({ length: count }, (_, at) => ({
    name: at % 2 === 0 ? 'loss' : 'accuracy',
    value: Math.sin(from + at),
    step: from + at,
    time: 1_790_000_000_000 + from + at,
  }));

/** Metric points acknowledged, which is synced; beside, the same lines appended to a file with a sync for each thousand. */
export const pointsPart: Part = {
  name: 'points',
  run: async (quick) => {
    const root = makeFolder();
    const store = await openStore({
      root,
      author: { name: 'Ada', email: 'ada@example.org' },
      now: Date.now,
      report: (error) => {
        throw error;
      },
    });
    const history = await openHistory(store, [indexRuns], RUN_RECORDERS);
    const total = quick ? 40_000 : 1_000_000;
    const before = process.memoryUsage.rss();
    const batches = await measureBatches(history, total);
    const plain = await measurePlain(join(root, 'plain.ndjson'), total);
    const singles = await measureSingles(history, quick ? 4_000 : 60_000);
    const memory = (process.memoryUsage.rss() - before) / MEGABYTE;
    await sealPending(history);
    const query = { run: runOf(0), name: 'loss', buckets: 500 };
    const course = await time(() => readCourse(store, query));
    await store.close();
    return [
      row(`batches of ${BATCH}, ${RUNS} writers, ${total} in all`, batches, true),
      row(`one at a time, ${SINGLES_AT_ONCE} writers`, singles, false),
      row(`append + fdatasync for each ${BATCH}, nothing else`, plain, false),
      {
        what: 'memory that it took, sealing included',
        figure: `${Math.round(memory)} MB`,
        goal: { text: '< 400 MB', met: memory < 400 },
      },
      {
        what: `a course of ${course.result.total} points in 500 stretches`,
        figure: `${Math.round(course.ms)} ms`,
      },
    ];
  },
};

function row(what: string, rate: number, hasGoal: boolean): Row {
  const figure = `${Math.round(rate)} points/s`;
  if (!hasGoal) return { what, figure };
  return { what, figure, goal: { text: `>= ${GOAL} points/s`, met: rate >= GOAL } };
}

/** Points a second, each writer waiting for its answer before it goes on. */
async function measureBatches(history: History, total: number): Promise<number> {
  const each = Math.ceil(total / BATCH / RUNS);
  const write = async (writer: number): Promise<void> => {
    for (let at = 0; at < each; at += 1)
      await logPoints(history, runOf(writer), { points: pointsOf(BATCH, at * BATCH) });
  };
  const { ms } = await time(() => Promise.all(Array.from({ length: RUNS }, (_, at) => write(at))));
  return (each * RUNS * BATCH * 1000) / ms;
}

async function measureSingles(history: History, total: number): Promise<number> {
  const each = Math.ceil(total / SINGLES_AT_ONCE);
  const write = async (writer: number): Promise<void> => {
    for (let at = 0; at < each; at += 1)
      await logPoints(history, runOf(writer), { points: pointsOf(1, at) });
  };
  const { ms } = await time(() =>
    Promise.all(Array.from({ length: SINGLES_AT_ONCE }, (_, at) => write(at))),
  );
  return (each * SINGLES_AT_ONCE * 1000) / ms;
}

async function measurePlain(path: string, total: number): Promise<number> {
  const handle = await open(path, 'wx');
  const { ms } = await time(async () => {
    for (let at = 0; at < total; at += BATCH) {
      const lines = pointsOf(BATCH, at).map((point) => `${JSON.stringify(point)}\n`);
      await handle.appendFile(lines.join(''));
      await handle.datasync();
    }
  });
  await handle.close();
  await rm(path);
  return (total * 1000) / ms;
}
