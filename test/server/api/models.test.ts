import { expect, test } from 'vitest';

import { burst, KERNEL, serve, TOKEN, type Served } from './served.js';

interface Filled {
  readonly served: Served;
  readonly runs: readonly string[];
  readonly snapshots: readonly string[];
}

type Json = Record<string, unknown>;

const MLFLOW = 'api/2.0/mlflow';

/** Two versions of a notebook, each with a run that logged a metric and made a file. */
async function fill(): Promise<Filled> {
  const served = await serve();
  const runs: string[] = [];
  const snapshots: string[] = [];
  for (const [at, accuracy] of [0.8333, 0.9722].entries()) {
    const stored = await served.ask({
      ...{ method: 'PUT', path: 'api/v1/artifacts?name=wine.joblib&notebook=train.ipynb' },
      ...{ raw: `weights ${at}`, headers: { authorization: `Bearer ${TOKEN}` } },
    });
    const bundle = {
      ...{ metrics: { accuracy }, params: { trees: at } },
      artifacts: [{ name: 'wine.joblib', stored: true, ...stored.json() }],
    };
    const bundles = [{ cell: 'c0', bundle }];
    const answer = await served.own(
      'POST',
      'api/v1/bursts',
      burst('train.ipynb', [`trees = ${at}`], { bundles }),
    );
    const { snapshot } = answer.json<{ snapshot: { id: string; runs: { id: string }[] } }>();
    snapshots.push(snapshot.id);
    runs.push(snapshot.runs[0]?.id ?? '');
  }
  return { served, runs, snapshots };
}

async function register({ served, runs }: Filled, at: number, more: Json = {}): Promise<Json> {
  const of = { kind: 'artifact', run: runs[at], path: 'wine.joblib' };
  const answer = await served.own('POST', 'api/v1/models', { name: 'wine', of, ...more });
  expect(answer.status).toBe(200);
  return answer.json();
}

