import { expect, test } from 'vitest';

import { notebookText } from '../scratch.js';
import { KERNEL, serve, type Answer } from './served.js';

const MLFLOW = 'api/2.0/mlflow';
const RULE = { aliases: ['champion'], persons: ['Ben'], needed: 1, own: false };

/** A run with a file below "model", which is version 1 of "wine", approved by Ben and its champion. */
async function approved() {
  const served = await serve();
  const asKernel = (method: string, path: string, body?: unknown): Promise<Answer> =>
    served.ask({ method, path, body, headers: { authorization: `Bearer ${KERNEL}` } });
  const made = await asKernel('POST', `${MLFLOW}/runs/create`, {});
  const run = made.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
  const put = (name: string, raw: string): Promise<Answer> =>
    served.ask({
      ...{ method: 'PUT', path: `api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${name}` },
      ...{ raw, headers: { authorization: `Bearer ${KERNEL}` } },
    });
  const remove = (name: string): Promise<Answer> =>
    asKernel('DELETE', `api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${name}`);
  expect((await put('model/weights', 'good')).status).toBe(200);
  await asKernel('POST', `${MLFLOW}/registered-models/create`, { name: 'wine' });
  const source = `runs:/${run}/model`;
  const version = { name: 'wine', source, run_id: run };
  expect((await asKernel('POST', `${MLFLOW}/model-versions/create`, version)).status).toBe(200);
  expect((await served.own('PATCH', 'api/v1/models/wine', { rule: RULE })).status).toBe(200);
  const link = await served.own('POST', 'api/v1/login-links', { person: 'Ben' });
  const { pathname, search } = new URL(link.json<{ url: string }>().url);
  const login = await served.ask({ path: `${pathname}${search}`.slice(1) });
  const cookie = (login.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  const approval = await served.ask({
    ...{ method: 'PUT', path: 'api/v1/models/wine/versions/1/approval', body: { comment: '' } },
    headers: { cookie, 'x-cellar-client': '1' },
  });
  expect(approval.status, approval.text).toBe(200);
  const move = (alias: string, to: string): Promise<Answer> =>
    asKernel('POST', `${MLFLOW}/registered-models/alias`, { name: 'wine', alias, version: to });
  expect((await move('champion', '1')).status).toBe(200);
  return { served, asKernel, put, remove, move, run };
}

test('the files that an alias was approved for stay what they are as long as it stands for them', async () => {
  const { asKernel, put, remove } = await approved();
  for (const change of [
    put('model/weights', 'bad'),
    put('model/hook.py', 'bad'),
    remove('model/weights'),
    remove('model'),
    remove(''),
  ]) {
    const answer = await change;
    expect([answer.status, answer.json()['error_code']]).toEqual([403, 'PERMISSION_DENIED']);
    expect(answer.json()['message']).toContain('"wine" version 1');
  }
  expect((await put('model/weights', 'good')).status).toBe(200);
  expect((await put('notes.txt', 'of the run, and not of the model')).status).toBe(200);
  const alias = { name: 'wine', alias: 'champion' };
  expect((await asKernel('DELETE', `${MLFLOW}/registered-models/alias`, alias)).status).toBe(200);
  expect((await put('model/weights', 'bad')).status).toBe(200);
});

test('nor do they become others in parts', async () => {
  const { served, asKernel, run } = await approved();
  const proxy = 'api/2.0/mlflow-artifacts';
  const folder = `0/${run}/artifacts/model`;
  const begun = await asKernel('POST', `${proxy}/mpu/create/${folder}`, {
    ...{ path: 'weights', num_parts: 1 },
  });
  expect(begun.status, begun.text).toBe(200);
  const { upload_id: id, credentials } = begun.json<{
    upload_id: string;
    credentials: { url: string; headers: Record<string, string> }[];
  }>();
  const [part] = credentials;
  const path = new URL(part?.url ?? '').pathname.slice(1);
  const headers = part?.headers ?? {};
  const sent = await served.ask({ method: 'PUT', path, raw: 'bad', headers });
  expect(sent.status, sent.text).toBe(200);
  const parts = [{ part_number: 1, etag: sent.headers.etag }];
  const ended = await asKernel('POST', `${proxy}/mpu/complete/${folder}`, {
    ...{ path: 'weights', upload_id: id, parts },
  });
  expect([ended.status, ended.json()['error_code']]).toEqual([403, 'PERMISSION_DENIED']);
  const read = await asKernel('GET', `${proxy}/artifacts/${folder}/weights`);
  expect(read.text).toBe('good');
});

test('nor does a cell replace them that names their run', async () => {
  const { served, asKernel, run } = await approved();
  const toFile = (name: string, text: string): object => ({
    ...{ name, size: text.length, content: Buffer.from(text).toString('base64') },
  });
  const artifacts = [toFile('model/weights', 'bad'), toFile('notes.txt', 'of the run alone')];
  const kept = await served.own('POST', 'api/v1/bursts', {
    ...{ key: 'key of one', path: 'a.ipynb', trigger: 'run-all', content: notebookText(['1']) },
    bundles: [{ cell: 'c0', bundle: { run: { id: run }, artifacts } }],
  });
  expect(kept.status, kept.text).toBe(200);
  const { warnings } = kept.json<{ warnings: { code: string; message: string }[] }>();
  expect(warnings.map(({ code }) => code)).toEqual(['artifact_left_out']);
  expect(warnings[0]?.message).toMatch(/"wine" version 1.*approved as "champion".*kept without it/);
  const read = async (name: string): Promise<string> =>
    (await asKernel('GET', `api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${name}`)).text;
  expect(await read('model/weights')).toBe('good');
  expect(await read('notes.txt')).toBe('of the run alone');
});

test('files of a version that is not approved yet change as before, and no alias moves to what they became', async () => {
  const { asKernel, put, move } = await approved();
  const alias = { name: 'wine', alias: 'champion' };
  expect((await asKernel('DELETE', `${MLFLOW}/registered-models/alias`, alias)).status).toBe(200);
  const changes = [1, 2, 3, 4].map((at) => put('model/weights', `bad ${at}`));
  const moved = await move('champion', '1');
  await Promise.all(changes);
  const page = await asKernel('GET', `${MLFLOW}/registered-models/get?name=wine`);
  const { registered_model: model } = page.json<{ registered_model: { aliases: object[] } }>();
  const last = await put('model/weights', 'bad at last');
  // Whoever came first: an alias that moved keeps its files, and files that changed keep the alias away.
  expect([moved.status, model.aliases.length, last.status]).toEqual(
    moved.status === 200 ? [200, 1, 403] : [403, 0, 200],
  );
});

test.each(['Champion', 'CHAMPION', 'ｃhampion'])(
  'an alias that people would take for the one that asks for approval asks too: %s',
  async (alias) => {
    const { asKernel, move, run } = await approved();
    const version = { name: 'wine', source: `runs:/${run}/model`, run_id: run };
    expect((await asKernel('POST', `${MLFLOW}/model-versions/create`, version)).status).toBe(200);
    const refused = await move(alias, '2');
    expect([refused.status, refused.json()['error_code']]).toEqual([403, 'PERMISSION_DENIED']);
    expect((await move('challenger', '2')).status).toBe(200);
  },
);

test('a copy of a version has its files, and keeps them when the name that it was copied by stands for others', async () => {
  const { served, asKernel, run, put } = await approved();
  await asKernel('POST', `${MLFLOW}/registered-models/create`, { name: 'copy' });
  const copy = { name: 'copy', source: 'models:/wine@champion', run_id: run };
  const made = await asKernel('POST', `${MLFLOW}/model-versions/create`, copy);
  expect(made.status, made.text).toBe(200);
  expect(made.json()).toMatchObject({ model_version: { source: 'models:/wine@champion' } });
  const filesOf = async (): Promise<unknown> =>
    (await served.own('GET', 'api/v1/models/copy/versions/1')).json()['files'];
  const files = await filesOf();
  expect(files).toMatchObject([{ name: 'weights', size: 4 }]);
  const place = await asKernel(
    'GET',
    `${MLFLOW}/model-versions/get-download-uri?name=copy&version=1`,
  );
  expect(place.json()).toEqual({ artifact_uri: `mlflow-artifacts:/0/${run}/artifacts/model` });

  const deleted = await served.own('DELETE', `${MLFLOW}/registered-models/delete`, {
    name: 'wine',
  });
  expect(deleted.status).toBe(200);
  await asKernel('POST', `${MLFLOW}/registered-models/create`, { name: 'wine' });
  await put('other/weights', 'others');
  const other = { name: 'wine', source: `runs:/${run}/other`, run_id: run };
  await asKernel('POST', `${MLFLOW}/model-versions/create`, other);
  expect(await filesOf()).toEqual(files);
  expect((await served.own('POST', 'api/v1/reindex', {})).status).toBe(200);
  expect(await filesOf()).toEqual(files);
});

test.each([
  ['models:/nobody/1', 404],
  ['models:/wine/9', 404],
  ['models:/wine@nobody', 404],
  ['models:/wine', 400],
  ['models:/wine/Production', 400],
])('a version that is not there cannot be copied: %s', async (source, status) => {
  const { asKernel } = await approved();
  const answer = await asKernel('POST', `${MLFLOW}/model-versions/create`, {
    ...{ name: 'wine', source },
  });
  expect(answer.status, answer.text).toBe(status);
});
