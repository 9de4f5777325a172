import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readNotebook } from '../../../server/history/history.js';
import { verifyStore } from '../../../server/history/verify.js';
import { backUp } from '../../../server/store/backup/back-up.js';
import { restoreBackup } from '../../../server/store/backup/restore-backup.js';
import { nodeDisk } from '../../../server/store/disk/disk.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange } from '../../faults/interpose.js';
import { restoreAfterCut } from '../../faults/power-cut.js';
import { Recorder } from '../../faults/recording-disk.js';
import { Chance } from '../../fuzz/mutate.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';

import { quiet, take, toRestore, proveHolds, endAt } from './backed-up.js';

test('ended at any of its changes, a restore has left the old store or the new one', async () => {
  const [root, folder] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  await backUp(history.store, { folder });
  const old = await makeFolder();
  const there = await openTestHistory(old, quiet);
  await take(there, 'mine = 1');
  await there.store.close();

  const run = async (n: number): Promise<readonly [root: string, changes: number]> => {
    const place = await makeFolder();
    execFileSync('cp', ['-a', join(old, '.cellar'), place]);
    const { disk, changes } = endAt(n);
    await restoreBackup(toRestore(folder, place, { force: true, disk })).catch(() => undefined);
    return [place, changes()];
  };
  const [, total] = await run(Infinity);
  const ends = { old: 0, restored: 0 };
  for (let n = 0; n <= total; n += n > total - 25 ? 1 : 9) {
    const [place] = await run(n);
    const lock = join(place, '.cellar/lock');
    if (existsSync(lock)) writeFileSync(lock, '');
    const history = await openTestHistory(place, quiet);
    const { store } = history;
    const [notebook] = await store.catalog.notebooks();
    const [row] = await store.catalog.history(notebook?.id ?? '');
    if (row === undefined) throw new Error(`after ${n} changes the store is empty`);
    const text = (await readNotebook(store, row)).toString();
    ends[text === notebookText(['x = 1']) ? 'restored' : 'old'] += 1;
    if (text !== notebookText(['x = 1'])) expect(text).toBe(notebookText(['mine = 1']));
    expect((await verifyStore(history)).damages).toEqual([]);
    await store.close();
  }
  expect(Math.min(ends.old, ends.restored)).toBeGreaterThan(2);
}, 300_000);

test('a backup that was ended anywhere leaves the last one whole, and is continued', async () => {
  const [root, folder] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  await backUp(history.store, { folder });
  await take(history, 'x = 2');
  const { store } = history;
  for (let n = 0; n < 60; n += 4) {
    const place = await makeFolder();
    const copy = join(place, 'copy');
    mkdirSync(copy);
    execFileSync('cp', ['-a', `${folder}/.`, copy]);
    const { disk } = endAt(n);
    const ended = await backUp({ ...store, disk }, { folder: copy }).then(
      () => false,
      () => true,
    );
    await restoreBackup(toRestore(copy, join(place, 'a')));
    await (
      await proveHolds(join(place, 'a'), ended ? ['x = 1'] : ['x = 1', 'x = 2'])
    ).store.close();
    await backUp(store, { folder: copy });
    await restoreBackup(toRestore(copy, join(place, 'b')));
    await (await proveHolds(join(place, 'b'), ['x = 1', 'x = 2'])).store.close();
  }
}, 300_000);

test('what a backup left that failed is safe from a power cut once the next one has ended', async () => {
  const base = await makeFolder();
  const recorder = new Recorder(base);
  const faulty = new FaultyDisk(undefined, recorder.disk);
  const history = await openTestHistory(join(base, 'workspace'), { ...quiet, disk: faulty.disk });
  for (const source of ['x = 1', 'x = 2']) await take(history, source);
  const folder = join(base, 'backup');
  faulty.plan = {
    ...{ fault: { kind: 'refuse', code: 'ENOSPC' }, at: 6, lasting: true },
    matches: ({ kind }) => kind === 'copyFile',
  };
  await expect(backUp(history.store, { folder })).rejects.toMatchObject({ code: 'disk_full' });
  faulty.plan = undefined;
  await backUp(history.store, { folder });
  const after = await makeFolder();
  await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
  const place = await makeFolder();
  await restoreBackup(toRestore(join(after, 'backup'), place));
  await proveHolds(place, ['x = 1', 'x = 2']);
});

test('what a backup left on a disk that turned read-only is not taken for safe by the next one', async () => {
  let ended = false;
  for (let n = 0; !ended; n += 8) {
    const base = await makeFolder();
    const faulty = new FaultyDisk(undefined);
    const recorder = new Recorder(base, faulty.disk);
    const root = join(base, 'workspace');
    const history = await openTestHistory(root, { ...quiet, disk: recorder.disk });
    await take(history, 'x = 1');
    const folder = join(base, 'backup');
    faulty.plan = {
      ...{ fault: { kind: 'refuse', code: 'EROFS' }, at: n, lasting: true },
      matches: isChange,
    };
    ended = await backUp(history.store, { folder }).then(
      () => true,
      () => false,
    );
    faulty.plan = undefined;
    await backUp(history.store, { folder });
    const after = await makeFolder();
    await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
    const place = await makeFolder();
    await restoreBackup(toRestore(join(after, 'backup'), place));
    await (await proveHolds(place, ['x = 1'])).store.close();
    // It is a backup's still.
    await backUp({ ...history.store, disk: nodeDisk }, { folder: join(after, 'backup') });
    await history.store.close();
  }
}, 300_000);
