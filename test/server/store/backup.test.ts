import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readNotebook, type History } from '../../../server/history/history.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { backUp } from '../../../server/store/backup/back-up.js';
import { restoreBackup, type RestoreOptions } from '../../../server/store/backup/restore-backup.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { openOperatingState } from '../../../server/store/operating.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { interpose, isChange } from '../../faults/interpose.js';
import { restoreAfterCut } from '../../faults/power-cut.js';
import { Recorder } from '../../faults/recording-disk.js';
import { Chance } from '../../fuzz/mutate.js';
import { gitOn } from '../git.js';
import { makeFolder, notebookText, openTestHistory, readHistories } from '../scratch.js';

const quiet = { report: (): void => undefined };

async function take(history: History, source: string, manual = true): Promise<SnapshotRow> {
  const bytes = Buffer.from(notebookText([source]));
  const taken = await takeSnapshot(history, {
    path: 'a.ipynb',
    bytes,
    notebook: parseNotebook(bytes),
    trigger: manual ? 'manual' : 'save',
    key: `key of ${source}`,
  });
  return taken.row;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

const toRestore = (folder: string, root: string, more: Partial<RestoreOptions> = {}) => ({
  folder,
  root,
  force: false,
  now: () => Date.UTC(2026, 10, 24),
  disk: nodeDisk,
  ...more,
});

/** Proves that the store at `root` opens and holds exactly these versions, each with its source. */
async function proveHolds(root: string, sources: readonly string[]): Promise<History> {
  const history = await openTestHistory(root, quiet);
  const { store } = history;
  const rows = (await readHistories(store)).flat();
  const found = await Promise.all(
    rows.map(async (row) => (await readNotebook(store, row)).toString()),
  );
  expect(found).toEqual(sources.map((source) => notebookText([source])));
  expect((await verifyStore(history)).damages).toEqual([]);
  return history;
}

const paths = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

test('goes round: versions of both lines, files, settings, ids and what is only in the journal', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  const { store } = history;
  const row = await take(history, 'x = 1');
  await take(history, 'x = 2', false);
  const { sha256 } = await store.artifacts.add(once(Buffer.alloc(100_000, 'model')));
  await openOperatingState(store.places).writeSettings({ spaceLimit: 77 });
  const record = { number: store.nextNumber(), kind: 'of a later Cellar', time: 5, data: { a: 1 } };
  await store.journal.append([record]);

  const done = await backUp(store, { folder });
  expect(done).toMatchObject({ status: 'ok', artifacts: 1, records: 1, holdsPurged: false });
  expect(gitOn(join(folder, 'store.git'))('fsck', '--full', '--strict')).toBe('');
  await restoreBackup(toRestore(folder, place));

  const restored = (await proveHolds(place, ['x = 1', 'x = 2'])).store;
  expect(restored.id).toBe(store.id);
  expect((await restored.catalog.findSnapshot(row.id))?.path).toBe('a.ipynb');
  expect(restored.journal.pending(0)).toEqual([record]);
  expect((await openOperatingState(restored.places).readSettings()).spaceLimit).toBe(77);
  expect(await restored.artifacts.findSize(sha256)).toBe(100_000);
  expect(readdirSync(place)).toEqual(['.cellar']);
  expect(readdirSync(join(place, '.cellar'))).not.toContain('restored');
});

test('copies only what is new the second time, and all that git has packed anew', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  const first = await backUp(history.store, { folder });
  expect((await backUp(history.store, { folder })).copied).toEqual({ files: 0, bytes: 0 });
  await take(history, 'x = 2');
  const second = await backUp(history.store, { folder });
  expect(second.copied.files).toBeLessThan(first.copied.files);
  const git = gitOn(join(root, '.cellar/store.git'));
  git('repack', '-a', '-d', '-q');
  await take(history, 'x = 3');
  await backUp(history.store, { folder });
  await restoreBackup(toRestore(folder, place));
  await proveHolds(place, ['x = 1', 'x = 2', 'x = 3']);
});

