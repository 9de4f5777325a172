import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { CellarError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { openRegular } from '../disk/regular-file.js';
import type { StoredFile } from './artifacts.js';

const MOST_READS = 3;
/** Times of files go in steps of a few milliseconds: within one step a second change would not show. */
const STEP_MS = 20;

/**
 * Reads the file at `path` (every link followed already) as a whole that it once was: one that changes, or is exchanged, while it is
 * read is read again. Throws changed_while_reading after three times.
 */
export async function readSteady(
  path: string,
  disk: Disk,
  read: (source: FileHandle, size: number) => Promise<StoredFile>,
): Promise<StoredFile> {
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const { handle, changed } = await openRegular(path, path, disk);
    try {
      const age = Date.now() - changed;
      if (age >= 0 && age < STEP_MS) await sleep(STEP_MS - age);
      const before = await handle.stat({ bigint: true });
      const stored = await read(handle, Number(before.size));
      const after = await handle.stat({ bigint: true });
      const now = await disk.stat(path, { bigint: true });
      if (isSame(before, after) && isSame(after, now) && stored.size === Number(after.size))
        return stored;
    } finally {
      await handle.close();
    }
  }
  throw new CellarError(
    'changed_while_reading',
    `${path} kept changing while it was read. It is kept with the next run, or name it with cellar.artifact once it is written.`,
    { path },
  );
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return (
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}
