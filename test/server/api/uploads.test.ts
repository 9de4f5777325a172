import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { KERNEL, serve, TOKEN, type Answer, type Served } from './served.js';

const PROXY = 'api/2.0/mlflow-artifacts';

interface Created {
  readonly upload_id: string;
  readonly credentials: readonly {
    readonly url: string;
    readonly part_number: number;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

interface Stage extends Served {
  readonly run: string;
  /** The folder of the run's files, as the proxy has it. */
  readonly folder: string;
}

async function serveRun(): Promise<Stage> {
  const served = await serve();
  const created = await served.own('POST', 'api/2.0/mlflow/runs/create', { experiment_id: '0' });
  const run = created.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
  return { ...served, run, folder: `0/${run}/artifacts` };
}

/** As a kernel, which knows only its narrow token. */
function call(
  { ask }: Served,
  what: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask({
    ...{ method: 'POST', path: `${PROXY}/mpu/${what}`, body },
    headers: { authorization: `Bearer ${KERNEL}`, ...headers },
  });
}

async function create({ folder, ...stage }: Stage, path: string, count: number): Promise<Created> {
  const answer = await call(stage, `create/${folder}`, { path, num_parts: count });
  expect(answer.status).toBe(200);
  return answer.json<object>() as Created;
}

/** Sends a part as MLflow's client does: to its address, with its headers and nothing else. */
async function put(
  { ask }: Served,
  { credentials }: Created,
  number: number,
  raw: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const credential = credentials[number - 1];
  const path = new URL(credential?.url ?? '').pathname.slice(1);
  return ask({ method: 'PUT', path, raw, headers: { ...credential?.headers, ...headers } });
}

async function complete(
  stage: Stage,
  { upload_id, credentials }: Created,
  path: string,
  answers: readonly Answer[],
): Promise<Answer> {
  const parts = answers.map(({ headers }, index) => ({
    ...{ part_number: index + 1, etag: headers.etag, url: credentials[index]?.url },
  }));
  return call(stage, `complete/${stage.folder}`, { path, upload_id, parts });
}

async function listed({ own, folder }: Stage, below = ''): Promise<unknown> {
  const path = encodeURIComponent(`${folder}${below}`);
  return (await own('GET', `${PROXY}/artifacts?path=${path}`)).json<{ files: unknown }>().files;
}

const errorOf = (answer: Answer): readonly unknown[] => [
  answer.status,
  answer.json<{ error_code: unknown }>().error_code,
];
const INVALID = [400, 'INVALID_PARAMETER_VALUE'];
const MISSING = [404, 'RESOURCE_DOES_NOT_EXIST'];
const DENIED = [403, 'PERMISSION_DENIED'];

test('a file in parts is its run’s once it is complete, and nothing before', async () => {
  const stage = await serveRun();
  const [first, second] = [randomBytes(30_000), randomBytes(20_000)];
  const upload = await create(stage, '/home/me/deep/model.pkl', 2);
  expect(upload.credentials.map(({ part_number: number }) => number)).toEqual([1, 2]);
  expect(upload.credentials[0]?.url).toMatch(`http://127.0.0.1:${stage.port}/${PROXY}/mpu/parts/`);
  const last = await put(stage, upload, 2, second);
  const answers = [await put(stage, upload, 1, first), last];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await listed(stage)).toEqual([]);
  for (let times = 0; times < 2; times += 1) {
    const answer = await complete(stage, upload, '/home/me/deep/model.pkl', answers);
    expect([answer.status, answer.json()]).toEqual([200, {}]);
  }
  const size = first.length + second.length;
  expect(await listed(stage)).toEqual([{ path: 'model.pkl', is_dir: false, file_size: size }]);
  const run = await stage.own('GET', `api/v1/runs/${stage.run}`);
  const sha256 = createHash('sha256').update(first).update(second).digest('hex');
  expect(run.json()).toMatchObject({ artifacts: [{ name: 'model.pkl', sha256, size }] });
});

test('a folder of the address and the last name of the path of any system make the name', async () => {
  const stage = await serveRun();
  for (const path of ['C:\\data\\a.bin', 'rel\\b.bin', '../../c.bin', 'd.bin']) {
    const folder = { ...stage, folder: `${stage.folder}/sub%20folder` };
    const upload = await create(folder, path, 1);
    const answer = await put(stage, upload, 1, Buffer.from('abc'));
    expect((await complete(folder, upload, path, [answer])).status).toBe(200);
  }
  const names = ['a.bin', 'b.bin', 'c.bin', 'd.bin'];
  expect(await listed(stage, '/sub folder')).toEqual(
    names.map((path) => ({ path, is_dir: false, file_size: 3 })),
  );
});

test('logged models take files in parts too', async () => {
  const stage = await serveRun();
  const created = await stage.own('POST', 'api/2.0/mlflow/logged-models', {
    ...{ experiment_id: '0', name: 'model' },
  });
  const { model_id: id } = created.json<{ model: { info: { model_id: string } } }>().model.info;
  const model = { ...stage, folder: `0/models/${id}/artifacts` };
  const upload = await create(model, 'model.pkl', 1);
  const answer = await put(stage, upload, 1, Buffer.from('abc'));
  expect((await complete(model, upload, 'model.pkl', [answer])).status).toBe(200);
  expect(await listed(model)).toEqual([{ path: 'model.pkl', is_dir: false, file_size: 3 }]);
  expect(await listed(stage)).toEqual([]);
});

test('a part needs its own pass, and no token of anybody stands for it', async () => {
  const stage = await serveRun();
  const upload = await create(stage, 'a.bin', 2);
  const [one, two] = upload.credentials;
  const swapped = { ...upload, credentials: [{ ...one, headers: two?.headers }] } as Created;
  const bytes = Buffer.from('abc');
  expect(errorOf(await put(stage, swapped, 1, bytes))).toEqual(DENIED);
  const bare = { ...upload, credentials: [{ ...one, headers: {} }] } as Created;
  const owner = { authorization: `Bearer ${TOKEN}` };
  expect(errorOf(await put(stage, bare, 1, bytes, owner))).toEqual(DENIED);
  // What a .netrc file adds is not looked at.
  expect((await put(stage, upload, 1, bytes, { authorization: 'Basic eDp5' })).status).toBe(200);
  for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }])
    expect(errorOf(await put(stage, upload, 1, bytes, headers))).toEqual(DENIED);
});

