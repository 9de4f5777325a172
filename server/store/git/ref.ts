import { dirname, join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import { nodeDisk, type Disk } from '../disk/disk.js';
import { makeFolder, syncFolder } from '../disk/durable.js';
import { takeLock, underLock } from './locked.js';
import { dropPackedRef, findPackedDamage, readPackedRefs } from './packed-refs.js';

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
 * Moves a ref from one commit to another under git's own lock, synced; `to` undefined takes it away. False when it is not at `from` any
 * more (undefined: must not exist). Throws store_busy when somebody else's lock stays.
 */
export async function moveRef(
  gitdir: string,
  ref: string,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
  disk: Disk = nodeDisk,
): Promise<boolean> {
  const path = join(gitdir, ref);
  const work = async (put: (text: string) => void): Promise<boolean> => {
    if ((await findRef(gitdir, ref, disk)) !== from) return false;
    // It may be there, in a line that cannot be read: made anew, it would take the place of what it led to.
    const unread = from === undefined ? await findPackedDamage(gitdir, disk) : undefined;
    if (unread !== undefined) throw unread;
    if (to !== undefined) put(`${to}\n`);
    else {
      // The packed one first: a loose one that went before it would bring an older value to light.
      await dropPackedRef(gitdir, ref, disk);
      await disk.rm(path, { force: true });
    }
    return true;
  };
  const isMoved = await underLock(path, disk, work, takeRefLock);
  if (isMoved) await syncFolder(dirname(path), disk);
  return isMoved;
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
  const work = (put: (text: string) => void): Promise<void> => {
    put(`${to}\n`);
    return Promise.resolve();
  };
  await underLock(path, disk, work, takeRefLock);
  await syncFolder(dirname(path), disk);
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
