import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar } from './cellar.js';

test('clean works in place, file by file, and --check writes nothing', async () => {
  const root = await makeFolder();
  const clean = notebookText(['x']);
  const dirty = clean.replace('"execution_count": null', '"execution_count": 4');
  await writeInto(root, 'a.ipynb', dirty);
  await chmod(join(root, 'a.ipynb'), 0o600);
  await writeInto(root, 'b.ipynb', clean);
  const read = () => readFile(join(root, 'a.ipynb'), 'utf8');

  const checked = await cellar(root, ['clean', 'a.ipynb', 'b.ipynb', '--check']);
  expect([checked.code, checked.out]).toEqual([1, 'a.ipynb: would be cleaned\n']);
  expect(await read()).toBe(dirty);

  await writeInto(root, 'bad.ipynb', '{');
  const done = await cellar(root, ['clean', 'bad.ipynb', 'a.ipynb', 'b.ipynb']);
  expect([done.code, done.out]).toEqual([2, 'a.ipynb: cleaned\n']);
  expect(done.err).toContain('bad.ipynb is not JSON');
  expect(await read()).toBe(clean);
  expect((await stat(join(root, 'a.ipynb'))).mode & 0o777).toBe(0o600);

  const json = await cellar(root, ['clean', 'a.ipynb', '--check', '--json']);
  expect([json.code, json.json()]).toEqual([
    0,
    { status: 'ok', files: [{ path: 'a.ipynb', changed: false }] },
  ]);
  const unknown = await cellar(root, ['clean', 'a.ipynb', '--strip', 'everything', '--json']);
  expect([unknown.code, unknown.json()]).toMatchObject([2, { code: 'bad_request' }]);
});
