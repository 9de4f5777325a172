import { setTimeout as sleep } from 'node:timers/promises';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';

const LOCK_PATIENCE_MS = 5_000;

/** Locks of ours that the disk would not let go of, as one that turns read-only does for a while. */
const left = new WeakMap<Disk, Set<string>>();

/** Opens a lock that is not there yet; see takeLock. */
export type TakeLock = (lock: string, disk: Disk) => ReturnType<Disk['open']>;

/**
 * Works under git's own lock of a file, `<path>.lock`. The text that `work` puts takes the file's place afterwards, whole and synced;
 * without one the file is as `work` has left it. The folder's own sync is left to the caller. Throws store_busy when somebody else's
 * lock stays.
 */
export async function underLock<Result>(
  path: string,
  disk: Disk,
  work: (put: (text: string) => void) => Promise<Result>,
  take: TakeLock = takeLock,
): Promise<Result> {
  const lock = `${path}.lock`;
  const handle = await take(lock, disk);
  let moved = false;
  try {
    const texts: string[] = [];
    let result: Result;
    try {
      result = await work((text) => void texts.push(text));
      for (const text of texts) await handle.writeFile(text);
      if (texts.length > 0) await handle.datasync();
    } finally {
      await handle.close();
    }
    if (texts.length > 0) {
      await disk.rename(lock, path);
      moved = true;
    }
    return result;
  } finally {
    // Once renamed, a file of this name is somebody else's lock.
    if (!moved) await dropLock(lock, disk);
  }
}

/**
 * Lets go of a lock; one that stays is known to be ours, and goes when it is next in the way. Of an owner that was replaced meanwhile
 * another may have a lock of this name: see fence.
 */
async function dropLock(lock: string, disk: Disk): Promise<void> {
  await disk.unlink(lock).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return;
    const locks = left.get(disk) ?? new Set();
    left.set(disk, locks.add(lock));
  });
}

/** Takes a lock, waiting a while for whoever has it. Throws store_busy when it stays. */
export async function takeLock(lock: string, disk: Disk): ReturnType<Disk['open']> {
  const until = Date.now() + LOCK_PATIENCE_MS;
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    try {
      return await disk.open(lock, 'wx', 0o644);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      if (left.get(disk)?.has(lock) === true) {
        await disk.unlink(lock);
        left.get(disk)?.delete(lock);
        continue;
      }
      if (Date.now() > until)
        throw new CellarError(
          'store_busy',
          `${lock} is held by another git process. Wait for it to end; remove the file if none runs.`,
          { path: lock },
          { cause: error },
        );
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}
