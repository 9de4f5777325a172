import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { keepBurst } from '../../../server/capture/keep.js';
import type { History } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { MAIN } from '../../../server/store/create.js';
import { openOperatingState } from '../../../server/store/operating.js';
import type { RunRow } from '../../../server/store/catalog/rows.js';
import { burstSchema } from '../../../contract/capture.js';
import { listPoints } from '../../../server/tracking/merge-points.js';
import type { MetricPoint } from '../../../server/tracking/points.js';
import { readCourse } from '../../../server/tracking/read-course.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { makeFolder, notebookText, openTestHistory, writeInto } from '../scratch.js';

const RUN = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

const pointOf = (name: string, value: MetricPoint['value'], step = 0): MetricPoint => ({
  name,
  value,
  step,
  time: 1_000 + step,
});

async function valuesOf({ store }: History, name: string, run = RUN): Promise<unknown[]> {
  const { points } = await readCourse(store, { run, name, buckets: 1_000 });
  return points.map(({ value }) => value);
}

async function filesOf({ store }: History, run = RUN): Promise<number> {
  const head = (await store.repository.findRef(MAIN)) ?? '';
  return (await listPoints(store, (await store.repository.readCommit(head)).tree, run)).length;
}

const rowsOf = async ({ store }: History): Promise<RunRow[]> =>
  [...(await store.catalog.runs())].sort((a, b) => (a.id < b.id ? -1 : 1));

describe('points of a run', () => {
  test('have names that know of a purge that went on while they were looked through', async () => {
    const history = await openTestHistory();
    let epoch = 0;
    const secrets = {
      ...history.secrets,
      get epoch() {
        return epoch;
      },
      cleanTexts: async (texts: readonly string[]) => {
        const found = epoch > 0;
        epoch = 1;
        await Promise.resolve();
        return texts.map((text) => (found ? text.replace('hunter2', '[purged]') : text));
      },
    };
    await logPoints({ ...history, secrets }, RUN, { points: [pointOf('loss hunter2', 1)] });
    expect(await valuesOf(history, 'loss [purged]')).toEqual([1]);
  });

  test('are read before they are sealed, while half of them are, and after a restart', async () => {
    const root = await makeFolder();
    const history = await openTestHistory(root);
    await logPoints(history, RUN, { points: [pointOf('loss', 3), pointOf('acc', 0.1)] });
    expect(await valuesOf(history, 'loss')).toEqual([3]);
    await sealPending(history);
    await logPoints(history, RUN, { points: [pointOf('loss', 'NaN', 1), pointOf('loss', 1, 2)] });
    await logPoints(history, OTHER, { points: [pointOf('loss', 100)] });
    expect(await valuesOf(history, 'loss')).toEqual([3, 'NaN', 1]);
    await history.store.close();
    const again = await openTestHistory(root);
    expect(await valuesOf(again, 'loss')).toEqual([3, 'NaN', 1]);
    expect(await again.store.catalog.findRun(RUN)).toMatchObject({
      status: 'running',
      snapshot: null,
      metrics: { loss: { value: 1, step: 2 }, acc: { value: 0.1 } },
    });
    await sealPending(again);
    expect(await valuesOf(again, 'loss')).toEqual([3, 'NaN', 1]);
    expect(await valuesOf(again, 'loss', OTHER)).toEqual([100]);
  });

  test('are one file once the run has ended, with every point in it', async () => {
    const history = await openTestHistory();
    for (let step = 0; step < 3; step += 1) {
      await logPoints(history, RUN, { points: [pointOf('loss', step, step)] });
      await sealPending(history);
    }
    expect(await filesOf(history)).toBe(3);
    await logPoints(history, RUN, { points: [pointOf('loss', 3, 3)], ended: 'failed' });
    await sealPending(history);
    expect(await filesOf(history)).toBe(1);
    expect(await valuesOf(history, 'loss')).toEqual([0, 1, 2, 3]);
    expect((await history.store.catalog.findRun(RUN))?.status).toBe('failed');
  });

  test('stay in the row and the course when a snapshot claims their run before they are sealed', async () => {
    const root = await makeFolder();
    const history = await openTestHistory(root);
    await logPoints(history, RUN, { points: [pointOf('loss', 5, 9)] });
    const number = (await history.store.catalog.findRun(RUN))?.number;
    await writeInto(root, 'a.ipynb', notebookText(['x = 1']));
    const burst = burstSchema.parse({
      key: 'burst-00000001',
      path: 'a.ipynb',
      trigger: 'burst',
      bundles: [{ cell: 'c0', bundle: { run: { id: RUN }, metrics: { acc: 0.5 } } }],
    });
    const parts = { history, operating: openOperatingState(history.store.places) };
    const { row } = await keepBurst(parts, burst);
    expect(history.store.journal.pending(0)).toEqual([]);
    const live = await history.store.catalog.findRun(RUN);
    expect(live).toMatchObject({
      snapshot: row.id,
      number,
      metrics: { loss: { value: 5 }, acc: { value: 0.5 } },
    });
    await reindex(history);
    expect(await history.store.catalog.findRun(RUN)).toEqual(live);
    expect(await valuesOf(history, 'loss')).toEqual([5]);
  });

  test('that come at the same time are all in the row of their run', async () => {
    const history = await openTestHistory();
    const names = Array.from({ length: 20 }, (_, at) => `metric ${at}`);
    await Promise.all(names.map((name) => logPoints(history, RUN, { points: [pointOf(name, 1)] })));
    const metrics = (await history.store.catalog.findRun(RUN))?.metrics ?? {};
    expect(Object.keys(metrics).sort()).toEqual([...names].sort());
  });

  test('of a name such as __proto__ are points like others', async () => {
    const history = await openTestHistory();
    const names = ['__proto__', 'constructor', 'a/b "c"\n'];
    await logPoints(history, RUN, { points: names.map((name) => pointOf(name, 1)) });
    await sealPending(history);
    for (const name of names) expect(await valuesOf(history, name)).toEqual([1]);
    expect(Object.keys((await history.store.catalog.findRun(RUN))?.metrics ?? {})).toEqual(names);
  });
});

test('rows of sealed points, built anew from git, are the live ones', async () => {
  const step = fc.record({
    run: fc.constantFrom(RUN, OTHER),
    points: fc.array(
      fc
        .tuple(
          fc.constantFrom('loss', 'acc'),
          fc.constantFrom<MetricPoint['value']>(1, -2.5, 'NaN', 'Infinity'),
          fc.nat(5),
        )
        .map(([name, value, at]) => pointOf(name, value, at)),
      { maxLength: 5 },
    ),
    ended: fc.constantFrom(undefined, undefined, undefined, 'finished' as const),
    seals: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const root = await makeFolder();
      const history = await openTestHistory(root);
      for (const { run, points, ended, seals } of steps) {
        await logPoints(history, run, { points, ended });
        if (seals) await sealPending(history);
      }
      const live = await rowsOf(history);
      const course = await valuesOf(history, 'loss', steps[0]?.run);
      await history.store.close();
      const again = await openTestHistory(root);
      expect(await rowsOf(again)).toEqual(live);
      await reindex(again);
      expect(await rowsOf(again)).toEqual(live);
      expect(await valuesOf(again, 'loss', steps[0]?.run)).toEqual(course);
      await again.store.close();
    }),
    { numRuns: 12 },
  );
});
