import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { notebookText } from '../scratch.js';
import { clientOf, hash, K, MLFLOW, type RunPage, type Snapshot } from './kernel-client.js';
import { KERNEL, serve } from './served.js';

describe('a run of an unchanged client', () => {
  test('belongs to the version and the cell that made it, and shows there with its metrics', async () => {
    const { start, log, end, keep, detail } = clientOf(await serve());
    const facts = { cell: 'c1', execution: '2', 'source.sha256': hash('train()') };
    const run = await start(facts);
    await log(run, facts);
    await end(run, facts);
    const snapshot = await keep(
      'a.ipynb',
      ['x = 1', 'train()'],
      [
        { at: 0, count: 1 },
        { at: 1, count: 2 },
      ],
    );
    expect(snapshot).toMatchObject({
      line: 'main',
      runs: [{ id: run, metrics: { accuracy: 0.9 } }],
    });
    expect(await detail(run)).toMatchObject({
      snapshot: snapshot.id,
      traces: [{ cell: 'c1', certainty: 'sure', because: null, kernel: K, count: 2 }],
    });
  });

  test('that is logged to by cells of two bursts goes to the later one, and knows both cells', async () => {
    const { start, log, end, keep, detail } = clientOf(await serve());
    const sources = ['start', 'log'];
    const run = await start({ cell: 'c0', execution: '1' });
    const first = await keep('a.ipynb', sources, [{ at: 0, count: 1 }]);
    expect(await detail(run)).toMatchObject({ snapshot: first.id });
    await log(run, { cell: 'c1', execution: '2' });
    await end(run, { cell: 'c1', execution: '2' });
    const second = await keep('a.ipynb', [...sources, 'more'], [{ at: 1, count: 2 }]);
    expect(await detail(run)).toMatchObject({
      snapshot: second.id,
      traces: [{ cell: 'c0' }, { cell: 'c1' }],
    });
    // Afterwards it stays there, whatever else these cells do.
    await keep('a.ipynb', [...sources, 'most'], [{ at: 0, count: 3 }], {
      started: Date.now() + 60_000,
    });
    expect(await detail(run)).toMatchObject({ snapshot: second.id });
  });

  test('that was started by a thread after its burst is claimed when it ends, and its version is kept for ever', async () => {
    const served = await serve();
    const { start, end, keep, detail } = clientOf(served);
    const snapshot = await keep('a.ipynb', ['start_thread()'], [{ at: 0, count: 1 }]);
    expect(snapshot.line).toBe('auto');
    const facts = { cell: 'c0', certainty: 'unsure', because: 'thread' };
    const run = await start(facts);
    expect(await detail(run)).toMatchObject({ snapshot: null });
    await end(run, facts);
    expect(await detail(run)).toMatchObject({
      snapshot: snapshot.id,
      traces: [{ cell: 'c0', certainty: 'unsure', because: 'thread' }],
    });
    const kept = await served.own('GET', `api/v1/snapshots/${snapshot.id}`);
    expect(kept.json()).toMatchObject({ line: 'main', runs: [{ id: run }] });
  });

  test('is not claimed by another notebook on the same kernel, nor by another kernel', async () => {
    const { start, end, keep, detail } = clientOf(await serve());
    const facts = { cell: 'other-cell', execution: '1', 'source.sha256': hash('mine()') };
    const run = await start(facts);
    await end(run, facts);
    await keep('a.ipynb', ['x = 1'], [{ at: 0, count: 1 }]);
    await keep('b.ipynb', ['mine()'], [{ at: 0, count: 1 }], { kernel: { name: 'p', id: 'k2' } });
    expect(await detail(run)).toMatchObject({ snapshot: null });
  });

  test('without a cell id is found by its code, and the link says so', async () => {
    const { start, keep, detail } = clientOf(await serve());
    const run = await start({
      ...{ 'source.sha256': hash('train()'), certainty: 'unsure', because: 'no cell id' },
    });
    const snapshot = await keep('a.ipynb', ['x', 'train()'], [{ at: 1, count: 1 }]);
    expect(await detail(run)).toMatchObject({
      snapshot: snapshot.id,
      traces: [{ cell: 'c1', certainty: 'unsure', because: 'code' }],
    });
  });

  test('of a kernel without the wheel is found by the time at which its cell ran, where no other kernel was at work', async () => {
    const { start, keep, detail } = clientOf(await serve());
    const [first, second] = [await start(), await start()];
    const now = Date.now();
    const ran = [{ at: 0, count: 1, started: now - 1_000, finished: now + 1_000 }];
    await keep('a.ipynb', ['train()'], ran, { alone: false });
    expect(await detail(first)).toMatchObject({ snapshot: null });
    const snapshot = await keep('b.ipynb', ['train()'], ran);
    for (const run of [first, second])
      expect(await detail(run)).toMatchObject({
        snapshot: snapshot.id,
        traces: [{ cell: 'c0', certainty: 'unsure', because: 'window' }],
      });
  });

  test('of a kernel without the wheel is known by the token of that kernel, whatever else is at work', async () => {
    const served = await serve();
    const { keep, detail } = clientOf(served);
    const token = `${K}.${createHmac('sha256', KERNEL).update(K).digest('hex')}`;
    const answer = await served.ask({
      ...{ method: 'POST', path: `${MLFLOW}/runs/create`, body: { start_time: Date.now() } },
      headers: { authorization: `Bearer ${token}` },
    });
    const run = answer.json<RunPage>().run.info.run_id;
    const now = Date.now();
    const ran = [{ at: 0, count: 1, started: now - 1_000, finished: now + 1_000 }];
    const other = { alone: false, kernel: { name: 'r', id: 'another' } };
    await keep('b.ipynb', ['train()'], ran, other);
    expect(await detail(run)).toMatchObject({ snapshot: null });
    const snapshot = await keep('a.ipynb', ['train()'], ran, { alone: false });
    expect(await detail(run)).toMatchObject({
      snapshot: snapshot.id,
      traces: [{ kernel: K, cell: 'c0', because: 'window' }],
    });
  });

  test('of papermill is claimed by the version of the notebook that it has written', async () => {
    const served = await serve();
    const { start, end, detail } = clientOf(served);
    const facts = {
      ...{ kernel: '', session: '', 'source.sha256': hash('train()') },
      ...{ certainty: 'unsure', because: 'no cell id' },
    };
    const run = await start(facts);
    await end(run, facts);
    const notebook = JSON.parse(notebookText(['train()'])) as {
      cells: { execution_count: unknown }[];
    };
    const [cell] = notebook.cells;
    if (cell !== undefined) cell.execution_count = 1;
    writeFileSync(`${served.root}/out.ipynb`, JSON.stringify(notebook));
    const { snapshot } = (
      await served.own('POST', 'api/v1/snapshots', { path: 'out.ipynb' })
    ).json<{
      snapshot: Snapshot;
    }>();
    expect(snapshot.runs).toMatchObject([{ id: run }]);
    expect(await detail(run)).toMatchObject({
      snapshot: snapshot.id,
      traces: [{ because: 'code' }],
    });
  });

  test('that goes on stays with its version, though another notebook has the same code', async () => {
    const served = await serve();
    const { start, keep, detail } = clientOf(served);
    const run = await start({ cell: 'c0', execution: '1', 'source.sha256': hash('train()') });
    const snapshot = await keep('a.ipynb', ['train()'], [{ at: 0, count: 1 }]);
    const copy = notebookText(['train()'], ['other']).replace(
      '"execution_count": null',
      '"execution_count": 1',
    );
    writeFileSync(`${served.root}/b.ipynb`, copy);
    expect((await served.own('POST', 'api/v1/snapshots', { path: 'b.ipynb' })).status).toBe(200);
    expect(await detail(run)).toMatchObject({ snapshot: snapshot.id });
  });

  test('is not of the cell that registers it', async () => {
    const { start, end, post, detail } = clientOf(await serve());
    const facts = { cell: 'c0', execution: '1' };
    const run = await start(facts);
    await end(run, facts);
    await post('registered-models/create', { name: 'wine' }, { cell: 'other' });
    const version = { name: 'wine', source: 's3://a/b', run_id: run };
    await post('model-versions/create', version, { cell: 'other' });
    expect((await detail(run)).traces.map(({ cell }) => cell)).toEqual(['c0']);
  });

  test('keeps its links when the catalog is made anew from git', async () => {
    const served = await serve();
    const { start, end, keep, detail } = clientOf(served);
    const facts = { cell: 'c0', execution: '1' };
    const run = await start(facts);
    await end(run, facts);
    await keep('a.ipynb', ['train()'], [{ at: 0, count: 1 }]);
    const before = await detail(run);
    expect((await served.own('POST', 'api/v1/reindex', {})).status).toBe(200);
    expect(await detail(run)).toEqual(before);
    expect(before.traces).toMatchObject([{ cell: 'c0', certainty: 'sure' }]);
  });
});

