import { symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { keepFile } from '../../../server/capture/keep.js';
import { setPause } from '../../../server/capture/state.js';
import { readNotebook } from '../../../server/history/history.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { keep, openParts } from './opened.js';

describe('control', () => {
  test('a pause holds for a notebook, its folder, the workspace; a person can still ask', async () => {
    const parts = await openParts();
    await writeInto(parts.root, 'f/a.ipynb', notebookText(['x']));
    for (const path of ['f/a.ipynb', 'f', '']) {
      const kind = path.endsWith('.ipynb') ? 'notebook' : 'folder';
      await setPause(parts.operating, { path, kind, paused: true });
      await expect(keep(parts, { path: 'f/a.ipynb' })).rejects.toMatchObject({ code: 'paused' });
      await setPause(parts.operating, { path, kind, paused: false });
    }
    await setPause(parts.operating, { path: '', kind: 'folder', paused: true });
    expect(await keep(parts, { path: 'f/a.ipynb', trigger: 'manual' })).toMatchObject({
      created: true,
    });
  });

  test('what .cellarignore names is refused, with the pattern', async () => {
    const parts = await openParts();
    await writeInto(parts.root, '.cellarignore', 'scratch/\n!keep.ipynb\n');
    await writeInto(parts.root, 'scratch/a.ipynb', notebookText(['x']));
    const refused = keep(parts, { path: 'scratch/a.ipynb', trigger: 'manual' });
    await expect(refused).rejects.toMatchObject({ code: 'refused_path' });
    await expect(refused).rejects.toThrow('scratch/');
  });
});

describe('bad input', () => {
  test.each([
    ['not JSON', 'hello', 'not_json'],
    ['no notebook', '{"a":1}', 'not_a_notebook'],
    ['nothing', '', 'not_json'],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x41]), 'not_utf8'],
  ])('%s is refused by name', async (_, content, code) => {
    const parts = await openParts();
    await writeInto(parts.root, 'bad.ipynb', content);
    const refused = keepFile(parts, { path: 'bad.ipynb', trigger: 'manual' });
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow('bad.ipynb');
    expect(await parts.history.store.catalog.snapshotCount()).toBe(0);
  });

  test('a link that leads outside is refused, one that stays inside is followed', async () => {
    const parts = await openParts();
    const outside = await makeFolder();
    await writeInto(outside, 'secret.ipynb', notebookText(['secret']));
    await writeInto(parts.root, 'real/a.ipynb', notebookText(['x']));
    symlinkSync(join(outside, 'secret.ipynb'), join(parts.root, 'out.ipynb'));
    symlinkSync(outside, join(parts.root, 'folder'));
    symlinkSync(join(parts.root, 'real'), join(parts.root, 'in'));
    symlinkSync(join(parts.root, '.cellar'), join(parts.root, 'sneaky'));
    for (const path of ['out.ipynb', 'folder/secret.ipynb'])
      await expect(keepFile(parts, { path, trigger: 'manual' })).rejects.toMatchObject({
        code: 'outside_workspace',
      });
    await expect(
      keepFile(parts, { path: 'sneaky/format.ipynb', trigger: 'manual' }),
    ).rejects.toMatchObject({ code: 'refused_path' });
    expect(await keepFile(parts, { path: 'in/a.ipynb', trigger: 'manual' })).toMatchObject({
      created: true,
    });
  });

  test('duplicate cell ids are kept as they are', async () => {
    const parts = await openParts();
    const text = notebookText(['x', 'y'], ['same', 'same']);
    await writeInto(parts.root, 'a.ipynb', text);
    const { row } = await keepFile(parts, { path: 'a.ipynb', trigger: 'manual' });
    expect((await readNotebook(parts.history.store, row)).toString()).toBe(text);
  });
});
