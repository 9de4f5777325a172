import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { ExternalRegistry, Link } from '../../../contract/external.js';
import { answerJson, stand } from '../external/server.js';
import { KERNEL, serve, type Served } from './served.js';

const SETTINGS = { url: 'https://mlflow.example/', token: 'env:SOME_TOKEN' };

/** A run with one file. */
async function makeRun({ own, ask }: Served): Promise<string> {
  const created = await own('POST', 'api/2.0/mlflow/runs/create', { experiment_id: '0' });
  const { run } = created.json<{ run: { info: { run_id: string } } }>();
  const id = run.info.run_id;
  const put = await ask({
    ...{ method: 'PUT', path: `api/2.0/mlflow-artifacts/artifacts/0/${id}/artifacts/model.bin` },
    ...{ raw: 'weights', headers: { authorization: `Bearer ${KERNEL}` } },
  });
  expect(put.status).toBe(200);
  return id;
}

test('a registry is set up with the places of its secrets, changed, and forgotten', async () => {
  const { own, root } = await serve();
  const put = await own('PUT', 'api/v1/external/prod', SETTINGS);
  expect(put.json()).toMatchObject({ name: 'prod', url: 'https://mlflow.example', every: 60 });
  await own('PUT', 'api/v1/external/prod', { ...SETTINGS, every: 5 });
  const { registries } = (await own('GET', 'api/v1/external')).json<{
    registries: ExternalRegistry[];
  }>();
  expect(registries).toMatchObject([
    { name: 'prod', token: 'env:SOME_TOKEN', every: 5, state: 'unknown', seen: null, waiting: 0 },
  ]);
  expect(readFileSync(join(root, '.cellar/state/registries.json'), 'utf8')).toContain('SOME_TOKEN');
  expect((await own('DELETE', 'api/v1/external/prod')).status).toBe(200);
  expect((await own('DELETE', 'api/v1/external/prod')).status).toBe(404);
});

