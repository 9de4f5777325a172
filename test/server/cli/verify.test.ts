import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Verified } from '../../../contract/upkeep.js';
import { gitOn } from '../git.js';
import { ruin } from '../history/damage.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, serve } from './cellar.js';

async function makeStore(): Promise<{ root: string; ids: readonly string[]; main: string }> {
  const root = await makeFolder();
  const ids: string[] = [];
  for (const source of ['x = 1', 'x = 2']) {
    await writeInto(root, 'a.ipynb', notebookText([source]));
    ids.push((await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<{ id: string }>().id);
  }
  return { root, ids, main: join(root, '.cellar/store.git/refs/heads/main') };
}

test('verify says first whether all is well', async () => {
  const { root } = await makeStore();
  const { code, out } = await cellar(root, ['verify']);
  expect(code).toBe(0);
  expect(out).toBe('All is well: 3 commits, 2 versions of 1 notebook, 0 files.\n');
});

test('verify names what is damaged, which versions, and what still reads', async () => {
  const { root, ids } = await makeStore();
  const blob = gitOn(join(root, '.cellar/store.git'))('rev-parse', 'main~1:a.ipynb').trim();
  const file = `store.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`;
  ruin(join(root, '.cellar', file));
  const { code, out } = await cellar(root, ['verify']);
  expect(code).toBe(1);
  const lines = out.split('\n');
  expect(lines[0]).toBe(
    '1 damaged; what reads: 3 commits, 1 of 2 versions of 1 notebook, 0 files.',
  );
  expect(lines[1]).toMatch(/^a\.ipynb in commit \w+ \(\.cellar\/store\.git\/objects/);
  expect(lines[2]).toContain(`version ${ids[0]?.slice(0, 16) ?? ''} of a.ipynb`);
  expect(lines[2]).toContain('cannot be read');
  const told = (await cellar(root, ['verify', '--json'])).json<Verified>();
  expect(told.damages[0]).toMatchObject({
    file,
    object: blob,
    snapshots: { listed: [{ id: ids[0] }] },
  });
});

describe('a store whose main is damaged', () => {
  test('is read by every command with a warning, and written by none', async () => {
    const { root, ids, main } = await makeStore();
    writeFileSync(main, 'nonsense');
    const shown = await cellar(root, ['show', ids[0] ?? '', '--notebook']);
    expect(shown).toMatchObject({ code: 0, out: notebookText(['x = 1']) });
    expect(shown.err).toContain('Run "cellar verify --repair"');
    const log = await cellar(root, ['log', 'a.ipynb', '--json']);
    expect(log.json<{ snapshots: unknown[] }>().snapshots).toHaveLength(2);
    await writeInto(root, 'a.ipynb', notebookText(['x = 3']));
    const refused = await cellar(root, ['snapshot', 'a.ipynb', '--json']);
    expect(refused.code).toBe(2);
    expect(refused.json()).toMatchObject({ code: 'store_damaged' });
    expect((await cellar(root, ['verify'])).code).toBe(1);
    expect(readFileSync(main, 'utf8')).toBe('nonsense');
  });

  test('is served to read; those who go through the server are warned, too', async () => {
    const { root, ids, main } = await makeStore();
    writeFileSync(main, `${'1'.repeat(40)}\n`);
    const server = await serve(root);
    const headers = { Authorization: `Bearer ${server.token}`, 'x-cellar-client': 'test' };
    const workspace = await fetch(`${server.url}/api/v1/workspace`, { headers });
    expect(await workspace.json()).toMatchObject({
      readOnly: true,
      obstacle: 'damaged',
      snapshots: 2,
    });
    const shown = await cellar(root, ['show', ids[1] ?? '', '--notebook']);
    expect(shown).toMatchObject({ code: 0, out: notebookText(['x = 2']) });
    expect(shown.err.match(/cellar verify --repair/g)).toHaveLength(1);
    await writeInto(root, 'a.ipynb', notebookText(['x = 3']));
    const refused = await cellar(root, ['snapshot', 'a.ipynb', '--json']);
    expect(refused.json()).toMatchObject({ code: 'store_damaged' });
    expect(await server.stop()).toBe(0);
    expect(readFileSync(main, 'utf8')).toBe(`${'1'.repeat(40)}\n`);
  });
});
