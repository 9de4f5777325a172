import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CellarError, isErrno } from '../../errors.js';
import { nodeDisk, type Disk } from '../disk/disk.js';
import { makeFolder, syncFolder } from '../disk/durable.js';
import { dropPackedRef, findPackedDamage, readPackedRefs } from './packed-refs.js';

const LOCK_PATIENCE_MS = 5_000;

/** Locks of ours that the disk would not let go of, as one that turns read-only does for a while. */
const left = new WeakMap<Disk, Set<string>>();

/** What a ref points to; undefined when it does not exist. Loose refs win over packed ones, as in git. */
export async function findRef(
  gitdir: string,
  ref: string,
  disk: Disk = nodeDisk,
): Promise<string | undefined> {
  try {
    const text = (await disk.readFile(join(gitdir, ref), 'utf8')).trim();
    if (/^[0-9a-f]{40}$/.test(text)) return text;
    throw new CellarError('store_damaged', `${ref} in ${gitdir} holds no object name.`, {
      path: join(gitdir, ref),
    });
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) throw error;
  }
  return (await readPackedRefs(gitdir, disk)).get(ref);
}

/**
 * Moves a ref from one commit to another under git's own `<ref>.lock`, synced; `to` undefined takes it away. False when it is not at
 * `from` any more (undefined: must not exist). Throws store_busy when somebody else's lock stays.
 */
export async function moveRef(
  gitdir: string,
  ref: string,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
  disk: Disk = nodeDisk,
): Promise<boolean> {
  const path = join(gitdir, ref);
  const lock = `${path}.lock`;
  const handle = await takeRefLock(lock, disk);
  let moved = false;
  try {
    try {
      if ((await findRef(gitdir, ref, disk)) !== from) return false;
      // It may be there, in a line that cannot be read: made anew, it would take the place of what it led to.
      const unread = from === undefined ? await findPackedDamage(gitdir, disk) : undefined;
      if (unread !== undefined) throw unread;
      if (to === undefined) {
        // The packed one first: a loose one that went before it would bring an older value to light.
        await dropPackedRef(gitdir, ref, (each) => takeLock(each, disk), disk);
        await disk.rm(path, { force: true });
      } else {
        await handle.writeFile(`${to}\n`);
        await handle.datasync();
      }
    } finally {
      await handle.close();
    }
    if (to !== undefined) {
      await disk.rename(lock, path);
      moved = true;
    }
  } finally {
    // Once renamed, a file of this name is somebody else's lock.
    if (!moved) await dropLock(lock, disk);
  }
  await syncFolder(dirname(path), disk);
  return true;
}

/**
 * Lets a ref lead to a commit, whatever its own file holds: for one that is damaged, and that nobody can compare with anything. Under
 * git's own lock, synced; at every moment the file holds what it did or the new name.
 */
export async function putRef(
  gitdir: string,
  ref: string,
  to: string,
  disk: Disk = nodeDisk,
): Promise<void> {
  const path = join(gitdir, ref);
  const lock = `${path}.lock`;
  const handle = await takeRefLock(lock, disk);
  let moved = false;
  try {
    try {
      await handle.writeFile(`${to}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await disk.rename(lock, path);
    moved = true;
  } finally {
    if (!moved) await dropLock(lock, disk);
  }
  await syncFolder(dirname(path), disk);
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

/** Git takes away a folder of refs once it has packed the last of them, also between our making it and our lock in it. */
async function takeRefLock(lock: string, disk: Disk): ReturnType<Disk['open']> {
  for (let tries = 0; ; tries += 1) {
    await makeFolder(dirname(lock), disk);
    try {
      return await takeLock(lock, disk);
    } catch (error) {
      if (!isErrno(error, 'ENOENT') || tries >= 5) throw error;
    }
  }
}

async function takeLock(lock: string, disk: Disk): ReturnType<Disk['open']> {
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
