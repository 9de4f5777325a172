import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { getSnapshot, readNotebook } from '../../../server/history/history.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { STORE_FORMAT } from '../../../server/store/format.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { openStore } from '../../../server/store/store.js';
import { interpose, isChange } from '../../faults/interpose.js';
import { gitOn } from '../git.js';
import { AUTHOR, createClock, makeFolder, openTestHistory, openTestStore } from '../scratch.js';
import { FORMAT_1_IDS, FORMAT_1_SOURCES, makeFormat1, readRefs } from './format-1.js';

const formatOf = (root: string): unknown =>
  JSON.parse(gitOn(join(root, '.cellar/store.git'))('show', 'main:.cellar/format.json'));

/** Opens the store and proves that all of the fixture is there. */
async function proveUpgraded(root: string): Promise<void> {
  const { store } = await openTestHistory(root, { report: () => undefined });
  expect(formatOf(root)).toEqual({ format: STORE_FORMAT, store: store.id });
  expect(store.id).toMatch(/^[0-9a-z]{26}$/);
  for (const line of ['main', 'auto'] as const) {
    const row = await getSnapshot(store, FORMAT_1_IDS[line]);
    expect(row).toMatchObject({ line, path: 'a.ipynb' });
    expect((await readNotebook(store, row)).toString()).toContain(FORMAT_1_SOURCES[line]);
  }
  expect((await openOperatingState(store.places).readSettings()).spaceLimit).toBe(12_345);
  await store.close();
  gitOn(join(root, '.cellar/store.git'))('fsck', '--full', '--strict');
}

test('brings a store of format 1 to this one, and puts aside what is needed to go back', async () => {
  const root = await makeFolder();
  makeFormat1(root);
  const before = readRefs(root);
  await proveUpgraded(root);
  const backups = join(root, '.cellar/backups');
  const [name = ''] = readdirSync(backups);
  expect(name).toMatch(/^format-1-\d{4}-\d\d-\d\d$/);
  expect(readFileSync(join(backups, name, 'state/settings.json'), 'utf8')).toContain('12345');
  // As docs/store.md says: the refs put in the place of those of now.
  const gitdir = join(root, '.cellar/store.git');
  const git = gitOn(gitdir);
  for (const line of git('show-ref').trim().split('\n'))
    git('update-ref', '-d', line.split(' ')[1] ?? '');
  cpSync(join(backups, name, 'refs'), join(gitdir, 'packed-refs'));
  expect(readRefs(root)).toBe(before);
});

test('does nothing to a store of this format', async () => {
  const root = await makeFolder();
  makeFormat1(root);
  await proveUpgraded(root);
  const refs = readRefs(root);
  await proveUpgraded(root);
  expect(readRefs(root)).toBe(refs);
  expect(readdirSync(join(root, '.cellar/backups'))).toHaveLength(1);
});

/** A disk on which the process ends before its n-th change: nothing happens from then on. */
function endAt(n: number): { readonly disk: Disk; readonly changes: () => number } {
  let changes = 0;
  const disk = interpose(nodeDisk, (call, make) => {
    if (isChange(call)) changes += 1;
    if (changes > n) return Promise.reject(new Error('the process has ended'));
    return make();
  });
  return { disk, changes: () => changes };
}

test('ended before any of its changes, it leaves a store that the next start brings on', async () => {
  const open = (root: string, disk: Disk): Promise<unknown> =>
    openStore({ root, author: AUTHOR, now: createClock(), report: () => undefined, disk });
  const first = await makeFolder();
  makeFormat1(first);
  const whole = endAt(Infinity);
  await open(first, whole.disk);
  const total = whole.changes();
  expect(total).toBeGreaterThan(30);
  for (let n = 0; n < total; n += 1) {
    const root = await makeFolder();
    makeFormat1(root);
    await open(root, endAt(n).disk).catch(() => undefined);
    // The lock of a process that is gone, as far as the next can know.
    const lock = join(root, '.cellar/lock');
    if (existsSync(lock)) writeFileSync(lock, '');
    await proveUpgraded(root);
    const backups = readdirSync(join(root, '.cellar/backups'));
    expect(backups.filter((name) => name.endsWith('.new'))).toEqual([]);
    expect(backups).toHaveLength(1);
  }
}, 300_000);

test('a store of a later format is refused in words, and nothing in it is touched', async () => {
  const root = await makeFolder();
  await (await openTestStore(root)).close();
  const git = gitOn(join(root, '.cellar/store.git'));
  const blob = join(root, 'format.json');
  writeFileSync(blob, `{"format":${STORE_FORMAT + 1},"store":"x","more":true}`);
  const oid = git('hash-object', '-w', blob).trim();
  git('read-tree', 'main');
  git('update-index', '--add', '--cacheinfo', `100644,${oid},.cellar/format.json`);
  const tree = git('write-tree').trim();
  const name = ['-c', 'user.name=g', '-c', 'user.email=g'];
  git('update-ref', 'refs/heads/main', git(...name, 'commit-tree', tree, '-m', 'later').trim());
  const refs = readRefs(root);
  await expect(openTestStore(root)).rejects.toMatchObject({
    code: 'store_newer',
    message: expect.stringContaining('Install a newer jupyterlab-cellar') as string,
  });
  expect(readRefs(root)).toBe(refs);
  expect(existsSync(join(root, '.cellar/lock'))).toBe(false);
});
