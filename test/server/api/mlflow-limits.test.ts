import { expect, test } from 'vitest';

import { serve, TOKEN, type Answer } from './served.js';

const MLFLOW = 'api/2.0/mlflow';

async function open() {
  const served = await serve();
  const post = (path: string, body: object): Promise<Answer> =>
    served.own('POST', `${MLFLOW}/${path}`, body);
  const made = await post('runs/create', {});
  const run = made.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
  const files = `api/2.0/mlflow-artifacts/artifacts`;
  const put = (name: string): Promise<Answer> =>
    served.ask({
      ...{ method: 'PUT', path: `${files}/0/${run}/artifacts/${name}`, raw: 'bytes' },
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  const list = async (folder = ''): Promise<unknown> =>
    (await served.own('GET', `${files}?path=0/${run}/artifacts${folder}`)).json()['files'];
  const data = async (): Promise<Record<string, { key: string; value: unknown }[]>> =>
    (await served.own('GET', `${MLFLOW}/runs/get?run_id=${run}`)).json<{
      run: { data: Record<string, { key: string; value: unknown }[]> };
    }>().run.data;
  return { ...served, post, run, put, list, data };
}

test('a batch with a metric of a model that is not there is kept not at all', async () => {
  const { post, run, data } = await open();
  const metric = { key: 'a', value: 1, timestamp: 1, step: 0 };
  const answers = [
    await post('runs/log-metric', { run_id: run, ...metric, model_id: 'm-nobody' }),
    await post('runs/log-batch', {
      run_id: run,
      metrics: [
        { ...metric, key: 'b' },
        { ...metric, model_id: 'm-nobody' },
      ],
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: '1' }],
    }),
  ];
  for (const answer of answers)
    expect([answer.status, answer.json()['error_code']]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  const { metrics, params, tags } = await data();
  expect([metrics, params, tags?.map(({ key }) => key)]).toEqual([[], [], ['mlflow.runName']]);
});

test('texts are as long as they have characters, and none is cut in two', async () => {
  const { post, run, data } = await open();
  const wine = '\u{1F377}';
  const params = [
    { key: 'full', value: wine.repeat(6_000) },
    { key: 'more', value: `x${wine.repeat(6_000)}` },
  ];
  expect((await post('runs/log-batch', { run_id: run, params })).status).toBe(200);
  expect((await data())['params']).toEqual([
    { key: 'full', value: wine.repeat(6_000) },
    { key: 'more', value: `x${wine.repeat(5_999)}` },
  ]);
  const letter = '\u{10400}';
  const named = (length: number): Promise<Answer> =>
    post('runs/set-tag', { run_id: run, key: letter.repeat(length), value: '' });
  expect([(await named(250)).status, (await named(251)).status]).toEqual([200, 400]);
});

test('what is named by half of a character could be in no address, and is refused', async () => {
  const { post } = await open();
  for (const [path, body] of [
    ['experiments/create', { name: 'a\ud800' }],
    ['registered-models/create', { name: 'a\ud800' }],
    ['logged-models', { experiment_id: '0', name: '\udc00a' }],
  ] as const) {
    const answer = await post(path, body);
    expect([path, answer.status]).toEqual([path, 400]);
    expect(answer.json()['message']).toContain('half of a character');
  }
});

test('a file lies in folders as they are on a disk: no folder without a name, no file that is a folder', async () => {
  const { put, list } = await open();
  expect((await put('a//b///c.txt')).status).toBe(200);
  expect(await list('/a')).toEqual([{ path: 'b', is_dir: true }]);
  expect(await list('/a/b')).toMatchObject([{ path: 'c.txt' }]);
  for (const name of ['a', 'a/b', 'a/b/c.txt/d']) {
    const answer = await put(name);
    expect([name, answer.status]).toEqual([name, 400]);
    expect(answer.json()['message']).toContain('"a/b/c.txt"');
  }
  expect(await list()).toEqual([{ path: 'a', is_dir: true }]);
});

test('a model is logged in no experiment that was deleted', async () => {
  const { post } = await open();
  const made = (await post('experiments/create', { name: 'gone' })).json();
  const experiment = { experiment_id: made['experiment_id'] };
  await post('experiments/delete', experiment);
  const answer = await post('logged-models', { ...experiment, name: 'forest' });
  expect([answer.status, answer.json()['error_code']]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  await post('experiments/restore', experiment);
  expect((await post('logged-models', { ...experiment, name: 'forest' })).status).toBe(200);
});

test.each(['runs:/x', 'models:/m-1', 'http://example.org/x', 'HTTPS://example.org', 'file:/x'])(
  'files of runs are in no %s',
  async (place) => {
    const { post } = await open();
    const answer = await post('experiments/create', { name: 'a', artifact_location: place });
    expect([answer.status, answer.json()['error_code']]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  },
);

test('a filter that would keep everybody waiting is refused, and says so', async () => {
  const { post } = await open();
  const search = (filter: string): Promise<Answer> =>
    post('runs/search', { experiment_ids: ['0'], filter });
  const ids = (count: number): string =>
    `run_id IN (${Array<string>(count)
      .fill(`'${'0'.repeat(32)}'`)
      .join(',')})`;
  expect((await search(ids(1_200))).status).toBe(200);
  for (const [filter, words] of [
    [ids(2_000), 'characters'],
    [`run_id IN (${Array<string>(9_000).fill("'a'").join(',')})`, '9000 conditions and values'],
    [Array<string>(2_500).fill("params.a='1'").join(' AND '), '2500 conditions and values'],
  ] as const) {
    const answer = await search(filter);
    expect([answer.status, answer.json()['error_code']]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(answer.json()['message']).toContain(words);
  }
});

test('what is too large is told with how much is taken', async () => {
  const { post, run } = await open();
  const tags = [{ key: 'a', value: 'x'.repeat(1_000_000) }];
  const answer = await post('runs/log-batch', { run_id: run, tags });
  expect(answer.status).toBe(400);
  expect(answer.json()['message']).toMatch(/^The request has \d+ bytes: this call takes 1000000/);
});

test('a name that leads to a drive is no name within a folder', async () => {
  const { put } = await open();
  for (const name of ['c:/x', 'C%3Ax', '%2e%2e/x']) expect((await put(name)).status).toBe(400);
});

test('a range beyond a file is refused as MLflow’s clients read refusals', async () => {
  const { ask, run, put } = await open();
  await put('a.bin');
  const answer = await ask({
    ...{ method: 'GET', path: `api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/a.bin` },
    headers: { authorization: `Bearer ${TOKEN}`, range: 'bytes=5-9' },
  });
  expect(answer.status).toBe(416);
  expect(answer.json()).toEqual({
    error_code: 'INVALID_PARAMETER_VALUE',
    message: "The range lies outside of the file's 5 bytes.",
  });
});
