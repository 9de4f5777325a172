import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readNotebook } from '../../../server/history/history.js';
import { verifyStore } from '../../../server/history/verify.js';
import { backUp } from '../../../server/store/backup/back-up.js';
import { restoreBackup } from '../../../server/store/backup/restore-backup.js';
import { nodeDisk } from '../../../server/store/disk/disk.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { interpose } from '../../faults/interpose.js';
import { gitOn } from '../git.js';
import { makeFolder, notebookText, openTestHistory, readHistories } from '../scratch.js';

import { quiet, take, once, toRestore, proveHolds, paths } from './backed-up.js';

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
