import { randomBytes } from 'node:crypto';
import { createServer, request as openRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import type { Kept, Restored } from '../../../contract/capture.js';
import type { Comparison } from '../../../contract/compare.js';
import type { HistoryPage } from '../../../contract/history.js';
import { openAccess, openWorkspace } from '../../../server/main/open.js';
import { AUTHOR, makeFolder, notebookText, writeInto } from '../scratch.js';

const TOKEN = 'owner-token';
const KERNEL = 'kernel-token';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json<Value = Record<string, unknown>>(): Value;
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Served {
  readonly root: string;
  readonly port: number;
  readonly link: (target?: string) => Promise<string>;
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** As the owner. */
  readonly own: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

async function serve(): Promise<Served> {
  const root = await makeFolder();
  const pageFolder = join(root, 'page-files');
  mkdirSync(pageFolder);
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Cellar</title>');
  let port = 0;
  const access = openAccess(
    { token: TOKEN, kernelToken: KERNEL, proxySecret: 'proxy-secret' },
    () => [`127.0.0.1:${port}`],
    () => port,
  );
  const workspace = await openWorkspace({
    root,
    author: AUTHOR,
    access,
    version: '0.0.0',
    pageFolder,
    link: () => `http://127.0.0.1:${port}/`,
    report: (error) => {
      throw error;
    },
  });
  const server = createServer(workspace.app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await workspace.close();
  });
  const ask = (asked: Ask): Promise<Answer> => send(port, asked);
  const own = (method: string, path: string, body?: unknown): Promise<Answer> =>
    ask({ method, path, body, headers: { authorization: `Bearer ${TOKEN}` } });
  const link = async (target?: string): Promise<string> =>
    (await own('POST', 'api/v1/login-links', { target })).json<{ url: string }>().url;
  return { root, port, ask, own, link };
}

function send(port: number, { method = 'GET', path, body, raw, headers }: Ask): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = openRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: `/${path}`,
        agent: false,
        headers: {
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: <Value>() => JSON.parse(text) as Value,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}

function burst(path: string, sources: readonly string[], more: object = {}): object {
  return {
    key: randomBytes(8).toString('hex'),
    path,
    trigger: 'run-all',
    content: notebookText(sources),
    ...more,
  };
}

describe('who may ask', () => {
  test.each<[string, Ask, number, string | undefined]>([
    ['anybody whether it works', { path: 'healthz' }, 200, undefined],
    ['anybody for the page', { path: '' }, 200, undefined],
    ['nobody without a token', { path: 'api/v1/notebooks' }, 401, 'unauthenticated'],
    [
      'nobody with a wrong token',
      { path: 'api/v1/notebooks', headers: { authorization: 'Bearer x' } },
      401,
      'unauthenticated',
    ],
    [
      'the owner',
      { path: 'api/v1/notebooks', headers: { authorization: `Bearer ${TOKEN}` } },
      200,
      undefined,
    ],
    [
      'no kernel for notebooks',
      { path: 'api/v1/notebooks', headers: { authorization: `Bearer ${KERNEL}` } },
      403,
      'forbidden',
    ],
    [
      'no kernel for a burst',
      {
        method: 'POST',
        path: 'api/v1/bursts',
        body: {},
        headers: { authorization: `Bearer ${KERNEL}` },
      },
      403,
      'forbidden',
    ],
    [
      'no other host',
      {
        path: 'api/v1/notebooks',
        headers: { authorization: `Bearer ${TOKEN}`, host: 'evil.example' },
      },
      403,
      'forbidden',
    ],
    [
      'no other origin',
      {
        path: 'api/v1/notebooks',
        headers: { authorization: `Bearer ${TOKEN}`, origin: 'http://evil.example' },
      },
      403,
      'forbidden',
    ],
    [
      'no proxy but over the socket',
      { path: 'api/v1/notebooks', headers: { 'x-cellar-proxy': 'proxy-secret' } },
      401,
      'unauthenticated',
    ],
  ])('%s', async (_, ask, status, code) => {
    const { ask: call } = await serve();
    const answer = await call(ask);
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(answer.json()).toMatchObject({ status: 'error', code });
  });

  test('a link logs one browser in, once, to read', async () => {
    const { ask, link, port } = await serve();
    const url = new URL(await link('#/diff/a/b'));
    expect(url.hash).toBe('#/diff/a/b');
    const path = `${url.pathname.slice(1)}${url.search}`;
    const first = await ask({ path });
    expect(first.status).toBe(303);
    const cookie = String(first.headers['set-cookie']?.[0]);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await ask({ path: 'api/v1/notebooks', headers: session })).status).toBe(200);
    const again = await ask({ path });
    expect(again.headers).toMatchObject({ location: './?link=refused' });
    expect(again.headers['set-cookie']).toBeUndefined();
    const write = {
      method: 'POST',
      path: 'api/v1/pause',
      body: { path: '', kind: 'folder', paused: true },
    };
    expect((await ask({ ...write, headers: session })).json()).toMatchObject({ code: 'forbidden' });
    const forged = { cookie: `cellar_${port}=owner.zzzzzzzzz.${'A'.repeat(43)}` };
    expect((await ask({ path: 'api/v1/notebooks', headers: forged })).status).toBe(401);
  });

  test("the owner's token opens a session that may write, with our header only", async () => {
    const { ask } = await serve();
    expect((await ask({ method: 'POST', path: 'login', body: { token: 'wrong' } })).status).toBe(
      401,
    );
    const login = await ask({ method: 'POST', path: 'login', body: { token: TOKEN } });
    const cookie = String(login.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const write = {
      method: 'POST',
      path: 'api/v1/pause',
      body: { path: '', kind: 'folder', paused: true },
    };
    expect((await ask({ ...write, headers: { cookie } })).json()).toMatchObject({
      code: 'forbidden',
    });
    expect((await ask({ ...write, headers: { cookie, 'x-cellar-client': '1' } })).status).toBe(200);
  });
});