test('whoever may only read, or is nobody, uploads nothing', async () => {
  const stage = await serveRun();
  const path = `${PROXY}/mpu/create/${stage.folder}`;
  const body = { path: 'a.bin', num_parts: 1 };
  expect((await stage.ask({ method: 'POST', path, body })).status).toBe(401);
  const viewer = { authorization: `Bearer ${TOKEN}`, 'x-cellar-acting-as': 'viewer' };
  expect(errorOf(await stage.ask({ method: 'POST', path, body, headers: viewer }))).toEqual(DENIED);
});

test('what cannot be begun is refused, and takes no room', async () => {
  const stage = await serveRun();
  const bodies: readonly unknown[] = [
    ...[-1, 10_001, 1e300, 1.5, 'many', null].map((count) => ({ path: 'a.bin', num_parts: count })),
    ...['', 'a/', '/x/..', 'x/.', 'x/%2e%2e', 'x/..%2fy', 'x/..%252fy', 'x/a#b', 'x/a\0b'].map(
      (path) => ({ path, num_parts: 1 }),
    ),
    ...[{ path: 'a.bin' }, { num_parts: 1 }, []],
  ];
  for (const body of bodies)
    expect(
      errorOf(await call(stage, `create/${stage.folder}`, body)),
      JSON.stringify(body),
    ).toEqual(INVALID);
  const { run } = stage;
  for (const [below, error] of [
    [`0/${run}/artifacts/../../x`, INVALID],
    [`0/${run}/artifacts/%2e%2e/x`, INVALID],
    [`0/${run}/artifacts/%252e%252e/x`, INVALID],
    [`0/${run}/artifacts/%25252e%25252e/x`, INVALID],
    [`0/${run}/artifacts/..%5cx`, INVALID],
    [`0/${run}/artifacts/%zz`, INVALID],
    [`0/${run}/elsewhere`, MISSING],
    [`0/${'0'.repeat(32)}/artifacts`, MISSING],
    ['', MISSING],
  ] as const)
    expect(
      errorOf(await call(stage, `create/${below}`, { path: 'a.bin', num_parts: 1 })),
      below,
    ).toEqual(error);
  expect(await readdir(join(stage.root, '.cellar', 'artifacts'))).not.toContain('parts');
});

test('an upload that is not there, or is of something else, is not found', async () => {
  const stage = await serveRun();
  const upload = await create(stage, 'a.bin', 1);
  const answer = await put(stage, upload, 1, Buffer.from('abc'));
  for (const id of ['0'.repeat(32), '../..', '', 'x']) {
    const body = { path: 'a.bin', upload_id: id, parts: [] };
    expect(errorOf(await call(stage, `complete/${stage.folder}`, body))).toEqual(MISSING);
    expect(errorOf(await call(stage, `abort/${stage.folder}`, body))).toEqual(MISSING);
  }
  expect(errorOf(await complete(stage, upload, 'b.bin', [answer]))).toEqual(MISSING);
  const below = { ...stage, folder: `${stage.folder}/deep` };
  expect(errorOf(await complete(below, upload, 'a.bin', [answer]))).toEqual(MISSING);
  const to = `${PROXY}/mpu/parts/${'0'.repeat(32)}/1`;
  expect(errorOf(await stage.ask({ method: 'PUT', path: to, raw: 'abc' }))).toEqual(MISSING);
  for (const number of ['0', '2', 'x', '-1', '1e1']) {
    const path = `${PROXY}/mpu/parts/${upload.upload_id}/${number}`;
    const headers = upload.credentials[0]?.headers ?? {};
    const answered = await stage.ask({ method: 'PUT', path, raw: 'abc', headers });
    expect(errorOf(answered)).toEqual(INVALID);
  }
  expect(await listed(stage)).toEqual([]);
  expect((await complete(stage, upload, 'a.bin', [answer])).status).toBe(200);
});

