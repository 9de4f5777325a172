import { expect, test } from 'vitest';

import type { Snapshot } from '../../../contract/snapshot.js';
import { notebookText, writeInto } from '../scratch.js';
import { burst, KERNEL, serve } from './served.js';

const SECRET = 'correct horse battery';

test('the owner alone purges, is shown first what would go, and listens to what was done', async () => {
  const { root, ask, own } = await serve();
  await writeInto(root, 'a.ipynb', notebookText([`key = '${SECRET}'`]));
  const kept = await own('POST', 'api/v1/snapshots', { path: 'a.ipynb' });
  const { id } = kept.json<{ snapshot: { id: string } }>().snapshot;
  const purge = (body: object): ReturnType<typeof own> => own('POST', 'api/v1/purge', body);
  const plan = await purge({ texts: [SECRET] });
  expect(plan.json()).toMatchObject({ dryRun: true, generation: 0, snapshots: { count: 1 } });
  expect(plan.text).not.toContain(SECRET);
  expect((await own('GET', `api/v1/snapshots/${id}/notebook`)).text).toContain(SECRET);
  const done = await purge({ texts: [SECRET], dryRun: false });
  expect(done.json()).toMatchObject({ dryRun: false, generation: 1, snapshots: { count: 1 } });
  const text = (await own('GET', `api/v1/snapshots/${id}/notebook`)).text;
  expect(text).toBe(notebookText(["key = '[redacted: purged]'"]));
  const cleaned = await own('POST', 'api/v1/redactions', { content: `a ${SECRET}` });
  expect(cleaned.json()).toEqual({ content: 'a [redacted: purged]', redactions: 1 });
  expect((await purge({ texts: ['short'] })).status).toBe(400);
  expect((await purge({ texts: [id.slice(0, 9)] })).status).toBe(400);
  const headers = { authorization: `Bearer ${KERNEL}` };
  const body = { texts: [SECRET] };
  expect((await ask({ method: 'POST', path: 'api/v1/purge', body, headers })).status).toBe(403);
});

test('what a run has logged and no commit holds yet is purged with the rest', async () => {
  const { own } = await serve();
  const run = `api/v1/runs/${'c'.repeat(32)}`;
  const points = [{ name: `loss of ${SECRET}`, value: 0.5, step: 1, time: 1 }];
  await own('POST', `${run}/points`, { points });
  expect((await own('GET', run)).text).toContain(SECRET);
  const done = await own('POST', 'api/v1/purge', { texts: [SECRET], dryRun: false });
  expect(done.json()).toMatchObject({ records: 1, generation: 1 });
  expect((await own('GET', run)).json()).toMatchObject({
    metrics: { 'loss of [redacted: purged]': { value: 0.5, step: 1 } },
  });
});

test('who asks for a purged file is told that it was purged, by its address, its version and its run', async () => {
  const { own, ask } = await serve();
  const raw = Buffer.from(`a ${SECRET}`);
  const headers = { authorization: `Bearer ${KERNEL}` };
  const put = await ask({ method: 'PUT', path: 'api/v1/artifacts?name=m.pkl', raw, headers });
  const file = put.json<{ sha256: string; size: number }>();
  const artifact = { name: 'm.pkl', stored: true, ...file };
  const bundles = [{ cell: 'c0', bundle: { artifacts: [artifact] } }];
  const kept = await own('POST', 'api/v1/bursts', burst('a.ipynb', ['fit()'], { bundles }));
  const { id, runs } = kept.json<{ snapshot: Snapshot }>().snapshot;
  const path = `api/v1/artifacts/${file.sha256}`;
  await own('POST', 'api/v1/purge', { texts: [SECRET], dryRun: false });
  expect((await own('GET', path)).status).toBe(200);
  await own('POST', 'api/v1/purge', { texts: [SECRET], dryRun: false, files: true });
  const gone = await own('GET', path);
  expect(gone.status).toBe(410);
  expect(gone.json()).toMatchObject({ status: 'error', code: 'artifact_purged' });
  expect((await own('GET', `api/v1/snapshots/${id}`)).json()).toMatchObject({
    artifacts: [{ name: 'm.pkl', sha256: file.sha256, purged: true }],
  });
  expect((await own('GET', `api/v1/runs/${runs[0]?.id ?? ''}`)).json()).toMatchObject({
    artifacts: [{ name: 'm.pkl', sha256: file.sha256, purged: true }],
  });
});
