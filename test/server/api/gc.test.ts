import { expect, test } from 'vitest';

import { collectedSchema } from '../../../contract/retention.js';
import { notebookText, writeInto } from '../scratch.js';
import { serve } from './served.js';

test('a collection takes the grace of files from the settings, which refuse what makes no sense', async () => {
  const { root, own } = await serve();
  await writeInto(root, 'a.ipynb', notebookText(['one']));
  await own('POST', 'api/v1/snapshots', { path: 'a.ipynb' });
  const set = await own('PATCH', 'api/v1/settings', { artifactGrace: 3, spaceLimit: 5 });
  expect(set.json()).toMatchObject({ artifactGrace: 3, spaceLimit: 5 });
  const retention = { off: false, all: 60, hourly: 30, daily: null };
  const refused = await own('PATCH', 'api/v1/settings', { retention });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('at least as long');
  expect((await own('PATCH', 'api/v1/settings', { artifactGrace: -1 })).status).toBe(400);
  const planned = await own('POST', 'api/v1/gc', { dryRun: true });
  expect(collectedSchema.parse(planned.json())).toMatchObject({
    dryRun: true,
    objects: { count: 0, bytes: 0 },
    heldBack: null,
  });
  expect((await own('POST', 'api/v1/gc', { grace: 'long' })).status).toBe(400);
  expect((await own('POST', 'api/v1/gc', {})).json()).toMatchObject({ dryRun: false, bytes: 0 });
});
