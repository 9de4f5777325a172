import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { readNotebook, type History } from '../../../server/history/history.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { nodeDisk } from '../../../server/store/disk/disk.js';
import { findNetwork } from '../../../server/store/disk/file-system.js';
import { HolderWatch } from '../../../server/store/heartbeat.js';
import { gitOn } from '../git.js';
import { makeFolder, notebookText, openTestHistory, openTestStore } from '../scratch.js';

const quiet = { report: (): void => undefined };

async function take(history: History, path: string, source: string): Promise<SnapshotRow> {
  const bytes = Buffer.from(notebookText([source], [`id of ${source.slice(0, 20)}`]));
  await history.store.files.write(path, bytes);
  const taken = await takeSnapshot(history, {
    path,
    bytes,
    notebook: parseNotebook(bytes),
    trigger: 'manual',
    key: `key of ${path} ${source}`,
  });
  return taken.row;
}

const NAMES: readonly (readonly [what: string, names: readonly string[]])[] = [
  ['names that differ only in case', ['a.ipynb', 'A.ipynb', 'Data/x.ipynb', 'data/x.ipynb']],
  ['names that differ only in Unicode form', ['caf\u00e9.ipynb', 'cafe\u0301.ipynb']],
  ['a name of 255 bytes', [`${'n'.repeat(249)}.ipynb`]],
  ['a name of 255 bytes that are fewer characters', [`${'\u00e9'.repeat(124)}n.ipynb`]],
  ['names that Windows reserves', ['con.ipynb', 'a:b.ipynb', 'what?.ipynb']],
  ['names with blanks, quotes and line breaks', [' a .ipynb', 'a"b\'c.ipynb', 'a\nb.ipynb']],
];

describe('kept under names of their own, byte for byte:', () => {
  test.each(NAMES)('%s', async (_what, names) => {
    const root = await makeFolder();
    const history = await openTestHistory(root, quiet);
    const rows = new Map<string, SnapshotRow>();
    for (const name of names) rows.set(name, await take(history, name, `name = ${rows.size}`));
    for (const [at, [name, row]] of [...rows].entries()) {
      expect((await history.store.catalog.findNotebookAt(name))?.id).toBe(row.notebook);
      const bytes = await readNotebook(history.store, row);
      expect(bytes.toString()).toContain(`name = ${at}`);
      await history.store.files.write(name, bytes);
      expect((await history.store.files.read(name)).equals(bytes)).toBe(true);
    }
    expect(new Set([...rows.values()].map(({ notebook }) => notebook)).size).toBe(names.length);
    gitOn(join(root, '.cellar/store.git'))('fsck', '--full', '--strict');
    expect((await verifyStore(history)).damages).toEqual([]);
  });
});

test('a name of more than 255 bytes is refused in words', async () => {
  const history = await openTestHistory(undefined, quiet);
  await expect(take(history, `${'n'.repeat(250)}.ipynb`, 'x')).rejects.toMatchObject({
    code: 'refused_path',
    message: expect.stringContaining('255 bytes') as string,
  });
});

test('a notebook of zero bytes is refused in words, and one of 100 MB is kept', async () => {
  expect(() => parseNotebook(Buffer.alloc(0))).toThrow(
    expect.objectContaining({ name: 'CellarError' }) as Error,
  );
  const history = await openTestHistory(undefined, quiet);
  const row = await take(history, 'big.ipynb', 'x'.repeat(100_000_000));
  expect((await readNotebook(history.store, row)).length).toBe(row.size);
  expect(row.size).toBeGreaterThan(100_000_000);
}, 120_000);

test('a store that was copied while in use opens, holds what was acknowledged, and leaves the other alone', async () => {
  const [root, place] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  const row = await take(history, 'a.ipynb', 'x = 1');
  cpSync(join(root, '.cellar'), join(place, '.cellar'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  expect(existsSync(join(place, '.cellar/lock'))).toBe(true);
  let now = 0;
  const watch = new HolderWatch(() => now);
  for (let second = 0; second < 8; second += 1) {
    await expect(openTestStore(place, { ...quiet, watch })).rejects.toMatchObject({
      code: 'store_busy',
    });
    now += 1_000;
  }
  const copy = await openTestHistory(place, { ...quiet, watch });
  expect(copy.store.readOnly).toBe(false);
  expect((await readNotebook(copy.store, row)).toString()).toContain('x = 1');
  await take(copy, 'a.ipynb', 'copy = 2');
  await take(history, 'a.ipynb', 'original = 2');
  expect(await history.store.catalog.history(row.notebook)).toHaveLength(2);
  expect((await verifyStore(copy)).damages).toEqual([]);
  expect((await verifyStore(history)).damages).toEqual([]);
});

test('half of a copied catalog is noticed and made anew', async () => {
  const [root, place] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  const row = await take(history, 'a.ipynb', 'x = 1');
  await history.store.close();
  cpSync(join(root, '.cellar'), join(place, '.cellar'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const name of readdirSync(join(place, '.cellar/catalog')))
    writeFileSync(join(place, '.cellar/catalog', name), '{"form');
  const copy = await openTestHistory(place, quiet);
  expect(await copy.store.catalog.findSnapshot(row.id)).toBeDefined();
});

/** Whether file systems can be made and mounted here: as root, on Linux. */
const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

test('says which file systems are on a network, and nothing of others', async () => {
  const typed = (type: number): typeof nodeDisk => ({
    ...nodeDisk,
    statfs: (() => Promise.resolve({ type })) as unknown as typeof nodeDisk.statfs,
  });
  expect(await findNetwork('/', typed(0x6969))).toBe('NFS');
  expect(await findNetwork('/', typed(0xff534d42 | 0))).toBe('CIFS');
  expect(await findNetwork('/', typed(0xef53))).toBeUndefined();
  expect(await findNetwork(await makeFolder(), nodeDisk)).toBeUndefined();
});

test('a store on a network says so once it is opened, and works', async () => {
  const reports: unknown[] = [];
  const disk = {
    ...nodeDisk,
    statfs: (() => Promise.resolve({ type: 0x6969 })) as unknown as typeof nodeDisk.statfs,
  };
  const options = { disk, report: (error: unknown) => void reports.push(error) };
  const history = await openTestHistory(undefined, options);
  await take(history, 'a.ipynb', 'x = 1');
  expect(reports).toEqual([expect.stringContaining('is on NFS')]);
});

describe.skipIf(!canMount)('as a person without rights', () => {
  test('a folder without permission to write lets the history be read, and refuses in words to make one', async () => {
    const root = await makeFolder();
    const row = await take(await openTestHistory(root, quiet), 'a.ipynb', 'x = 1');
    expect(row.path).toBe('a.ipynb');
    const script = (args: string): string =>
      `setpriv --reuid=65534 --regid=65534 --clear-groups -- ${process.execPath} dist/cellar.js ${args}`;
    chmodSync(root, 0o755);
    const read = execFileSync('sh', ['-c', script(`log a.ipynb --json --root ${root}`)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
    });
    expect(JSON.parse(read)).toMatchObject({ snapshots: [{ id: row.id }] });
    const empty = await makeFolder();
    writeFileSync(join(empty, 'a.ipynb'), notebookText(['x']));
    chmodSync(empty, 0o555);
    onTestFinished(() => {
      chmodSync(empty, 0o755);
    });
    const refused = spawnSync('sh', ['-c', script(`snapshot a.ipynb --json --root ${empty}`)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
    });
    expect(refused.status).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'store_read_only' });
  }, 60_000);
});
