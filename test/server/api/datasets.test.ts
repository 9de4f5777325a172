import { expect, test } from 'vitest';

import { notebookText } from '../scratch.js';
import { KERNEL, serve, type Served } from './served.js';

const RUN = 'a'.repeat(32);
const KEY = `ghp_${'a1B2c3D4e5'.repeat(3)}F6g7h8`;

function column(name: string, values: readonly number[], missing = 0) {
  const sketch = { k: 200, count: values.length, levels: [values] };
  return { name, type: 'number', missing, sketch };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

const RAW = {
  ...{ name: 'raw', digest: '1'.repeat(32), kind: 'csv', origin: 'raw.csv' },
  ...{ rows: 100, columnCount: 3, sha256: '5'.repeat(64), context: 'training' },
  columns: [
    column('age', range(0, 100)),
    column('old', range(0, 100)),
    {
      ...{ name: 'plan', type: 'text', missing: 25, distinct: 2, dtype: 'object' },
      top: [
        ['free', 50],
        [KEY, 25],
      ],
    },
  ],
};
const FEATURES = {
  ...{ name: 'features', digest: '2'.repeat(32), kind: 'pandas', target: 'age' },
  ...{ rows: 50, columnCount: 3, featuresOf: { name: 'raw', digest: RAW.digest } },
  columns: [
    column('age', range(50, 100), 5),
    { name: 'plan', type: 'integer', missing: 0 },
    { name: 'new', type: 'boolean', missing: 0 },
  ],
};

interface Told {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
}

async function keep(served: Served, datasets: readonly object[], key: string) {
  const bundle = { run: { id: RUN }, datasets };
  const kept = await served.own('POST', 'api/v1/bursts', {
    ...{ key, path: 'a.ipynb', trigger: 'run-all', content: notebookText([key]) },
    bundles: [{ cell: 'c0', bundle }],
  });
  expect(kept.status).toBe(200);
  return kept.json<{ warnings: { code: string; message: string }[] }>();
}

async function list(served: Served, query = ''): Promise<readonly Told[]> {
  return (await served.own('GET', `api/v1/datasets${query}`)).json<{ datasets: Told[] }>().datasets;
}

test('data that a cell described are kept once, as an input of its run, and name what they were made of', async () => {
  const served = await serve();
  await keep(served, [RAW, FEATURES], 'first-key');
  await keep(served, [RAW], 'second-key');
  const [features, raw, ...others] = await list(served);
  expect(others).toEqual([]);
  expect(features).toMatchObject({ name: 'features', target: 'age', rows: 50, parent: raw?.id });
  expect(raw).toMatchObject({
    name: 'raw',
    kind: 'csv',
    origin: 'raw.csv',
    sha256: '5'.repeat(64),
  });
  expect(await list(served, '?name=raw')).toEqual([raw]);
  expect(await list(served, '?limit=1')).toEqual([features]);
  const headers = { authorization: `Bearer ${KERNEL}` };
  const run = await served.ask({ path: `api/2.0/mlflow/runs/get?run_id=${RUN}`, headers });
  const inputs = run.json<{ run: { inputs: { dataset_inputs: object[] } } }>().run.inputs;
  expect(inputs.dataset_inputs).toEqual([
    {
      tags: [{ key: 'mlflow.data.context', value: 'training' }],
      dataset: {
        ...{ name: 'raw', digest: RAW.digest, source_type: 'csv', source: 'raw.csv' },
        ...{ schema: '', profile: '' },
      },
    },
    { tags: [], dataset: expect.objectContaining({ name: 'features' }) as object },
  ]);
  // Everything is there after the catalog was made anew.
  const before = await list(served);
  await served.own('POST', 'api/v1/reindex');
  expect(await list(served)).toEqual(before);
});

test('no secret stands among the values of a column, and none stands where values are off', async () => {
  const served = await serve();
  const hidden = { ...RAW, name: 'hidden', values: false };
  // Which its column's name tells.
  const word = { name: 'password', type: 'text', missing: 0, top: [['Tr0ub4dor-and-3', 9]] };
  const words = { ...RAW, name: 'words', digest: '3'.repeat(32), columns: [word], context: KEY };
  await keep(served, [RAW, hidden, words], 'first-key');
  const [third, second, first] = await list(served);
  const password = (await served.own('GET', `api/v1/datasets/${third?.id ?? ''}`)).text;
  expect(password).toContain('[redacted');
  expect(password).not.toContain('Tr0ub4dor');
  const run = (await served.own('GET', `api/v1/runs/${RUN}`)).text;
  expect(run).toContain('mlflow.data.context');
  expect(run).not.toContain(KEY);
  const told = (await served.own('GET', `api/v1/datasets/${first?.id ?? ''}`)).json();
  expect(JSON.stringify(told)).not.toContain(KEY);
  expect(told).toMatchObject({
    columns: [
      {},
      {},
      {
        ...{ name: 'plan', type: 'text', dtype: 'object', missing: 25, distinct: 2 },
        top: [
          ['free', 50],
          [expect.stringContaining('[redacted'), 25],
        ],
      },
    ],
  });
  const off = (await served.own('GET', `api/v1/datasets/${second?.id ?? ''}`)).text;
  expect(off).not.toContain('free');
});

test('a purge finds a value of a column, and the address of a package', async () => {
  const served = await serve();
  const value = 'Ada-of-Lovelace';
  const word = { name: 'who', type: 'text', missing: 0, top: [[value, 9]] };
  await keep(served, [{ ...RAW, columns: [word] }], 'first-key');
  const environment = { kernel: 'k1', python: '3.11.7', packages: [], freeze: `a @ ${value}\n` };
  const { id } = (await served.own('POST', 'api/v1/environments', environment)).json();
  const purged = await served.own('POST', 'api/v1/purge', { texts: [value], dryRun: false });
  expect(purged.json()).toMatchObject({ status: 'ok', left: [] });
  await served.own('POST', 'api/v1/reindex');
  const [dataset] = await list(served);
  const told = await served.own('GET', `api/v1/datasets/${dataset?.id ?? ''}`);
  expect(told.json()).toMatchObject({ columns: [{ top: [['[redacted: purged]', 9]] }] });
  expect((await served.own('GET', `api/v1/environments/${String(id)}`)).json()).toMatchObject({
    freeze: 'a @ [redacted: purged]\n',
  });
});

test('two datasets are compared by columns, missing values and quantiles', async () => {
  const served = await serve();
  await keep(served, [RAW, FEATURES], 'first-key');
  const [features, raw] = await list(served);
  const path = `api/v1/datasets/${raw?.id ?? ''}/compare/${features?.id ?? ''}`;
  const compared = (await served.own('GET', path)).json<{ columns: object[] }>();
  expect(compared).toMatchObject({
    base: { name: 'raw' },
    head: { name: 'features' },
    ...{ added: ['new'], removed: ['old'] },
    retyped: [{ name: 'plan', base: 'text', head: 'integer' }],
  });
  expect(compared.columns[0]).toMatchObject({
    name: 'age',
    missing: { base: 0, head: 0.1 },
    distance: 0.5,
    quantiles: [
      { at: 0.01, base: 0, head: 50 },
      { at: 0.05, base: 4, head: 52 },
      { at: 0.25, base: 24, head: 62 },
      { at: 0.5, base: 49, head: 74 },
      { at: 0.75, base: 74, head: 87 },
      { at: 0.95, base: 94, head: 97 },
      { at: 0.99, base: 98, head: 99 },
    ],
  });
  expect(compared.columns[1]).toEqual({
    ...{ name: 'plan', missing: { base: 0.25, head: 0 }, quantiles: [], distance: null },
  });
});

test('what MLflow says of data is told in the same form', async () => {
  const served = await serve();
  const headers = { authorization: `Bearer ${KERNEL}` };
  const mlflow = async (path: string, body: object) =>
    (await served.ask({ method: 'POST', path: `api/2.0/mlflow/${path}`, headers, body })).json<{
      run: { info: { run_id: string } };
    }>();
  const { run } = await mlflow('runs/create', { experiment_id: '0' });
  const described = { source_type: 'local', source: 'x.csv' };
  const schema = {
    mlflow_colspec: [
      { type: 'double', name: 'x', required: true },
      { type: 'long', name: 'n', required: true },
      { type: { weird: 1 }, name: 'odd' },
    ],
  };
  const texts = [
    [JSON.stringify(schema), JSON.stringify({ num_rows: 7, num_elements: 21 })],
    ['', JSON.stringify({ features_shape: [9, 4], features_size: 36 })],
    ['no JSON', '{"num_rows": "many"}'],
  ];
  for (const [at, [spec, profile]] of texts.entries())
    await mlflow('runs/log-inputs', {
      run_id: run.info.run_id,
      datasets: [
        { dataset: { name: `d${at}`, digest: `x${at}`, ...described, schema: spec, profile } },
      ],
    });
  const [broken, array, frame] = await list(served);
  expect(frame).toMatchObject({ name: 'd0', kind: 'local', rows: 7, columnCount: 3, parent: null });
  expect(array).toMatchObject({ rows: 9, columnCount: 4 });
  expect(broken).toMatchObject({ rows: null, columnCount: null });
  const { columns } = (await served.own('GET', `api/v1/datasets/${frame?.id ?? ''}`)).json();
  expect(columns).toEqual([
    { name: 'x', type: 'number', dtype: 'double' },
    { name: 'n', type: 'integer', dtype: 'long' },
    { name: 'odd', type: 'other', dtype: '{"weird":1}' },
  ]);
});

test('what is named as the origin of features and is not kept is told of', async () => {
  const served = await serve();
  const { warnings } = await keep(served, [FEATURES], 'first-key');
  expect(warnings).toEqual([
    {
      code: 'dataset_unknown',
      message:
        'features is said to be made of raw, of which nothing is kept: log that with cellar.dataset first.',
    },
  ]);
  expect(await list(served)).toMatchObject([{ name: 'features', parent: null }]);
});

test.each([
  ['api/v1/datasets/none', 404],
  ['api/v1/datasets/none/compare/none', 404],
  ['api/v1/datasets?limit=0', 400],
])('GET %s is answered with %i', async (path, status) => {
  const served = await serve();
  expect((await served.own('GET', path)).status).toBe(status);
  const headers = { authorization: `Bearer ${KERNEL}` };
  expect((await served.ask({ path, headers })).status).toBe(403);
});
