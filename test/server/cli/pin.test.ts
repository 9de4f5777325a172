import { expect, test } from 'vitest';

import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, serve } from './cellar.js';

test('pin, gc and an id that is not there, as scripts use them', async () => {
  const root = await makeFolder();
  await writeInto(root, 'a.ipynb', notebookText(['one']));
  const { id } = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<{ id: string }>();
  const pinned = await cellar(root, ['pin', id.slice(0, 20), '--json']);
  expect(pinned.json()).toEqual({ status: 'ok', id, pinned: true });
  expect((await cellar(root, ['log', 'a.ipynb'])).out).toContain('pinned');
  const shown = (await cellar(root, ['show', id, '--json'])).json<{ pinned: boolean }>();
  expect(shown.pinned).toBe(true);
  expect((await cellar(root, ['pin', id, '--remove'])).out).toContain('no pin any more');
  const none = await cellar(root, ['pin', 'zzzz', '--json']);
  expect(none.code).toBe(2);
  expect(none.json()).toMatchObject({ status: 'error', code: 'not_found' });
  const gc = await cellar(root, ['gc', '--dry-run', '--json']);
  expect(gc.json()).toMatchObject({ status: 'ok', dryRun: true, bytes: 0 });
  expect((await cellar(root, ['gc'])).out).toBe('There is nothing to free.\n');
  expect((await cellar(root, ['gc', '--grace', 'long'])).code).toBe(2);
});

test('a server pins and lets go, for its owner alone', async () => {
  const root = await makeFolder();
  await writeInto(root, 'a.ipynb', notebookText(['one']));
  const { id } = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<{ id: string }>();
  const server = await serve(root);
  const ask = (method: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/api/v1/snapshots/${id}/pin`, { method, headers });
  const owner = { Authorization: `Bearer ${server.token}` };
  expect(await (await ask('PUT', owner)).json()).toEqual({ id, pinned: true });
  expect(await (await ask('DELETE', owner)).json()).toEqual({ id, pinned: false });
  expect((await ask('PUT', {})).status).toBeGreaterThanOrEqual(401);
});