test('what a run may owe to stale state is said of it, of its cells and those above alone', async () => {
  const { start, end, keep, doubts } = clientOf(await serve());
  const facts = { cell: 'c3', execution: '3' };
  const run = await start(facts);
  await end(run, facts);
  const stale = [
    { cell: 'c0', kind: 'edited' },
    { cell: 'c1', kind: 'never' },
    { cell: 'c2', kind: 'never' },
    { cell: 'c4', kind: 'never' },
    { cell: '', kind: 'other' },
  ];
  const sources = ['a = 1', 'b', 'c', 'train()', 'd'];
  await keep('a.ipynb', sources, [{ at: 3, count: 3 }], { stale, clean: false });
  expect(await doubts(run)).toEqual([
    'Cell 1 was edited after it ran.',
    'Cells 2 and 3 never ran in this kernel.',
    'Code that is not in the notebook ran in this kernel.',
  ]);
  const unsure = { cell: 'c3', execution: '4', certainty: 'unsure', because: 'thread' };
  const other = await start(unsure);
  expect(await doubts(other)).toEqual(['No version of a notebook is known to have made this run.']);
  await keep('a.ipynb', sources, [{ at: 3, count: 4 }]);
  expect(await doubts(other)).toEqual([
    'That cell 4 made it is not sure: a thread made it, which may outlive its cell.',
  ]);
});