describe('a request that is not as it should be', () => {
  const owner = { authorization: `Bearer ${TOKEN}` };
  test.each<[string, Ask, number, string]>([
    [
      'no JSON',
      {
        method: 'POST',
        path: 'api/v1/bursts',
        raw: '{',
        headers: { ...owner, 'content-type': 'application/json' },
      },
      400,
      'bad_request',
    ],
    [
      'another content type',
      {
        method: 'POST',
        path: 'api/v1/bursts',
        raw: '{}',
        headers: { ...owner, 'content-type': 'text/plain' },
      },
      400,
      'bad_request',
    ],
    [
      'a missing field',
      { method: 'POST', path: 'api/v1/bursts', body: { path: 'a' }, headers: owner },
      400,
      'bad_request',
    ],
    [
      'a path outside',
      { method: 'POST', path: 'api/v1/snapshots', body: { path: '../a.ipynb' }, headers: owner },
      403,
      'outside_workspace',
    ],
    [
      'a path of git',
      { method: 'POST', path: 'api/v1/snapshots', body: { path: '.GIT/a.ipynb' }, headers: owner },
      422,
      'refused_path',
    ],
    [
      'a file that is not there',
      { method: 'POST', path: 'api/v1/snapshots', body: { path: 'a.ipynb' }, headers: owner },
      404,
      'not_found',
    ],
    ['an unknown snapshot', { path: 'api/v1/snapshots/zz', headers: owner }, 404, 'not_found'],
    [
      'an unknown notebook',
      { path: 'api/v1/notebooks/zz/history', headers: owner },
      404,
      'not_found',
    ],
    [
      'a limit too high',
      { path: 'api/v1/notebooks/zz/history?limit=9999', headers: owner },
      400,
      'bad_request',
    ],
    [
      'an unknown artifact',
      { path: `api/v1/artifacts/${'a'.repeat(64)}`, headers: owner },
      404,
      'artifact_missing',
    ],
    ['an unknown route', { path: 'api/v1/nowhere', headers: owner }, 404, 'not_found'],
  ])('%s', async (_, ask, status, code) => {
    const { ask: call } = await serve();
    const answer = await call(ask);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ status: 'error', code });
  });
});