test('parts that are not those that came make no file', async () => {
  const stage = await serveRun();
  const upload = await create(stage, 'a.bin', 2);
  const one = await put(stage, upload, 1, Buffer.from('abc'));
  expect(errorOf(await complete(stage, upload, 'a.bin', [one]))).toEqual(INVALID);
  expect(errorOf(await complete(stage, upload, 'a.bin', [one, one]))).toEqual(INVALID);
  const two = await put(stage, upload, 2, Buffer.from('de'));
  expect(errorOf(await complete(stage, upload, 'a.bin', [two, one]))).toEqual(INVALID);
  expect(errorOf(await complete(stage, upload, 'a.bin', []))).toEqual(INVALID);
  expect(await listed(stage)).toEqual([]);
  expect((await complete(stage, upload, 'a.bin', [one, two])).status).toBe(200);
});

test('given up, its bytes are free, and whoever gives it up again hears the same', async () => {
  const stage = await serveRun();
  const upload = await create(stage, 'a.bin', 1);
  const answer = await put(stage, upload, 1, randomBytes(10_000));
  const body = { path: 'a.bin', upload_id: upload.upload_id };
  for (let times = 0; times < 2; times += 1) {
    const aborted = await call(stage, `abort/${stage.folder}`, body);
    expect([aborted.status, aborted.json()]).toEqual([200, {}]);
  }
  const folder = join(stage.root, '.cellar', 'artifacts', 'parts', upload.upload_id);
  expect(await readdir(folder)).toEqual(['upload.json']);
  expect(errorOf(await complete(stage, upload, 'a.bin', [answer]))).toEqual(MISSING);
  expect(errorOf(await put(stage, upload, 1, Buffer.from('abc')))).toEqual(MISSING);
});

test('a run that is deleted meanwhile gets no file, and gets it once it is back', async () => {
  const stage = await serveRun();
  const upload = await create(stage, 'a.bin', 1);
  const answer = await put(stage, upload, 1, Buffer.from('abc'));
  const change = (what: string): Promise<Answer> =>
    stage.own('POST', `api/2.0/mlflow/runs/${what}`, { run_id: stage.run });
  await change('delete');
  expect(errorOf(await complete(stage, upload, 'a.bin', [answer]))).toEqual(INVALID);
  const another = await call(stage, `create/${stage.folder}`, { path: 'b.bin', num_parts: 1 });
  expect(errorOf(another)).toEqual(INVALID);
  await change('restore');
  expect((await complete(stage, upload, 'a.bin', [answer])).status).toBe(200);
  expect(await listed(stage)).toHaveLength(1);
});

test.each([
  [
    { 'x-forwarded-host': 'cellar.example', 'x-forwarded-proto': 'https' },
    'https://cellar.example',
  ],
  [
    {
      'x-forwarded-host': 'cellar.example:8443, inner',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/team/a/',
    },
    'https://cellar.example:8443/team/a',
  ],
  [{ via: '1.1 somebody' }, undefined],
  [{ 'x-forwarded-for': '10.0.0.1' }, undefined],
  [{ 'x-forwarded-host': 'a b' }, undefined],
  [{ 'x-forwarded-host': 'h', 'x-forwarded-proto': 'javascript' }, undefined],
])('asked through a proxy that says %j, parts go to %s', async (headers, address) => {
  const stage = await serveRun();
  const body = { path: 'a.bin', num_parts: 1 };
  const answer = await call(stage, `create/${stage.folder}`, body, headers);
  if (address === undefined) {
    expect(errorOf(answer)).toEqual([501, 'NOT_IMPLEMENTED']);
    // By these words MLflow's client knows that it is to send the whole.
    expect(answer.json<{ message: string }>().message).toMatch(
      /^Multipart upload is not supported for the current artifact repository/,
    );
  } else {
    const [credential] = (answer.json<object>() as Created).credentials;
    expect(credential?.url).toMatch(`${address}/${PROXY}/mpu/parts/`);
  }
});

test('a file of no bytes, which has no parts, is sent in one piece', async () => {
  const stage = await serveRun();
  const answer = await call(stage, `create/${stage.folder}`, { path: 'empty', num_parts: 0 });
  expect(errorOf(answer)).toEqual([501, 'NOT_IMPLEMENTED']);
});
