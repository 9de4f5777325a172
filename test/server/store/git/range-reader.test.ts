import { randomBytes } from 'node:crypto';
import { writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { ByteCache } from '../../../../server/store/disk/byte-cache.js';
import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';
import { RangeReader } from '../../../../server/store/git/range-reader.js';
import { diskWith, errno } from '../../disk.js';
import { makeFolder } from '../../scratch.js';

const LARGE = 200_000;

/** Counts the files that are open; a read at the position `bad` fails, one at `slow` waits for a while. */
function watchedDisk(at: { readonly bad: number; readonly slow: number }): {
  readonly disk: Disk;
  readonly open: Set<FileHandle>;
} {
  const open = new Set<FileHandle>();
  const opener: Disk['open'] = async (...args) => {
    const handle = await nodeDisk.open(...args);
    open.add(handle);
    const [read, close] = [handle.read.bind(handle), handle.close.bind(handle)];
    const watched = async (...given: unknown[]): Promise<unknown> => {
      const position = Number(given[3]);
      if (position === at.bad) throw errno('EIO');
      if (position === at.slow) await sleep(40);
      return (read as (...all: unknown[]) => Promise<unknown>)(...given);
    };
    handle.read = watched as typeof handle.read;
    handle.close = async () => {
      open.delete(handle);
      await close();
    };
    return handle;
  };
  return { disk: diskWith({ open: opener }), open };
}

test('a read that fails costs no other that goes on meanwhile, and no open file', async () => {
  const path = join(await makeFolder(), 'pack');
  const bytes = randomBytes(3 * LARGE);
  await writeFile(path, bytes);
  const { disk, open } = watchedDisk({ bad: LARGE, slow: 0 });
  const reader = new RangeReader(path, new ByteCache(1_000_000), disk);
  const slow = reader.read(0, LARGE);
  await expect(reader.read(LARGE, LARGE)).rejects.toThrow('EIO');
  // One that comes after the failure opens the file anew; the slow one still reads by the first opening.
  const after = reader.read(2 * LARGE, LARGE);
  expect((await slow).equals(bytes.subarray(0, LARGE))).toBe(true);
  expect((await after).equals(bytes.subarray(2 * LARGE))).toBe(true);
  await sleep(5);
  expect(open.size).toBe(1);
  reader.close();
  await sleep(5);
  expect(open.size).toBe(0);
});