test('is consistent however often git packs and versions are taken meanwhile', async () => {
  const [root, folder] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  const sources = ['x = 0'];
  await take(history, 'x = 0');
  const enough = new AbortController();
  const taking = (async () => {
    for (let n = 1; !enough.signal.aborted; n += 1) {
      await take(history, `x = ${n}`, n % 3 === 0);
      sources.push(`x = ${n}`);
      if (n % 4 === 0)
        execFileSync('git', ['--git-dir', join(root, '.cellar/store.git'), 'repack', '-adq']);
    }
  })();
  for (let round = 0; round < 5; round += 1) {
    const before = sources.length;
    await backUp(history.store, { folder });
    const place = await makeFolder();
    await restoreBackup(toRestore(folder, place));
    const restored = await openTestHistory(place, quiet);
    const { store } = restored;
    const rows = (await readHistories(store)).flat();
    expect(rows.length).toBeGreaterThanOrEqual(before);
    for (const [index, row] of rows.entries())
      expect((await readNotebook(store, row)).toString()).toBe(notebookText([`x = ${index}`]));
    expect((await verifyStore(restored)).damages).toEqual([]);
  }
  enough.abort();
  await taking;
}, 180_000);

test('refuses the store itself, a folder of other things, and another store’s backup', async () => {
  const [root, other, folder] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const { store } = await openTestHistory(root, quiet);
  const refused = { code: 'bad_request' };
  const inside = join(store.places.cellar, 'backup');
  await expect(backUp(store, { folder: inside })).rejects.toMatchObject(refused);
  await expect(backUp(store, { folder: root })).rejects.toMatchObject(refused);
  writeFileSync(join(other, 'thesis.tex'), '');
  await expect(backUp(store, { folder: other })).rejects.toMatchObject(refused);
  expect(readdirSync(other)).toEqual(['thesis.tex']);
  await backUp(store, { folder });
  const second = (await openTestHistory(await makeFolder(), quiet)).store;
  await expect(backUp(second, { folder })).rejects.toMatchObject({ code: 'conflict' });
});

test('names what is damaged in the store, and keeps the whole copy of it that it has', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  const { sha256 } = await history.store.artifacts.add(once(Buffer.from('model')));
  const later = await history.store.artifacts.add(once(Buffer.from('later')));
  const pathOf = (hash: string): string =>
    `artifacts/sha256/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}`;
  writeFileSync(join(root, '.cellar', pathOf(later.sha256)), 'LATER');
  const done = await backUp(history.store, { folder });
  expect(done).toMatchObject({ status: 'damaged', damages: [{ what: pathOf(later.sha256) }] });
  writeFileSync(join(root, '.cellar', pathOf(sha256)), 'MODEL');
  await backUp(history.store, { folder, verify: true });
  expect(readFileSync(join(folder, pathOf(sha256)), 'utf8')).toBe('model');
  await restoreBackup(toRestore(folder, place));
  await proveHolds(place, ['x = 1']);
});

/** Turns a bit in the midst of the store's only pack. */
function damagePack(root: string): string {
  const folder = join(root, '.cellar/store.git/objects/pack');
  const name = readdirSync(folder).find((each) => each.endsWith('.pack')) ?? '';
  const bytes = readFileSync(join(folder, name));
  bytes[20] = (bytes[20] ?? 0) ^ 0xff;
  chmodSync(join(folder, name), 0o644);
  writeFileSync(join(folder, name), bytes);
  return name;
}

test('uses what an earlier run copied whole where the store is damaged since', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  await backUp(history.store, { folder });
  gitOn(history.store.places.git)('repack', '-a', '-d', '-q');
  const pack = damagePack(root);
  const done = await backUp(history.store, { folder });
  expect(done).toMatchObject({ status: 'damaged', keptBefore: null });
  expect(done.damages.map(({ what }) => what)).toEqual([`store.git/objects/pack/${pack}`]);
  await restoreBackup(toRestore(folder, place));
  await proveHolds(place, ['x = 1']);
});

test('keeps the backup before where a new one would lack what the store has lost', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  const first = await backUp(history.store, { folder });
  expect(first).toMatchObject({ status: 'ok', keptBefore: null });
  await take(history, 'x = 2');
  gitOn(history.store.places.git)('repack', '-a', '-d', '-q');
  damagePack(root);
  const done = await backUp(history.store, { folder });
  expect(done.status).toBe('damaged');
  expect(done.keptBefore).toMatch(/^2026-/);
  expect(readdirSync(join(folder, 'sets'))).toHaveLength(1);
  await restoreBackup(toRestore(folder, place));
  await proveHolds(place, ['x = 1']);
});