test('from a burst to its history, diff, restore and files', async () => {
  const { own, ask, root } = await serve();
  await writeInto(root, 'a.ipynb', notebookText(['trees = 1']));
  const bytes = randomBytes(100_000);
  const put = await ask({
    method: 'PUT',
    path: 'api/v1/artifacts?name=m.pkl',
    raw: bytes,
    headers: { authorization: `Bearer ${KERNEL}` },
  });
  const file = put.json<{ sha256: string; size: number }>();
  expect(file.size).toBe(bytes.length);

  const metrics = (accuracy: number): object => ({
    cell: 'c0',
    bundle: { metrics: { accuracy, loss: 1 - accuracy } },
  });
  const one = (
    await own(
      'POST',
      'api/v1/bursts',
      burst('a.ipynb', ['trees = 1'], {
        bundles: [
          metrics(0.8),
          { cell: 'c0', bundle: { artifacts: [{ name: 'm.pkl', stored: true, ...file }] } },
        ],
      }),
    )
  ).json<Kept>();
  const two = (
    await own(
      'POST',
      'api/v1/bursts',
      burst('a.ipynb', ['trees = 60'], { bundles: [metrics(0.9)] }),
    )
  ).json<Kept>();
  await own('POST', 'api/v1/bursts', burst('a.ipynb', ['trees = 61'], { trigger: 'save' }));

  const id = one.snapshot.notebook;
  const page = (await own('GET', `api/v1/notebooks/${id}/history`)).json<HistoryPage>();
  expect(page).toMatchObject({
    total: 3,
    metrics: ['accuracy', 'loss'],
    metric: { name: 'accuracy', best: two.snapshot.id, course: [0.8, 0.9] },
  });
  expect(page.rows.map((row) => row.metric?.value ?? null)).toEqual([null, 0.9, 0.8]);
  expect(page.rows[1]?.metric?.previous).toBe(0.8);
  const lower = (
    await own(
      'GET',
      `api/v1/notebooks/${id}/history?metric=loss&line=main&offset=1&through=${page.through}`,
    )
  ).json<HistoryPage>();
  expect(lower).toMatchObject({ total: 2, metric: { direction: 'lower', best: two.snapshot.id } });
  expect(lower.rows.map((row) => row.id)).toEqual([one.snapshot.id]);
  const found = (await own('GET', `api/v1/notebooks/${id}/history?text=M.PKL`)).json<HistoryPage>();
  expect(found.rows.map((row) => row.id)).toEqual([one.snapshot.id]);

  const compared = (
    await own('GET', `api/v1/diff?base=${one.snapshot.id}&head=${two.snapshot.id}`)
  ).json<Comparison>();
  expect(compared.diff.cells.modified).toBe(1);
  expect(compared.metrics).toMatchObject([
    { name: 'accuracy', better: true },
    { name: 'loss', better: true },
  ]);
  const now = (
    await own('POST', 'api/v1/diff', { base: one.snapshot.id, path: 'a.ipynb' })
  ).json<Comparison>();
  expect(now.diff.cells).toMatchObject({ unchanged: 1, modified: 0 });

  const restored = (
    await own('POST', `api/v1/snapshots/${one.snapshot.id}/restore`, {})
  ).json<Restored>();
  expect(restored.content).toBe(notebookText(['trees = 1']));
  expect(restored.snapshot.restored).toBe(one.snapshot.id);

  const download = await own('GET', `api/v1/artifacts/${file.sha256}?name=models/m.pkl`);
  expect(download.headers['content-disposition']).toBe('attachment; filename=m.pkl');
  expect(download.headers['content-type']).toBe('application/octet-stream');
  const part = await ask({
    path: `api/v1/artifacts/${file.sha256}`,
    headers: { authorization: `Bearer ${TOKEN}`, range: 'bytes=10-19' },
  });
  expect(part.status).toBe(206);
  expect(part.headers['content-range']).toBe(`bytes 10-19/${bytes.length}`);
});

test('a burst from a paused notebook is refused by code', async () => {
  const { own } = await serve();
  await own('POST', 'api/v1/pause', { path: '', kind: 'folder', paused: true });
  expect((await own('POST', 'api/v1/bursts', burst('a.ipynb', ['x']))).json()).toMatchObject({
    code: 'paused',
  });
  expect((await own('GET', 'api/v1/capture-state?path=a.ipynb')).json()).toEqual({
    path: 'a.ipynb',
    state: 'paused',
    by: '',
  });
});

test('the OpenAPI document names every route and its bodies', async () => {
  const { own } = await serve();
  const document = (await own('GET', 'api/v1/openapi.json')).json<{
    openapi: string;
    paths: Record<string, Record<string, { requestBody?: unknown }>>;
  }>();
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths['/api/v1/bursts']?.['post']?.requestBody).toBeDefined();
  expect(Object.keys(document.paths)).toContain('/api/v1/snapshots/{id}/restore');
});

test('the page may run its own scripts only, and be framed by nobody', async () => {
  const { ask } = await serve();
  const policy = String((await ask({ path: '' })).headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect((await ask({ path: 'healthz' })).headers['x-content-type-options']).toBe('nosniff');
});
