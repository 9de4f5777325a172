import { expect, test } from 'vitest';

import type { Kept } from '../../../contract/capture.js';
import type { ErrorBody } from '../../../contract/errors.js';
import type { HistoryPage } from '../../../contract/history.js';
import { keyOf, notebookOf, stream } from '../notebook/secrets/samples.js';
import { burst, KERNEL, serve } from './served.js';

const TOKEN = `ghp_${keyOf(36)}`;

/** A burst of the notebook with a token in its output, or in its source. */
function burstWith(place: 'output' | 'source'): object {
  const inSource = place === 'source';
  const bytes = notebookOf(inSource ? `t = "${TOKEN}"` : 'x', inSource ? [] : [stream(TOKEN)]);
  return burst('a.ipynb', [], { content: bytes.toString() });
}

test('a secret that was left out is told, and counted in the history', async () => {
  const { own } = await serve();
  const kept = (await own('POST', 'api/v1/bursts', burstWith('output'))).json<Kept>();
  expect(kept.warnings).toMatchObject([
    { code: 'secret_redacted', secret: { cell: 'a', index: 0, output: 0, rule: 'github-pat' } },
  ]);
  const { notebook } = kept.snapshot;
  const page = await own('GET', `api/v1/notebooks/${notebook}/history`);
  expect(page.json<HistoryPage>().rows).toMatchObject([{ redactions: 1 }]);
});

test('what is refused is named, is kept once it is allowed, and refused again when that is taken back', async () => {
  const { own, ask } = await serve();
  await own('PATCH', 'api/v1/settings', { secrets: { sources: 'refuse' } });
  const keep = (): ReturnType<typeof own> => own('POST', 'api/v1/bursts', burstWith('source'));
  const refused = await keep();
  expect(refused.status).toBe(422);
  expect(refused.text).not.toContain(TOKEN);
  const body = refused.json<ErrorBody>();
  expect(body).toMatchObject({
    code: 'secret_found',
    path: 'a.ipynb',
    secrets: [{ cell: 'a', index: 0, place: 'source', preview: 'ghp_…' }],
  });
  const fingerprint = body.secrets?.[0]?.fingerprint ?? '';
  const route = 'api/v1/secrets/allowed';
  const headers = { authorization: `Bearer ${KERNEL}` };
  const byKernel = await ask({ method: 'POST', path: route, body: { fingerprint }, headers });
  expect(byKernel.status).toBe(403);
  await own('POST', route, { fingerprint });
  const kept = await keep();
  expect(kept.json<Kept>()).toMatchObject({ created: true, warnings: [] });
  expect((await own('DELETE', `${route}?fingerprint=${fingerprint}`)).status).toBe(200);
  expect((await own('GET', 'api/v1/secrets')).json()).toEqual({ sources: 'refuse', allowed: [] });
  expect((await keep()).status).toBe(422);
});

test('what is set about sources leaves alone what was allowed and what is set about outputs', async () => {
  const { own } = await serve();
  await own('PATCH', 'api/v1/settings', { secrets: { outputs: 'warn' } });
  await own('POST', 'api/v1/secrets/allowed', { fingerprint: '0123456789abcdef' });
  await own('PATCH', 'api/v1/settings', { secrets: { sources: 'refuse' } });
  expect((await own('GET', 'api/v1/secrets')).json()).toEqual({
    ...{ sources: 'refuse', outputs: 'warn' },
    allowed: ['0123456789abcdef'],
  });
});

test('no secret stands in the name of a metric that a run logs while it goes on', async () => {
  const { ask, own } = await serve();
  const headers = { authorization: `Bearer ${KERNEL}` };
  const run = `api/v1/runs/${'c'.repeat(32)}`;
  const points = [`loss ${TOKEN}`, 'acc', `loss ${TOKEN}`].map((name, step) => ({
    ...{ name, step },
    value: step / 2,
  }));
  const body = { points, ended: 'finished' };
  const logged = await ask({ method: 'POST', path: `${run}/points`, headers, body });
  expect(logged.json()).toMatchObject({ kept: 3 });
  const kept = await own('GET', run);
  expect(kept.text).not.toContain(TOKEN);
  expect(kept.json()).toMatchObject({
    metrics: { 'loss [redacted: github-pat]': { value: 1, step: 2 }, acc: { value: 0.5 } },
  });
});
