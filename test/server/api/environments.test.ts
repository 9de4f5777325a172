import { createHmac } from 'node:crypto';

import { expect, test } from 'vitest';

import { notebookText } from '../scratch.js';
import { KERNEL, serve, type Served } from './served.js';

const headers = { authorization: `Bearer ${KERNEL}` };
const ID = 'b2f4a0ce-11d8-4f0e-9e0a-000000000001';
const SENT = {
  ...{ kernel: ID, python: '3.11.7', implementation: 'CPython', platform: 'Linux-6.1' },
  packages: [
    ['numpy', '2.4.6'],
    ['tool', '1.0'],
  ],
  freeze:
    'numpy==2.4.6\ntool @ https://user:ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5F6g7h8@host/tool.whl\n',
  git: { commit: 'c'.repeat(40), dirty: true, branch: 'main' },
};

function send(served: Served, body: object) {
  return served.ask({ method: 'POST', path: 'api/v1/environments', headers, body });
}

function keep(served: Served, kernel: string | undefined, key: string) {
  return served.own('POST', 'api/v1/bursts', {
    ...{ key, path: 'a.ipynb', trigger: 'run-all', content: notebookText([key]) },
    kernel: { name: 'python3', ...(kernel === undefined ? {} : { id: kernel }) },
    bundles: [{ cell: 'c0', bundle: { metrics: { accuracy: 1 } } }],
  });
}

interface Kept {
  readonly snapshot: { readonly id: string; readonly environment: string | null };
}

test('what a kernel runs on is kept once, without secrets, and told with its versions and runs', async () => {
  const served = await serve();
  // The cell was done before the packages were all read.
  const early = (await keep(served, ID, 'first-key')).json<Kept>().snapshot;
  expect(early.environment).toBeNull();
  const { id } = (await send(served, SENT)).json<{ id: string }>();
  expect((await send(served, SENT)).json()).toEqual({ id });
  const other = 'another-kernel';
  expect((await send(served, { ...SENT, kernel: other })).json()).toEqual({ id });
  const late = (await keep(served, other, 'second-key')).json<Kept>().snapshot;
  expect(late.environment).toBe(id);
  const told = (await served.own('GET', `api/v1/snapshots/${early.id}`)).json<{
    environment: string;
    runs: { id: string }[];
  }>();
  expect(told.environment).toBe(id);
  const run = (await served.own('GET', `api/v1/runs/${told.runs[0]?.id ?? ''}`)).json();
  expect(run).toMatchObject({ environment: id, tags: {}, inputs: [] });
  expect(run['ranOn']).toMatchObject({ python: SENT.python, packages: SENT.packages.length });
  const found = await served.own('GET', `api/v1/environments/${id}`);
  const { kernel: _, freeze, ...rest } = SENT;
  expect(found.json()).toMatchObject({ id, ...rest });
  expect(found.text).not.toContain('ghp_');
  expect(freeze).toContain('ghp_');
  await served.own('POST', 'api/v1/reindex');
  expect((await served.own('GET', `api/v1/snapshots/${late.id}`)).json()).toMatchObject({
    environment: id,
  });
  expect((await served.own('GET', `api/v1/environments/${id}`)).text).toBe(found.text);
});

test("a run of MLflow's client is told with what the kernel that it names ran on", async () => {
  const served = await serve();
  const { id } = (await send(served, SENT)).json<{ id: string }>();
  const create = async (tags: object[]) =>
    (
      await served.ask({
        ...{ method: 'POST', path: 'api/2.0/mlflow/runs/create', headers },
        body: { experiment_id: '0', tags },
      })
    ).json<{ run: { info: { run_id: string } } }>().run.info.run_id;
  const [known, unknown] = [
    await create([{ key: 'cellar.kernel', value: ID }]),
    await create([{ key: 'cellar.kernel', value: '../../x' }]),
  ];
  const environmentOf = async (run: string) =>
    (await served.own('GET', `api/v1/runs/${run}`)).json()['environment'];
  expect(await environmentOf(known)).toBe(id);
  expect(await environmentOf(unknown)).toBeNull();
});

test('a kernel that changed what it runs on is told with the last', async () => {
  const served = await serve();
  await send(served, SENT);
  const second = await send(served, { ...SENT, python: '3.12.1' });
  const { snapshot } = (await keep(served, ID, 'first-key')).json<Kept>();
  expect(snapshot.environment).toBe(second.json()['id']);
});

test('the token of one kernel tells of no other', async () => {
  const served = await serve();
  const proof = createHmac('sha256', KERNEL).update(ID).digest('hex');
  const tell = (kernel: string) =>
    served.ask({
      ...{ method: 'POST', path: 'api/v1/environments', body: { ...SENT, kernel } },
      headers: { authorization: `Bearer ${ID}.${proof}` },
    });
  expect((await tell(ID)).status).toBe(200);
  const refused = await tell('another-kernel');
  expect([refused.status, refused.json()['code']]).toEqual([403, 'forbidden']);
});

test('a burst whose kernel has an id of another form is kept all the same', async () => {
  const served = await serve();
  for (const kernel of [undefined, '', '../x', 'k'.repeat(300)]) {
    const kept = await keep(served, kernel, `a key of ${String(kernel).slice(0, 20)}`);
    expect(kept.json()).toMatchObject({ created: true, snapshot: { environment: null } });
    expect(kept.json<{ snapshot: object }>().snapshot).toMatchObject({
      kernel: { name: 'python3' },
    });
    expect(kept.text).not.toContain('"id":"kkk');
  }
});

test.each([
  [{ ...SENT, kernel: '../x' }, 400],
  [{ ...SENT, packages: ['numpy'] }, 400],
  [{ kernel: ID }, 400],
])('%j is answered with %i', async (body, status) => {
  const served = await serve();
  expect((await send(served, body)).status).toBe(status);
  expect((await served.own('GET', 'api/v1/environments/none')).status).toBe(404);
});
