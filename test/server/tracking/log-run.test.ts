import { expect, test } from 'vitest';

import { purge } from '../../../server/history/purge.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { verifyStore } from '../../../server/history/verify.js';
import type { History } from '../../../server/history/history.js';
import {
  changeExperiment,
  createExperiment,
  findExperimentNamed,
  listExperiments,
} from '../../../server/tracking/experiments.js';
import {
  getRun,
  logToRun,
  setDeleted,
  startRun,
  updateRun,
} from '../../../server/tracking/log-run.js';
import { readPoints } from '../../../server/tracking/read-points.js';
import { createTurns } from '../../../server/tracking/turns.js';
import { keyOf } from '../notebook/secrets/samples.js';
import { makeFolder, openTestHistory } from '../scratch.js';

const SECRET = 'hunter2hunter2';

const turns = createTurns();

function start(history: History, experiment = '0'): ReturnType<typeof startRun> {
  return startRun(history, { experiment, name: '', user: 'ada', time: 1_000, tags: [] });
}

/** Two experiments, one of them deleted; a run that ended, one that goes on, one that was taken away. */
async function fill(history: History): Promise<readonly string[]> {
  const wine = await createExperiment(history, turns, { name: 'wine', files: null, tags: {} });
  await createExperiment(history, turns, { name: 'old', files: 's3://b/c', tags: { a: 'b' } });
  await changeExperiment(history, turns, '2', () => ({ deleted: true }));
  const ids: string[] = [];
  for (const step of [0, 1, 2]) {
    const { id } = await start(history, wine.id);
    ids.push(id);
    await logToRun(history, turns, id, {
      points: [{ name: 'loss', value: 1 / (step + 1), step, time: 5 }],
      params: [['depth', String(step)]],
      tags: [
        ['team', 'ml'],
        ['__proto__', 'kept'],
        ['short', 'lived'],
      ],
    });
    await logToRun(history, turns, id, { untagged: ['short'] });
  }
  const [ended = '', , gone = ''] = ids;
  await updateRun(history, ended, { status: 'killed', end: 9_000, name: 'renamed' });
  await setDeleted(history, gone, true);
  return ids;
}

test('what was logged is there after it was sealed, and after the catalog was made anew from git', async () => {
  const root = await makeFolder();
  const first = await openTestHistory(root);
  const ids = await fill(first);
  const before = await first.store.catalog.rows();
  expect((await verifyStore(first)).damages).toEqual([]);
  await sealPending(first);
  expect((await verifyStore(first)).damages).toEqual([]);
  await reindex(first);
  expect(await first.store.catalog.rows()).toEqual({
    ...before,
    position: await first.store.catalog.position(),
  });
  await first.store.close();

  const { store } = await openTestHistory(root);
  expect((await listExperiments(store)).map(({ name, deleted }) => [name, deleted])).toEqual([
    ['Default', false],
    ['wine', false],
    ['old', true],
  ]);
  const [ended = '', running = '', gone = ''] = ids;
  expect(await getRun(store, ended)).toMatchObject({
    ...{ name: 'renamed', status: 'killed', start: 1_000, end: 9_000, user: 'ada' },
    params: { depth: '0' },
  });
  expect(Object.entries((await getRun(store, ended)).tags).sort()).toEqual([
    ['__proto__', 'kept'],
    ['mlflow.runName', 'renamed'],
    ['team', 'ml'],
  ]);
  expect((await getRun(store, running)).status).toBe('running');
  expect((await getRun(store, gone)).deleted).toBe(true);
});

test('a param is set once, whoever comes at the same time', async () => {
  const history = await openTestHistory();
  const { id } = await start(history);
  const done = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) =>
      logToRun(history, turns, id, { params: [['depth', String(at)]] }),
    ),
  );
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const value = (await getRun(history.store, id)).params['depth'] ?? '';
  await logToRun(history, turns, id, { params: [['depth', value]] });
  await expect(
    logToRun(history, turns, id, {
      params: [
        ['width', '1'],
        ['width', '2'],
      ],
      points: [{ name: 'loss', value: 1, step: 0, time: 0 }],
    }),
  ).rejects.toMatchObject({ code: 'bad_request' });
  expect((await getRun(history.store, id)).metrics).toEqual({});
});