/** A reviewer's browser that was let in by name. */
async function enter(
  { served }: Filled,
  person?: string,
): Promise<(method: string, path: string, body?: unknown) => ReturnType<Served['ask']>> {
  const made = await served.own('POST', 'api/v1/login-links', { person });
  const { pathname, search } = new URL(made.json<{ url: string }>().url);
  const login = await served.ask({ path: `${pathname}${search}`.slice(1) });
  const cookie = (login.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  return (method, path, body) =>
    served.ask({ method, path, body, headers: { cookie, 'x-cellar-client': '1' } });
}

test('a file is registered, and its version has everything that its page shows', async () => {
  const filled = await fill();
  const { served, snapshots, runs } = filled;
  expect(await register(filled, 0)).toEqual({ name: 'wine', version: 1, refused: null });
  expect(await register(filled, 1, { alias: 'champion', description: 'more trees' })).toEqual({
    ...{ name: 'wine', version: 2, refused: null },
  });
  const version = (await served.own('GET', 'api/v1/models/wine/versions/@champion')).json();
  expect(version).toMatchObject({
    ...{
      name: 'wine',
      version: 2,
      stage: 'None',
      aliases: ['champion'],
      by: 'Ada <ada@example.org>',
    },
    ...{ description: 'more trees', metrics: { accuracy: 0.9722 }, params: { trees: '1' } },
    snapshot: { id: snapshots[1], path: 'train.ipynb' },
    files: [{ name: 'wine.joblib', size: 9 }],
    ...{ run: runs[1], mayChange: true, rule: null },
    trail: [
      { kind: 'version made', to: `runs:/${runs[1] ?? ''}/wine.joblib` },
      { kind: 'alias set', what: 'champion' },
    ],
  });
  const list = (await served.own('GET', 'api/v1/models')).json();
  expect(list).toMatchObject({ models: [{ name: 'wine', versions: 2, newest: { version: 2 } }] });
  const known = (await served.own('GET', 'api/v1/registrations')).json();
  expect(known).toMatchObject({
    names: ['wine'],
    registrations: [
      { version: 2, aliases: ['champion'], run: runs[1] },
      { version: 1, aliases: [], run: runs[0] },
    ],
  });
});

test('two versions are compared in one call', async () => {
  const filled = await fill();
  const { served, snapshots } = filled;
  await register(filled, 0);
  await register(filled, 1);
  const compared = await served.own('GET', 'api/v1/models/wine/compare?base=1&head=2');
  expect(compared.json()).toMatchObject({
    diff: { base: snapshots[0], head: snapshots[1] },
    metrics: [{ name: 'accuracy', base: '0.8333', head: '0.9722', better: true }],
    params: [{ name: 'trees', base: '0', head: '1' }],
    same: { metrics: 0, params: 0 },
    files: [{ name: 'wine.joblib', same: false, base: { size: 9 }, head: { size: 9 } }],
  });
});

test('models are searched with the shared grammar, and its extensions', async () => {
  const filled = await fill();
  const { served } = filled;
  await register(filled, 0);
  await served.own('POST', 'api/v1/models', {
    ...{ name: 'beer', of: { kind: 'artifact', run: filled.runs[0], path: 'wine.joblib' } },
  });
  await served.own('PUT', 'api/v1/models/wine/tags', { name: 'team/a', value: 'red' });
  const find = async (filter: string): Promise<readonly string[]> => {
    const path = `api/v1/models?filter=${encodeURIComponent(filter)}&order=name DESC`;
    const { models } = (await served.own('GET', path.replaceAll(' ', '%20'))).json<{
      models: { name: string }[];
    }>();
    return models.map(({ name }) => name);
  };
  expect(await find('')).toEqual(['wine', 'beer']);
  expect(await find("name LIKE 'w%' OR NOT name = 'wine'")).toEqual(['wine', 'beer']);
  expect(await find('tags."team/a" = \'red\'')).toEqual(['wine']);
  expect((await served.own('GET', 'api/v1/models?filter=colour%3D1')).status).toBe(400);
  await served.own('DELETE', 'api/v1/models/wine/tags?name=team%2Fa');
  expect(await find('tags."team/a" = \'red\'')).toEqual([]);
});

test('an alias that asks for approval is refused by both APIs until a named person has approved', async () => {
  const filled = await fill();
  const { served } = filled;
  await register(filled, 0);
  const rule = { aliases: ['champion'], persons: ['Anna'], needed: 1, own: false };
  expect((await served.own('PATCH', 'api/v1/models/wine', { rule })).json()).toMatchObject({
    rule,
  });

  const own = await served.own('PUT', 'api/v1/models/wine/aliases/champion', { version: 1 });
  expect([own.status, own.json()['code']]).toEqual([403, 'approval_needed']);
  const kernel = { authorization: `Bearer ${KERNEL}` };
  const ofMlflow = (method: string, path: string, body: Json): ReturnType<Served['ask']> =>
    served.ask({ method, path: `${MLFLOW}/${path}`, body, headers: kernel });
  const set = { name: 'wine', alias: 'champion', version: '1' };
  const refused = await ofMlflow('POST', 'registered-models/alias', set);
  expect([refused.status, refused.json()['error_code']]).toEqual([403, 'PERMISSION_DENIED']);
  expect(refused.json()['message']).toContain('1 more of Anna must approve it first');
  expect(refused.json()['message']).toContain(`http://127.0.0.1:${served.port}/#/models/wine/1`);
  expect((await ofMlflow('DELETE', 'registered-models/delete', { name: 'wine' })).status).toBe(403);

  const nobody = await enter(filled);
  expect((await nobody('PUT', 'api/v1/models/wine/versions/1/approval', {})).status).toBe(403);
  const anna = await enter(filled, 'Anna');
  expect((await anna('GET', 'api/v1/models/wine/versions/1')).json()).toMatchObject({
    ...{ mayChange: false, standing: { missing: 1, waiting: ['Anna'], mayApprove: true } },
  });
  expect((await anna('PUT', 'api/v1/models/wine/aliases/champion', { version: 1 })).status).toBe(
    403,
  );
  const approved = await anna('PUT', 'api/v1/models/wine/versions/1/approval', { comment: 'fine' });
  expect(approved.json()).toMatchObject({
    standing: { missing: 0, approvals: [{ person: 'Anna', comment: 'fine', counts: true }] },
  });
  expect((await ofMlflow('POST', 'registered-models/alias', set)).status).toBe(200);
  const { trail } = (await served.own('GET', 'api/v1/models/wine/trail')).json<{
    trail: readonly { kind: string; who: string; grant: string }[];
  }>();
  expect(trail.map(({ kind, who, grant }) => [kind, who, grant])).toEqual([
    ['registered', 'Ada <ada@example.org>', 'owner'],
    ['version made', 'Ada <ada@example.org>', 'owner'],
    ['rules set', 'Ada <ada@example.org>', 'owner'],
    ['approved', 'Anna', 'viewer'],
    ['alias set', 'Ada <ada@example.org>', 'kernel'],
  ]);
});

test('an alias that is refused at registration leaves the version, and says why', async () => {
  const filled = await fill();
  await register(filled, 0);
  const rule = { aliases: ['champion'], persons: ['Anna'], needed: 1, own: false };
  await filled.served.own('PATCH', 'api/v1/models/wine', { rule });
  const made = await register(filled, 1, { alias: 'champion' });
  expect(made).toMatchObject({ version: 2 });
  expect(made['refused']).toContain('Anna');
});

test.each<[string, string, unknown, number, string]>([
  ['GET', 'api/v1/models/none', undefined, 404, 'not_found'],
  ['GET', 'api/v1/models/wine/versions/9', undefined, 404, 'not_found'],
  ['GET', 'api/v1/models/wine/versions/@none', undefined, 404, 'not_found'],
  ['GET', 'api/v1/models/wine/compare?base=1&head=7', undefined, 404, 'not_found'],
  ['PUT', 'api/v1/models/wine/aliases/latest', { version: 1 }, 400, 'bad_request'],
  ['PUT', 'api/v1/models/wine/aliases/ok', { version: 5 }, 404, 'not_found'],
  ['PATCH', 'api/v1/models/wine/versions/1', { stage: 'Gone' }, 400, 'bad_request'],
  [
    'POST',
    'api/v1/models',
    { name: 'a/b', of: { kind: 'logged', model: 'm-1' } },
    404,
    'not_found',
  ],
])('%s %s %j is refused with %i %s', async (method, path, body, status, code) => {
  const filled = await fill();
  await register(filled, 0);
  const answer = await filled.served.own(method, path, body);
  expect([answer.status, answer.json()['code']]).toEqual([status, code]);
});

test('what is no file of the run, or no name, is not registered', async () => {
  const filled = await fill();
  const [run] = filled.runs;
  for (const [name, path, code] of [
    ['wine', 'other.bin', 'not_found'],
    ['a:b', 'wine.joblib', 'bad_request'],
  ] as const) {
    const of = { kind: 'artifact', run, path };
    const answer = await filled.served.own('POST', 'api/v1/models', { name, of });
    expect(answer.json()['code']).toBe(code);
  }
  expect((await filled.served.own('GET', 'api/v1/models')).json()).toEqual({ models: [] });
});