test('runs are found by their notebook, version, cells and cleanness, beside all that MLflow knows', async () => {
  const served = await serve();
  const { start, end, log, keep } = clientOf(served);
  const facts = { cell: 'c1', execution: '2' };
  const run = await start(facts);
  await log(run, facts);
  await end(run, facts);
  const snapshot = await keep('a.ipynb', ['x', 'train()'], [{ at: 1, count: 2 }], { clean: true });
  const other = await start();
  const search = async (filter: string): Promise<unknown> => {
    const path = `api/v1/runs?filter=${encodeURIComponent(filter)}`;
    const answer = await served.own('GET', path);
    if (answer.status !== 200) return answer.json<{ message: string }>().message;
    return answer.json<{ runs: { id: string }[] }>().runs.map(({ id }) => id);
  };
  for (const filter of [
    "notebook = 'a.ipynb'",
    `snapshot = '${snapshot.id}'`,
    `snapshot LIKE '${snapshot.id.slice(0, 12)}%'`,
    "cell = 'c1' AND clean = true",
    "cell IN ('c1', 'c9') AND NOT (metrics.accuracy < 0.5)",
    "(metrics.accuracy > 5 OR notebook LIKE '%.ipynb')",
  ])
    expect(await search(filter), filter).toEqual([run]);
  expect(await search("notebook = 'b.ipynb' OR clean = false")).toEqual([]);
  expect(await search('')).toEqual([other, run]);
  expect(await search('colour = 3')).toMatch(/Runs have no colour\. .*notebook, snapshot, cell/);
});

test('whatever a header says, a run is started, and nothing that is no id is kept', async () => {
  const served = await serve();
  const { detail } = clientOf(served);
  for (const header of [
    '%',
    'cell=../..&kernel=a b',
    '&&&',
    `cell=${'x'.repeat(5_000)}`,
    'a=1 b=2',
  ]) {
    const answer = await served.ask({
      ...{ method: 'POST', path: `${MLFLOW}/runs/create`, body: {} },
      headers: { authorization: `Bearer ${KERNEL}`, 'x-cellar-context': header },
    });
    expect(answer.status, answer.text).toBe(200);
    const { traces } = await detail(answer.json<RunPage>().run.info.run_id);
    expect(traces.map(({ cell }) => cell)).toEqual(['']);
  }
});