test('a param that is a secret is kept as a mark, and is the same when it is logged again', async () => {
  const history = await openTestHistory();
  const { id } = await start(history);
  const token = `ghp_${keyOf(36)}`;
  await logToRun(history, turns, id, { params: [['token', token]] });
  expect(Object.values((await getRun(history.store, id)).params)).toEqual([
    '[redacted: github-pat]',
  ]);
  await logToRun(history, turns, id, { params: [['token', token]] });
});

test('nothing is logged to what was taken away, and to what is not there', async () => {
  const history = await openTestHistory();
  const [, , gone = ''] = await fill(history);
  const tags = [['a', 'b']] as const;
  for (const work of [
    () => logToRun(history, turns, gone, { tags }),
    () => updateRun(history, gone, { status: 'finished' }),
    () => start(history, '2'),
  ])
    await expect(work()).rejects.toMatchObject({ code: 'bad_request' });
  for (const work of [
    () => logToRun(history, turns, 'a'.repeat(32), { tags }),
    () => start(history, '77'),
    () => changeExperiment(history, turns, '77', () => ({})),
  ])
    await expect(work()).rejects.toMatchObject({ code: 'not_found' });
  await expect(
    createExperiment(history, turns, { name: 'old', files: null, tags: {} }),
  ).rejects.toMatchObject({ code: 'conflict' });
  await setDeleted(history, gone, false);
  await logToRun(history, turns, gone, { tags });
  expect((await getRun(history.store, gone)).tags['a']).toBe('b');
});

test('every experiment that is made at once has an id of its own', async () => {
  const history = await openTestHistory();
  const made = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) =>
      createExperiment(history, turns, { name, files: null, tags: {} }),
    ),
  );
  expect(made.map(({ id }) => id).sort()).toEqual(['1', '2', '3', '4']);
  expect((await findExperimentNamed(history.store, 'Default'))?.id).toBe('0');
});

test('the points of a metric come by time, step and value, each once', async () => {
  const history = await openTestHistory();
  const { id: run } = await start(history);
  const log = (value: number | 'NaN', step: number, time: number): Promise<void> =>
    logToRun(history, turns, run, { points: [{ name: 'loss', value, step, time }] });
  await log(3, 1, 20);
  await log('NaN', 0, 10);
  await sealPending(history);
  for (const value of [2, 1, 2, 'NaN'] as const) await log(value, 0, 10);
  await log(3, 1, 20);
  const { columns, sorted } = await readPoints(history.store, { run, name: 'loss' });
  const points = Array.from(sorted(), (place) => columns.at(place));
  expect(points.map(({ value, step }) => [value, step])).toEqual([
    [1, 0],
    [2, 0],
    ['NaN', 0],
    [3, 1],
  ]);
});

test('a purge takes a text out of experiments, and out of what was logged to runs', async () => {
  const history = await openTestHistory();
  await createExperiment(history, turns, {
    name: `for ${SECRET}`,
    files: null,
    tags: { key: SECRET },
  });
  const { id } = await start(history, '1');
  await logToRun(history, turns, id, { params: [['p', SECRET]], tags: [[SECRET, 'b']] });
  await sealPending(history);
  await logToRun(history, turns, id, { tags: [['later', SECRET]] });
  const signal = new AbortController().signal;
  await purge(history, { texts: [SECRET], dryRun: false, signal });
  const rows = JSON.stringify(await history.store.catalog.rows());
  expect(rows).not.toContain(SECRET);
  expect((await listExperiments(history.store))[1]?.name).toBe('for [redacted: purged]');
  expect((await getRun(history.store, id)).params).toEqual({ p: '[redacted: purged]' });
  expect((await verifyStore(history)).damages).toEqual([]);
});