test('says so when a store is made in its place while it is brought back', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  await backUp(history.store, { folder });
  const disk = interpose(nodeDisk, async (call, make) => {
    if (call.kind === 'rename' && String(call.args[1]).endsWith('/restored'))
      await (await openTestHistory(place, quiet)).store.close();
    return make();
  });
  await expect(restoreBackup(toRestore(folder, place, { disk }))).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('nothing was restored') as string,
  });
  expect(readdirSync(place)).toEqual(['.cellar']);
  await proveHolds(place, []);
});

test('checks and mends what an earlier run copied, when it is asked to', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  await backUp(history.store, { folder });
  const object = paths(folder).find((path) => /objects\/..\/.{38}$/.test(path)) ?? '';
  const size = readFileSync(join(folder, object)).length;
  truncateSync(join(folder, object), 0);
  appendFileSync(join(folder, object), Buffer.alloc(size, 1));
  await expect(restoreBackup(toRestore(folder, place))).rejects.toMatchObject({
    code: 'store_damaged',
    message: expect.stringContaining(object) as string,
  });
  expect(readdirSync(place)).toEqual([]);
  const mended = await backUp(history.store, { folder, verify: true });
  expect(mended.copied.files).toBe(1);
  await restoreBackup(toRestore(folder, place));
  await proveHolds(place, ['x = 1']);
});

test('brings nothing back over a store, unless told to, and then moves it aside whole', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  await backUp(history.store, { folder });
  const there = await openTestHistory(place, quiet);
  await take(there, 'mine = 1');
  const forced = toRestore(folder, place, { force: true });
  await expect(restoreBackup(forced)).rejects.toMatchObject({ code: 'store_busy' });
  await there.store.close();
  await expect(restoreBackup(toRestore(folder, place))).rejects.toMatchObject({ code: 'conflict' });
  const { before = '' } = await restoreBackup(forced);
  expect(before).toBe(join(place, '.cellar.before-2026-11-24T00-00-00'));
  await (await proveHolds(place, ['x = 1'])).store.close();
  rmSync(join(place, '.cellar'), { recursive: true });
  execFileSync('mv', [before, join(place, '.cellar')]);
  await proveHolds(place, ['mine = 1']);
});

test('of a later Cellar, or none at all, is refused in words', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  await expect(restoreBackup(toRestore(folder, place))).rejects.toMatchObject({
    code: 'store_missing',
  });
  const { store } = await openTestHistory(root, quiet);
  await backUp(store, { folder });
  const manifest = join(folder, 'backup.json');
  const text = readFileSync(manifest, 'utf8');
  for (const later of [/"format": 1/, /"storeFormat": 2/]) {
    const [key = ''] = later.exec(text) ?? [];
    writeFileSync(manifest, text.replace(key, key.replace(/\d$/, '99')));
    await expect(restoreBackup(toRestore(folder, place))).rejects.toMatchObject({
      code: 'store_newer',
    });
  }
  expect(readdirSync(place)).toEqual([]);
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

test('copies all that is in the store, or says that it could not', async () => {
  const [root, folder] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  const disk = interpose(nodeDisk, async (call, make) => {
    // As when somebody else takes folders out of the backup.
    if (call.kind === 'copyFile') rmSync(join(String(call.args[1]), '..'), { recursive: true });
    return make();
  });
  const { store } = history;
  await expect(backUp({ ...store, disk }, { folder })).rejects.toThrow(/ENOENT/);
  expect(existsSync(join(folder, 'backup.json'))).toBe(false);
});

test('two at a time into one folder go one after the other', async () => {
  const [root, folder] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  const { store } = history;
  const both = await Promise.all([backUp(store, { folder }), backUp(store, { folder })]);
  expect(both.map(({ copied }) => copied.files > 0)).toEqual([true, false]);
  expect(paths(folder).filter((path) => path.includes('tmp_obj_'))).toEqual([]);
});

test('can be cancelled, and goes on from there', async () => {
  const [root, folder, place] = [await makeFolder(), await makeFolder(), await makeFolder()];
  const history = await openTestHistory(root, quiet);
  await take(history, 'x = 1');
  const controller = new AbortController();
  let files = 0;
  const report = (): void => {
    files += 1;
    if (files === 4) controller.abort(new Error('enough'));
  };
  const { signal } = controller;
  await expect(backUp(history.store, { folder, report, signal })).rejects.toThrow('enough');
  expect(existsSync(join(folder, 'backup.json'))).toBe(false);
  await backUp(history.store, { folder });
  await restoreBackup(toRestore(folder, place));
  await proveHolds(place, ['x = 1']);
});
