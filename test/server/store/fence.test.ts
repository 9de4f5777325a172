import { existsSync, readFileSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { placeFile } from '../../../server/store/disk/durable.js';
import { fenceDisk } from '../../../server/store/fence.js';
import { moveRef } from '../../../server/store/git/ref.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { diskThatFailsReads, diskWith } from '../disk.js';
import { makeFolder, openTestStore } from '../scratch.js';

/** A disk whose owner is replaced when the test says so. */
function makeFence(disk: Disk = nodeDisk): { readonly disk: Disk; readonly replace: () => void } {
  let isOurs = true;
  const check = (): Promise<void> =>
    isOurs ? Promise.resolve() : Promise.reject(new Error('replaced'));
  return {
    disk: fenceDisk(disk, check),
    replace: () => {
      isOurs = false;
    },
  };
}

const CALLS: readonly (readonly [string, (disk: Disk, folder: string) => Promise<unknown>])[] = [
  ['renames', (disk, at) => disk.rename(join(at, 'b'), join(at, 'a'))],
  ['removes', (disk, at) => disk.rm(join(at, 'a'), { force: true })],
  ['unlinks', (disk, at) => disk.unlink(join(at, 'a'))],
  ['links', (disk, at) => disk.link(join(at, 'a'), join(at, 'new'))],
  ['makes a symlink', (disk, at) => disk.symlink('a', join(at, 'new'))],
  ['cuts off', (disk, at) => disk.truncate(join(at, 'a'), 1)],
  ['copies over', (disk, at) => disk.copyFile(join(at, 'b'), join(at, 'a'))],
  ['removes a folder', (disk, at) => disk.rmdir(join(at, 'empty'))],
  ['opens to change', (disk, at) => disk.open(join(at, 'a'), 'r+')],
  ['opens to write anew', (disk, at) => disk.open(join(at, 'a'), 'w')],
];

describe('an owner that was replaced', () => {
  test.each(CALLS)('%s nothing', async (_, call) => {
    const folder = await makeFolder();
    for (const name of ['a', 'b']) writeFileSync(join(folder, name), `what is in ${name}`);
    await mkdir(join(folder, 'empty'));
    const { disk, replace } = makeFence();
    replace();
    await expect(call(disk, folder)).rejects.toThrow('replaced');
    expect(readdirSync(folder)).toEqual(['a', 'b', 'empty']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('what is in a');
  });

  test('reads on, and takes away what it had begun', async () => {
    const folder = await makeFolder();
    const { disk, replace } = makeFence();
    await placeFile(join(folder, 'a'), 'kept', undefined, disk);
    replace();
    await expect(placeFile(join(folder, 'a'), 'late', undefined, disk)).rejects.toThrow('replaced');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(await disk.readFile(join(folder, 'a'), 'utf8')).toBe('kept');
    // It has its own name since: others rely on it.
    await expect(disk.unlink(join(folder, 'a'))).rejects.toThrow('replaced');
  });

  test("leaves the lock of a ref that is the new owner's", async () => {
    const folder = await makeFolder();
    const ref = join(folder, 'refs/heads/main');
    const lock = `${ref}.lock`;
    await mkdir(join(folder, 'refs/heads'), { recursive: true });
    const [old, next] = ['1'.repeat(40), '2'.repeat(40)];
    writeFileSync(ref, `${old}\n`);
    const fence = makeFence(
      diskWith({
        open: async (...args) => {
          const handle = await nodeDisk.open(...args);
          if (args[0] === lock)
            // As while this process sleeps: its lock is cleared as a stale one, and the new owner takes it.
            setImmediate(() => {
              unlinkSync(lock);
              writeFileSync(join(folder, 'other'), '');
              writeFileSync(lock, 'of the new owner');
              fence.replace();
            });
          return handle;
        },
        readFile: (async (...args: Parameters<Disk['readFile']>) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return nodeDisk.readFile(...args);
        }) as Disk['readFile'],
      }),
    );
    const moving = moveRef(folder, 'refs/heads/main', { from: old, to: next }, fence.disk);
    await expect(moving).rejects.toThrow('replaced');
    expect(readFileSync(lock, 'utf8')).toBe('of the new owner');
    expect(readFileSync(ref, 'utf8')).toBe(`${old}\n`);
  });
});

test('a store that is not ours is not written, also where the disk would take it', async () => {
  const root = await makeFolder();
  const first = await openTestStore(root);
  await first.journal.append([{ number: first.nextNumber(), kind: 'note', time: 1, data: 1 }]);
  await first.close();
  const disk = diskThatFailsReads(
    (path) => path.includes('/journal/'),
    () => 'EIO',
  );
  const store = await openTestStore(root, { disk, report: () => undefined });
  const refused = { code: 'store_read_only' };
  const adding = store.artifacts.add(Readable.from([Buffer.from('model')]));
  await expect(adding).rejects.toMatchObject(refused);
  const operating = openOperatingState(store.places, store.disk);
  await expect(operating.writePort(8080)).rejects.toMatchObject(refused);
  expect(readdirSync(join(store.places.artifacts, 'incoming'))).toEqual([]);
  expect(existsSync(join(store.places.state, 'port'))).toBe(false);
  // What is outside of it, such as a backup, is written all the same.
  const outside = await makeFolder();
  await placeFile(join(outside, 'a'), 'kept', undefined, store.disk);
  expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('kept');
});
