import { randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { Kept, Restored } from '../../../contract/capture.js';
import type { Comparison } from '../../../contract/compare.js';
import type { HistoryPage } from '../../../contract/history.js';
import { notebookText, writeInto } from '../scratch.js';
import { burst, KERNEL, serve, TOKEN, type Ask } from './served.js';

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
  const outside = await ask({
    path: `api/v1/artifacts/${file.sha256}`,
    headers: { authorization: `Bearer ${TOKEN}`, range: `bytes=${bytes.length}-` },
  });
  expect(outside.status).toBe(416);
  expect(outside.headers['content-range']).toBe(`bytes */${bytes.length}`);
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
