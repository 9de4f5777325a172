import { join } from 'node:path';

import { expect, test } from 'vitest';

import { gitOn } from '../git.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, serve } from './cellar.js';

interface Log {
  readonly snapshots: readonly { readonly id: string }[];
}

test('a backup of a store in use goes round by the commands alone', async () => {
  const [root, place, scratch] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const folder = join(scratch, 'made', 'by', 'it');
  const server = await serve(root);
  const ids: string[] = [];
  const take = async (n: number): Promise<void> => {
    await writeInto(root, 'a.ipynb', notebookText([`x = ${n}`]));
    ids.push((await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<{ id: string }>().id);
  };
  await take(1);
  const first = await cellar(root, ['backup', folder, '--json']);
  expect([first.code, first.err]).toEqual([0, '']);
  expect(first.json()).toMatchObject({ status: 'ok', folder });
  const [second] = await Promise.all([cellar(root, ['backup', folder]), take(2)]);
  expect(second.code).toBe(0);
  expect((await cellar(root, ['backup', folder, '--verify'])).out).toContain('holds the store');
  await server.stop();

  const restored = await cellar(place, ['restore-backup', folder, '--json']);
  expect(restored.json()).toMatchObject({ status: 'ok', root: place, before: null });
  const log = (await cellar(place, ['log', 'a.ipynb', '--json'])).json<Log>();
  expect(log.snapshots.map(({ id }) => id)).toEqual([...ids].reverse());
  expect((await cellar(place, ['show', ids[0] ?? '', '--notebook'])).out).toBe(
    notebookText(['x = 1']),
  );
  expect((await cellar(place, ['verify'])).code).toBe(0);
  gitOn(join(place, '.cellar/store.git'))('fsck', '--full', '--strict');

  const refused = await cellar(place, ['restore-backup', folder, '--json']);
  expect([refused.code, refused.json()]).toMatchObject([2, { code: 'conflict' }]);
  expect((await cellar(place, ['restore-backup', folder, '--force'])).out).toContain('.before-');
  expect((await cellar(place, ['verify'])).code).toBe(0);
}, 120_000);
