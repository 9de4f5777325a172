import { randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { RunPage } from '../../../contract/run.js';
import { readRunPage } from '../../../server/lineage/run-page.js';
import { keepBurst } from '../../../server/capture/keep.js';
import { burstSchema } from '../../../contract/capture.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { createPool } from '../../../server/work/pool.js';
import { buildWorkers } from '../work/built.js';
import { serve } from '../api/served.js';
import { addFile, beginRun, fill, SOURCES, type Filled } from './filled.js';

async function read(filled: Filled, run = filled.run): Promise<RunPage> {
  const pool = createPool({ folder: await buildWorkers(), size: 1 });
  try {
    return await readRunPage(await filled.lineage.look(), pool, run);
  } finally {
    pool.close();
  }
}

describe('the page of a run', () => {
  test('tells what it read, what it made, and the version that it is of', async () => {
    const filled = await fill();
    const page = await read(filled);
    expect(page).toMatchObject({
      words:
        'Run train, from train.ipynb as of 2026-11-23 14:00 UTC (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run.',
      warnings: [],
      user: 'ada',
      params: { trees: '60' },
      metrics: { accuracy: { value: 0.97222 } },
      data: [{ id: filled.data, name: 'wine.csv', rows: 178, columns: 2, role: 'training' }],
      artifacts: [{ name: 'wine.joblib', sha256: filled.file, certainty: 'sure' }],
      models: [{ id: filled.model, name: 'forest', versions: [{ name: 'wine', version: 1 }] }],
      versions: [{ name: 'wine', version: 2 }],
      version: { id: filled.snapshot, path: 'train.ipynb', clean: true, before: null },
      experiment: { id: '0', name: 'Default' },
      language: 'python',
    });
  });

  test('shows the cells that ran in their order, with their sources, and which made it', async () => {
    const { cells } = await read(await fill());
    expect(cells.map(({ source }) => source)).toEqual(SOURCES);
    expect(cells.filter(({ made }) => made).map(({ index, count }) => [index, count])).toEqual([
      [4, 5],
    ]);
  });

  test('shows outputs in the form that says the most, of a cell that ran twice with the last', async () => {
    const filled = await fill();
    const outputs = [
      { output_type: 'stream', name: 'stdout', text: ['one\n', 'two\n'] },
      {
        output_type: 'display_data',
        metadata: {},
        data: { 'text/plain': '<Figure>', 'image/png': 'iVBORw0KGgo=' },
      },
      { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: ['ValueError: no'] },
    ];
    const run = await runIn(filled, outputs);
    const { cells } = await read(filled, run);
    expect(cells.map(({ count }) => count)).toEqual([1, 2]);
    expect(cells[0]?.outputs).toEqual([]);
    expect(cells[1]?.outputs).toMatchObject([
      { type: 'stream', name: 'stdout', text: 'one\ntwo\n' },
      { type: 'display_data', mime: 'image/png', text: 'iVBORw0KGgo=' },
      { type: 'error', text: 'ValueError: no' },
    ]);
  });

  test('leaves out outputs that are too large, and says how large they are', async () => {
    const filled = await fill();
    const text = 'x'.repeat(5_000_000);
    const run = await runIn(filled, [
      { output_type: 'stream', name: 'stdout', text },
      { output_type: 'stream', name: 'stderr', text: 'small' },
    ]);
    const [, last] = (await read(filled, run)).cells;
    expect(last?.outputs.map(({ text: shown, length }) => [shown, length])).toEqual([
      [undefined, 5_000_000],
      ['small', 5],
    ]);
  });

  test('warns of what makes one doubt it', async () => {
    const filled = await fill();
    const { catalog } = filled.history.store;
    const row = await catalog.findRun(filled.run);
    const snapshot = await catalog.findSnapshot(filled.snapshot);
    if (row === undefined || snapshot === undefined) throw new RangeError('not there');
    const stale = [{ cell: 'c1', kind: 'edited' as const }];
    await catalog.apply({ snapshots: [{ ...snapshot, stale }] });
    expect((await read(filled)).warnings).toEqual([
      { code: 'edited', message: 'Cell 2 was edited after it ran.' },
    ]);
  });

  test('is there of a run that no version has claimed', async () => {
    const filled = await fill();
    const run = await beginRun(filled.history, 'alone');
    await addFile(filled.history, run, 'model/requirements.txt', 'pandas==2.2');
    expect(await read(filled, run)).toMatchObject({
      words: 'Run alone.',
      version: null,
      cells: [],
      kernel: null,
      packages: [{ name: 'model/requirements.txt' }],
    });
    await expect(read(filled, 'f'.repeat(32))).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** Another run of one cell, which ran twice and put this out. */
async function runIn({ history }: Filled, outputs: readonly object[]): Promise<string> {
  const run = await beginRun(history, 'shown');
  const cell = {
    ...{ cell_type: 'code', id: 'only', metadata: {}, source: 'show()', execution_count: 2 },
    outputs,
  };
  const content = JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const executions = [1, 2].map((count) => ({
    ...{
      cell: 'only',
      index: 0,
      count,
      status: 'ok' as const,
      started: count,
      finished: count + 1,
    },
  }));
  await keepBurst(
    { history, operating: openOperatingState(history.store.places) },
    burstSchema.parse({
      ...{ key: randomBytes(8).toString('hex'), path: 'shown.ipynb', trigger: 'burst' },
      ...{ content, executions, bundles: [{ cell: 'only', bundle: { run: { id: run } } }] },
    }),
  );
  return run;
}

describe('the API', () => {
  test.each([
    ['api/v1/lineage?node=run:none', 404],
    ['api/v1/lineage', 400],
    ['api/v1/lineage?node=', 400],
    ['api/v1/lineage?node=a&direction=sideways', 400],
    ['api/v1/lineage?node=a&depth=0', 400],
    ['api/v1/lineage?node=a&limit=100000', 400],
    ['api/v1/lineage?node=a&kinds=run,thing', 400],
    ['api/v1/lineage/openlineage?node=run:none', 404],
  ])('answers %s with %i', async (path, status) => {
    const { own } = await serve();
    expect((await own('GET', path)).status).toBe(status);
  });

  test('answers a viewer, and no kernel', async () => {
    const { ask, own } = await serve();
    const run = 'c'.repeat(32);
    await own('POST', `api/v1/runs/${run}/points`, { points: [{ name: 'loss', value: 1 }] });
    const found = await own('GET', `api/v1/lineage?node=${run}&kinds=version&direction=up`);
    expect(found.json()).toMatchObject({ focus: `run:${run}`, edges: [], totals: { run: 1 } });
    const headers = { authorization: 'Bearer kernel-token' };
    expect((await ask({ path: `api/v1/lineage?node=${run}`, headers })).status).toBe(403);
  });
});
