import { expect, test } from 'vitest';

import { serve } from './served.js';

const SECRET = 'correct horse battery';

test('settings that are changed at the same time undo none of each other', async () => {
  const { own } = await serve();
  const fingerprints = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(16));
  await Promise.all([
    own('PATCH', 'api/v1/settings', { spaceLimit: 5_000 }),
    ...fingerprints.map((fingerprint) => own('POST', 'api/v1/secrets/allowed', { fingerprint })),
    own('PATCH', 'api/v1/settings', { artifactGlobs: ['*.pt'] }),
    ...['a', 'b', 'c'].map((path) =>
      own('POST', 'api/v1/pause', { path, kind: 'folder', paused: true }),
    ),
  ]);
  const settings = await own('PATCH', 'api/v1/settings', {});
  expect(settings.json()).toMatchObject({ spaceLimit: 5_000, artifactGlobs: ['*.pt'] });
  const { allowed } = settings.json<{ secrets: { allowed: string[] } }>().secrets;
  expect([...allowed].sort()).toEqual(fingerprints);
  const workspace = await own('GET', 'api/v1/workspace');
  const { paused } = workspace.json<{ paused: { folders: string[] } }>();
  expect([...paused.folders].sort()).toEqual(['a', 'b', 'c']);
});

test('a setting that is saved during a purge of the settings is kept', async () => {
  const { own } = await serve();
  await own('PATCH', 'api/v1/settings', { artifactGlobs: [`${SECRET}.pt`, '*.pkl'] });
  const [purged] = await Promise.all([
    own('POST', 'api/v1/purge', { texts: [SECRET], dryRun: false }),
    own('PATCH', 'api/v1/settings', { spaceLimit: 5_000 }),
  ]);
  expect(purged.status).toBe(200);
  const settings = await own('PATCH', 'api/v1/settings', {});
  expect(settings.json()).toMatchObject({ spaceLimit: 5_000, artifactGlobs: ['*.pkl'] });
});
