import { readFileSync, writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { notebookText } from '../scratch.js';
import { clientOf, K, MLFLOW, type RunPage, type Snapshot } from './kernel-client.js';
import { serve } from './served.js';

const FIRST = { cell: 'c0', execution: '1' };
const RAN = [{ at: 0, count: 1 }];

/** A burst that begins now: after all that was logged before. */
async function now(): Promise<{ readonly started: number }> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { started: Date.now() };
}

test('a run that a restart has cut off stays with its version, though its cell runs again as the first', async () => {
  const { start, keep, detail } = clientOf(await serve());
  const run = await start(FIRST);
  const before = await keep('a.ipynb', ['train(1)'], RAN);
  await keep('a.ipynb', ['train(2)'], RAN, await now());
  expect(await detail(run)).toMatchObject({
    snapshot: before.id,
    traces: [{ cell: 'c0', certainty: 'sure' }],
  });
});

test('a run after a restart is not of the version before it, in which the same cell was the first as well', async () => {
  const served = await serve();
  const { start, end, keep, detail } = clientOf(served);
  const before = await keep('a.ipynb', ['train(1)'], RAN);
  const run = await start(FIRST);
  await end(run, FIRST);
  expect(await detail(run)).toMatchObject({ snapshot: null });
  const kept = await served.own('GET', `api/v1/snapshots/${before.id}`);
  expect(kept.json()).toMatchObject({ line: 'auto' });
  const after = await keep('a.ipynb', ['train(2)'], RAN);
  expect(await detail(run)).toMatchObject({
    snapshot: after.id,
    traces: [{ cell: 'c0', certainty: 'sure' }],
  });
});

test('a run of an execution that no version has is not surely of a later execution of its cell', async () => {
  const { start, end, keep, detail, doubts } = clientOf(await serve());
  const run = await start(FIRST);
  await end(run, FIRST);
  const snapshot = await keep('a.ipynb', ['train(2)'], RAN, await now());
  expect(await detail(run)).toMatchObject({
    snapshot: snapshot.id,
    traces: [{ cell: 'c0', certainty: 'unsure', because: 'execution' }],
  });
  expect(await doubts(run)).toEqual([
    'That cell 1 made it is not sure: another execution of the cell may have made it.',
  ]);
});

test('of a notebook and its copy on one kernel the one that ran the cell has the run in the end', async () => {
  const { start, end, keep, detail } = clientOf(await serve());
  const facts = { cell: 'c0', execution: '5' };
  const run = await start(facts);
  await end(run, facts);
  await keep('copy.ipynb', ['train()'], [{ at: 0, count: 6 }]);
  expect((await detail(run)).traces).toMatchObject([{ certainty: 'unsure', because: 'execution' }]);
  const own = await keep('a.ipynb', ['train()'], [{ at: 0, count: 5 }]);
  expect(await detail(run)).toMatchObject({
    snapshot: own.id,
    traces: [{ cell: 'c0', certainty: 'sure', because: null }],
  });
});

test('a run that another notebook goes on with stays with the one that has started it, and says so', async () => {
  const served = await serve();
  const { start, log, end, keep, detail, doubts } = clientOf(served);
  const run = await start(FIRST);
  await end(run, FIRST);
  const own = await keep('a.ipynb', ['train()'], RAN);
  const other = { kernel: 'k2', cell: 'c2', execution: '3' };
  await log(run, other);
  await end(run, other);
  const kernel = { name: 'python3', id: 'k2' };
  await keep('b.ipynb', ['x', 'y', 'resume()'], [{ at: 2, count: 3 }], { kernel });
  expect(await detail(run)).toMatchObject({
    snapshot: own.id,
    traces: [{ cell: 'c0' }, { cell: 'c2' }],
  });
  expect(await doubts(run)).toEqual([
    'Code that is not in this version of the notebook has logged to it too.',
  ]);
  const graph = await served.own('GET', `api/v1/lineage?node=run:${run}&direction=up&kinds=cell`);
  const { nodes } = graph.json<{ nodes: { id: string; kind: string }[] }>();
  expect(nodes.flatMap(({ id, kind }) => (kind === 'cell' ? [id] : []))).toEqual([
    `cell:${own.id}/c0`,
  ]);
});

test('a notebook whose version comes before that of the one that has started a run does not take it', async () => {
  const { start, log, end, keep, detail } = clientOf(await serve());
  const run = await start(FIRST);
  await end(run, FIRST);
  const other = { kernel: 'k2', cell: 'c2', execution: '3' };
  await log(run, other);
  const kernel = { name: 'python3', id: 'k2' };
  await keep('b.ipynb', ['x', 'y', 'resume()'], [{ at: 2, count: 3 }], { kernel });
  expect(await detail(run)).toMatchObject({ snapshot: null });
  const own = await keep('a.ipynb', ['train()'], RAN);
  expect(await detail(run)).toMatchObject({ snapshot: own.id });
});

test('a run of a script is not surely made by the cell that tags it', async () => {
  const served = await serve();
  const { post, keep, detail, doubts } = clientOf(served);
  const made = await served.own('POST', `${MLFLOW}/runs/create`, { start_time: Date.now() });
  const run = made.json<RunPage>().run.info.run_id;
  for (const key of ['best', 'reviewed'])
    await post('runs/set-tag', { run_id: run, key, value: 'yes' }, FIRST);
  await keep('a.ipynb', ['tag()'], RAN);
  expect((await detail(run)).traces).toMatchObject([{ cell: 'c0', because: 'joined' }]);
  expect(await doubts(run)).toEqual([
    'That cell 1 made it is not sure: something else had started it.',
  ]);
});

test('a copy of a file takes no run for sure, and gives it back to the notebook that ran', async () => {
  const served = await serve();
  const { start, end, keep, detail } = clientOf(served);
  const run = await start(FIRST);
  await end(run, FIRST);
  const ran = notebookText(['train()']).replace('"execution_count": null', '"execution_count": 1');
  writeFileSync(`${served.root}/copy.ipynb`, ran);
  const copied = await served.own('POST', 'api/v1/snapshots', { path: 'copy.ipynb' });
  expect(copied.status, copied.text).toBe(200);
  expect(readFileSync(`${served.root}/copy.ipynb`, 'utf8')).toBe(ran);
  expect(await detail(run)).toMatchObject({
    snapshot: copied.json<{ snapshot: Snapshot }>().snapshot.id,
    traces: [{ kernel: K, cell: 'c0', certainty: 'unsure', because: 'file' }],
  });
  const own = await keep('a.ipynb', ['train()'], RAN);
  expect(await detail(run)).toMatchObject({
    snapshot: own.id,
    traces: [{ cell: 'c0', certainty: 'sure' }],
  });
});

test('tags that a script has copied from another run are no proof of a cell', async () => {
  const { post, keep, detail } = clientOf(await serve());
  const copied = { kernel: K, cell: 'c0', execution: '1', certainty: 'sure' };
  const tags = Object.entries(copied).map(([name, value]) => ({ key: `cellar.${name}`, value }));
  const made = (await post('runs/create', { start_time: Date.now(), tags })) as unknown as RunPage;
  const run = made.run.info.run_id;
  await keep('a.ipynb', ['train()'], RAN);
  expect((await detail(run)).traces).toMatchObject([{ cell: 'c0', certainty: 'unsure' }]);
});
