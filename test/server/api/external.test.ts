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
    ['GET', 'api/v1/external/prod/versions?entry=wine'],
    ['PUT', 'api/v1/links/01'],
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
  const body = { kind: 'register', of: { kind: 'run', run }, registry: 'prod', entry: 'wine' };
  const link = (await served.own('POST', 'api/v1/links', body)).json<Link>();
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

test('a link that was taken away is put back, and links are found by what people call things', async () => {
  const served = await serve();
  const run = await makeRun(served);
  const body = {
    ...{ kind: 'address', of: { kind: 'run', run, path: 'model.bin' } },
    ...{ url: 'https://example.org/card', title: 'Model card' },
  };
  const add = async (): Promise<Link> =>
    (await served.own('POST', 'api/v1/links', body)).json<Link>();
  const link = await add();
  expect(link.run).toBe(run);
  const list = async (of: string): Promise<readonly string[]> => {
    const answer = await served.own('GET', `api/v1/links?of=${encodeURIComponent(of)}`);
    const { links, mayChange } = answer.json<{ links: Link[]; mayChange: boolean }>();
    expect(mayChange).toBe(true);
    return links.map(({ id }) => id);
  };
  expect(await list(`runs:/${run}`)).toEqual([link.id]);
  expect(await list(`models:/m-${run}`)).toEqual([]);

  const [remove, restore] = (['DELETE', 'PUT'] as const).map(
    (method) => () => served.own(method, `api/v1/links/${link.id}`),
  );
  await remove!();
  expect(await list(run)).toEqual([]);
  expect((await restore!()).json<Link>()).toMatchObject({ id: link.id, entry: 'Model card' });
  expect((await restore!()).status).toBe(200);
  expect(await list(run)).toEqual([link.id]);
  // What was linked anew meanwhile is not there twice.
  await remove!();
  const anew = await add();
  expect((await restore!()).json<Link>().id).toBe(anew.id);
  expect(await list(run)).toEqual([anew.id]);
  expect((await served.own('PUT', `api/v1/links/${'0'.repeat(26)}`)).status).toBe(404);
});

test('a registered version is linked, and found by its name, and by its run', async () => {
  const served = await serve();
  const run = await makeRun(served);
  const of = { kind: 'artifact', run, path: 'model.bin' };
  expect((await served.own('POST', 'api/v1/models', { name: 'wine', of })).status).toBe(200);
  const body = {
    ...{ kind: 'address', of: { kind: 'version', name: 'wine', version: 1 } },
    ...{ url: 'https://example.org/card', title: 'Model card' },
  };
  const link = (await served.own('POST', 'api/v1/links', body)).json<Link>();
  expect(link).toMatchObject({ run, of: { kind: 'version', name: 'wine', version: 1 } });
  for (const [named, count] of [
    ['models:/wine/1', 1],
    ['models:/wine/2', 0],
    [`runs:/${run}`, 1],
    // Its id alone names the run's own.
    [run, 0],
  ] as const) {
    const answer = await served.own('GET', `api/v1/links?of=${encodeURIComponent(named)}`);
    expect(answer.json<{ links: Link[] }>().links, named).toHaveLength(count);
  }
});

test('taking a link away ends its registration, and nothing is registered', async () => {
  const served = await serve();
  let left = (): void => undefined;
  const leaving = new Promise<void>((resolve) => {
    left = resolve;
  });
  const { url, came } = await stand(({ method, path }, response) => {
    if (method === 'PUT') response.on('close', left);
    else if (path.includes('/runs/search')) answerJson(response, {});
    else {
      const files = 'mlflow-artifacts:/1';
      answerJson(response, {
        experiment: { experiment_id: '1', artifact_location: files },
        registered_model: { name: 'wine' },
        run: { info: { run_id: 'r', artifact_uri: files } },
      });
    }
  });
  await served.own('PUT', 'api/v1/external/prod', { url, every: 86_400 });
  const run = await makeRun(served);
  const body = { kind: 'register', of: { kind: 'run', run }, registry: 'prod', entry: 'wine' };
  const asked = served.own('POST', 'api/v1/links', body);
  await expect.poll(() => came.some(({ method }) => method === 'PUT')).toBe(true);
  const { links } = (await served.own('GET', 'api/v1/links')).json<{ links: Link[] }>();
  expect(links).toMatchObject([{ state: 'waiting', failure: '' }]);
  expect((await served.own('DELETE', `api/v1/links/${links[0]!.id}`)).status).toBe(200);
  await leaving;
  const answer = await asked;
  expect(answer.json<{ code: string }>().code).toBe('cancelled');
  expect(came.some(({ path }) => path.includes('model-versions/create'))).toBe(false);
  const ended = came.filter(({ path }) => path.includes('/runs/update'));
  expect(ended.map(({ body: sent }) => JSON.parse(sent.toString()) as object)).toMatchObject([
    { run_id: 'r', status: 'KILLED' },
  ]);
  expect((await served.own('GET', 'api/v1/links')).json<{ links: Link[] }>().links).toEqual([]);
});

test('the versions of an entry are listed, the newest first', async () => {
  const served = await serve();
  const { url, came } = await stand((_, response) =>
    answerJson(response, {
      model_versions: [
        { name: 'wine', version: '2', current_stage: 'Staging', description: 'second' },
        { name: 'wine', version: 1, last_updated_timestamp: '5' },
      ],
    }),
  );
  await served.own('PUT', 'api/v1/external/prod', { url });
  const answer = await served.own('GET', "api/v1/external/prod/versions?entry=ada's%20wine");
  expect(answer.json()).toEqual({
    versions: [
      { version: '2', description: 'second', updated: 0, stage: 'Staging' },
      { version: '1', description: '', updated: 5, stage: '' },
    ],
  });
  const query = new URL(came[0]!.path, url).searchParams;
  expect(query.get('filter')).toBe(`name = "ada's wine"`);
  expect(query.get('order_by')).toBe('version_number DESC');
});