test.each([
  ['a secret itself', 'prod', { ...SETTINGS, token: 'dapi0123' }, 'body.token: name where'],
  ['a user in the address', 'prod', { url: 'https://ada:pw@x' }, 'without a user'],
  ['an address of no server', 'prod', { url: 'file:///tmp' }, 'an address such as'],
  ['a name that is none', 'Prod!', SETTINGS, 'is no name of a registry'],
  ['too short a time', 'prod', { ...SETTINGS, every: 1 }, 'body.every'],
])('%s is refused, and the message does not repeat it', async (_, name, body, words) => {
  const { own } = await serve();
  const answer = await own('PUT', `api/v1/external/${encodeURIComponent(name)}`, body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(words);
  expect(answer.text).not.toMatch(/dapi0123|ada:pw/);
});

test('a kernel may neither see registries nor link anything', async () => {
  const { ask } = await serve();
  const headers = { authorization: `Bearer ${KERNEL}` };
  for (const [method, path] of [
    ['GET', 'api/v1/external'],
    ['PUT', 'api/v1/external/prod'],
    ['GET', 'api/v1/external/prod/entries'],
    ['POST', 'api/v1/external/prod/follow'],
    ['GET', 'api/v1/links'],
    ['POST', 'api/v1/links'],
  ] as const)
    expect((await ask({ method, path, headers })).status).toBe(403);
});

test('a page is linked to a run, once, and the link taken away', async () => {
  const served = await serve();
  const run = await makeRun(served);
  const body = {
    ...{ kind: 'address', of: { kind: 'run', run, path: 'model.bin' } },
    ...{ url: 'https://example.org/card', title: 'Model card' },
  };
  const link = (await served.own('POST', 'api/v1/links', body)).json<Link>();
  expect(link).toMatchObject({ registry: null, page: 'https://example.org/card', state: 'linked' });
  expect((await served.own('POST', 'api/v1/links', body)).json<Link>().id).toBe(link.id);
  const list = async (of: string): Promise<number> =>
    (await served.own('GET', `api/v1/links?of=${of}`)).json<{ links: Link[] }>().links.length;
  expect([await list(run), await list('0'.repeat(32))]).toEqual([1, 0]);
  expect((await served.own('DELETE', `api/v1/links/${link.id}`)).status).toBe(200);
  expect(await list(run)).toBe(0);
  const script = { ...body, url: 'javascript:alert(1)' };
  expect((await served.own('POST', 'api/v1/links', script)).status).toBe(400);
});

test('what cannot be registered is refused before the registry is asked', async () => {
  const served = await serve();
  const { url, came } = await stand((_, response) => answerJson(response, {}));
  await served.own('PUT', 'api/v1/external/prod', { url });
  const run = await makeRun(served);
  const register = async (of: object, registry = 'prod'): Promise<number> =>
    (await served.own('POST', 'api/v1/links', { kind: 'register', of, registry, entry: 'wine' }))
      .status;
  expect(await register({ kind: 'run', run, path: 'nothing' })).toBe(404);
  expect(await register({ kind: 'run', run: '0'.repeat(32) })).toBe(404);
  expect(await register({ kind: 'model', model: 'm-1' })).toBe(404);
  expect(await register({ kind: 'version', name: 'wine', version: 1 })).toBe(404);
  expect(await register({ kind: 'run', run }, 'other')).toBe(404);
  expect(came).toEqual([]);
});

test('a registration with a registry that hangs is answered within seconds, and is kept', async () => {
  const served = await serve();
  const { url } = await stand(() => undefined);
  await served.own('PUT', 'api/v1/external/prod', { url, every: 86_400 });
  const run = await makeRun(served);
  const start = performance.now();
  const body = { kind: 'register', of: { kind: 'run', run }, registry: 'prod', entry: 'wine' };
  const link = (await served.own('POST', 'api/v1/links', body)).json<Link>();
  expect(performance.now() - start).toBeLessThan(6_000);
  expect(link).toMatchObject({ state: 'waiting', version: null });
  const { links } = (await served.own('GET', 'api/v1/links')).json<{ links: Link[] }>();
  expect(links.map(({ id, state }) => [id, state])).toEqual([[link.id, 'waiting']]);
});

test('files of its own machine are not asked for: a registry without a proxy says what to do', async () => {
  const served = await serve();
  const { url, came } = await stand((_, response) => {
    const location = '/home/ada/mlruns/1';
    const experiment = { experiment_id: '1', artifact_location: location };
    answerJson(response, { experiment, registered_model: { name: 'wine' } });
  });
  await served.own('PUT', 'api/v1/external/prod', { url });
  const run = await makeRun(served);
  const body = { kind: 'register', of: { kind: 'run', run }, registry: 'prod', entry: 'wine' };
  const link = (await served.own('POST', 'api/v1/links', body)).json<Link>();
  expect(link.state).toBe('refused');
  expect(link.failure).toContain('--serve-artifacts');
  // Nothing was made there.
  expect(came.every(({ method }) => method === 'GET')).toBe(true);
});

test('a webhook is heard only where its secret is set and it is signed', async () => {
  const { own, ask } = await serve();
  const path = 'api/v1/external/prod/webhook';
  expect((await ask({ method: 'POST', path, raw: '{}' })).status).toBe(404);
  await own('PUT', 'api/v1/external/prod', { url: 'http://127.0.0.1:1' });
  expect((await ask({ method: 'POST', path, raw: '{}' })).status).toBe(404);
  await own('PUT', 'api/v1/external/prod', { url: 'http://127.0.0.1:1', webhook: 'env:PATH' });
  const old = {
    'x-mlflow-signature': 'v1,AAAA',
    'x-mlflow-timestamp': String(Math.floor(Date.now() / 1000)),
    'x-mlflow-delivery-id': '1',
  };
  expect((await ask({ method: 'POST', path, raw: '{}', headers: old })).status).toBe(401);
});
