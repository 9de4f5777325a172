import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { canOwn } from '../../../server/store/store.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { openHistory, readNotebook, type History } from '../../../server/history/history.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { toPlaces } from '../../../server/store/places.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { makeFolder, notebookText, openTestStore } from '../scratch.js';

/** A disk of a few megabytes can be made where mounting is allowed: as root, on Linux. */
const canMount = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
})();

async function makeDisk(megabytes: number): Promise<string> {
  const folder = await makeFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}

/** Leaves not a block of the disk; gives back the room that `reserve` bytes take when called. */
function fill(folder: string, reserve: number): () => void {
  const file = join(folder, 'filler');
  writeFileSync(file, Buffer.alloc(reserve));
  expect(() => {
    for (;;) appendFileSync(file, Buffer.alloc(4096));
  }).toThrow(/ENOSPC/);
  return () => {
    truncateSync(file, 0);
  };
}

function keep(history: History, source: string): Promise<{ readonly row: SnapshotRow }> {
  const bytes = Buffer.from(notebookText([source]));
  return takeSnapshot(history, {
    path: 'a.ipynb',
    bytes,
    notebook: parseNotebook(bytes),
    trigger: 'manual',
    key: `key of ${source}`,
  });
}

const leftovers = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /tmp_obj_|\.lock$|incoming\/./.test(path),
  );

describe.skipIf(!canMount)('a full disk', () => {
  test('refuses each write in words, loses nothing, leaves nothing behind, and takes the same again', async () => {
    const root = await makeDisk(3);
    const store = await openTestStore(root, { report: () => undefined });
    const history = await openHistory(store, []);
    const { row } = await keep(history, 'x = 1');
    const free = fill(root, 1_000_000);
    for (let tries = 0; tries < 3; tries += 1)
      await expect(keep(history, 'x = 2')).rejects.toMatchObject({ code: 'disk_full' });
    async function* bytes(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.alloc(100_000));
    }
    await expect(store.artifacts.add(bytes())).rejects.toMatchObject({ code: 'disk_full' });
    await expect(store.files.write('b.ipynb', Buffer.alloc(9_000))).rejects.toMatchObject({
      code: 'disk_full',
    });
    expect(leftovers(root)).toEqual([]);
    free();
    const later = await keep(history, 'x = 2');
    expect((await readNotebook(store, row)).toString()).toBe(notebookText(['x = 1']));
    expect((await readNotebook(store, later.row)).toString()).toBe(notebookText(['x = 2']));
    expect(await store.catalog.history(row.notebook)).toHaveLength(2);
  });

  test('still lets the history be read, and nobody write who does not own the store', async () => {
    const root = await makeDisk(3);
    const first = await openTestStore(root);
    const { row } = await keep(await openHistory(first, []), 'x = 1');
    await first.close();
    const free = fill(root, 1_000_000);
    const store = await openTestStore(root);
    expect(store.readOnly).toBe(true);
    expect(store.obstacle?.code).toMatch(/disk_full|store_read_only/);
    expect((await readNotebook(store, row)).toString()).toBe(notebookText(['x = 1']));
    const history = await openHistory(store, []);
    await expect(keep(history, 'x = 2')).rejects.toMatchObject({ code: 'disk_full' });
    expect(await canOwn(toPlaces(root))).toBe(false);
    free();
    expect(await canOwn(toPlaces(root))).toBe(true);
    await expect(keep(history, 'x = 2')).rejects.toMatchObject({ code: 'disk_full' });
    await store.close();
    expect(await openTestStore(root)).toMatchObject({ readOnly: false, obstacle: undefined });
  });
});

describe.skipIf(!canMount)('a read-only disk', () => {
  test('lets the history be read, and refuses each write in words', async () => {
    const root = await makeDisk(3);
    const first = await openTestStore(root);
    const { row } = await keep(await openHistory(first, []), 'x = 1');
    await first.close();
    execFileSync('mount', ['-o', 'remount,ro', root]);
    const store = await openTestStore(root);
    const history = await openHistory(store, []);
    expect((await readNotebook(store, row)).toString()).toBe(notebookText(['x = 1']));
    const refused = { code: 'store_read_only' };
    await expect(keep(history, 'x = 2')).rejects.toMatchObject(refused);
    async function* bytes(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.alloc(10));
    }
    await expect(store.artifacts.add(bytes())).rejects.toMatchObject(refused);
    await expect(store.uploads.start('x', 1)).rejects.toMatchObject(refused);
    await expect(store.files.write('b.ipynb', Buffer.alloc(9))).rejects.toMatchObject(refused);
    expect(await canOwn(toPlaces(root))).toBe(false);
  });
});

test('what a killed owner left half-written goes when the store is opened next', async () => {
  const root = await makeFolder();
  await (await openTestStore(root)).close();
  const cellar = join(root, '.cellar');
  mkdirSync(join(cellar, 'artifacts/incoming'), { recursive: true });
  mkdirSync(join(cellar, 'state'), { recursive: true });
  for (const path of ['artifacts/incoming/half', 'state/tmp_obj_0123456789abcdef', 'server.json'])
    writeFileSync(join(cellar, path), '{"half":');
  await openTestStore(root);
  expect(leftovers(cellar)).toEqual([]);
  expect(readdirSync(cellar)).not.toContain('server.json');
});

test('what came in parts outlives an opening, unless nobody has gone on with it for a day', async () => {
  const root = await makeFolder();
  const store = await openTestStore(root);
  const [old, young] = [await store.uploads.start('old', 1), await store.uploads.start('young', 1)];
  await store.close();
  const folder = join(root, '.cellar', 'artifacts', 'parts');
  const past = Date.now() / 1000 - 25 * 60 * 60;
  for (const name of readdirSync(join(folder, old.id)))
    utimesSync(join(folder, old.id, name), past, past);
  utimesSync(join(folder, old.id), past, past);
  await openTestStore(root);
  expect(readdirSync(folder)).toEqual([young.id]);
});
