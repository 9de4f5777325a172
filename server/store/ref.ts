import { open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CellarError, isErrno } from '../errors.js';
import { makeFolder, syncFolder } from './durable.js';

const LOCK_PATIENCE_MS = 5_000;

/** What a ref points to; undefined when it does not exist. Loose refs win over packed ones, as in git. */
export async function findRef(gitdir: string, ref: string): Promise<string | undefined> {
  try {
    const text = (await readFile(join(gitdir, ref), 'utf8')).trim();
    if (/^[0-9a-f]{40}$/.test(text)) return text;
    throw new CellarError('store_damaged', `${ref} in ${gitdir} holds no object name.`, {
      path: join(gitdir, ref),
    });
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) throw error;
  }
  return (await readPackedRefs(gitdir)).get(ref);
}

/** The refs that git's gc or clone has packed into one file. */
export async function readPackedRefs(gitdir: string): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  let text: string;
  try {
    text = await readFile(join(gitdir, 'packed-refs'), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return refs;
    throw error;
  }
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{40}) (\S+)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) refs.set(match[2], match[1]);
  }
  return refs;
}

/**
 * Moves a ref from one commit to another under git's own `<ref>.lock`, synced; false when it is not at `from` any more
 * (undefined: must not exist). Throws store_busy when somebody else's lock stays.
 */
export async function moveRef(
  gitdir: string,
  ref: string,
  from: string | undefined,
  to: string,
): Promise<boolean> {
  const path = join(gitdir, ref);
  const lock = `${path}.lock`;
  await makeFolder(dirname(path));
  const handle = await takeLock(lock);
  let moved = false;
  try {
    try {
      if ((await findRef(gitdir, ref)) !== from) return false;
      await handle.writeFile(`${to}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(lock, path);
    moved = true;
  } finally {
    // Once renamed, a file of this name is somebody else's lock.
    if (!moved) await unlink(lock).catch(() => undefined);
  }
  await syncFolder(dirname(path));
  return true;
}

async function takeLock(lock: string): Promise<Awaited<ReturnType<typeof open>>> {
  const until = Date.now() + LOCK_PATIENCE_MS;
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    try {
      return await open(lock, 'wx', 0o644);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
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

/**
 * Clears a ref's lock that a killed process left. Call it only as the store's owner: git itself holds such a lock for
 * milliseconds, so one that is still the same file after `patience` ms belongs to nobody.
 */
export async function clearStaleLock(lock: string, patience = 1_000): Promise<boolean> {
  const first = await findInode(lock);
  if (first === undefined) return false;
  await sleep(patience);
  if ((await findInode(lock)) !== first) return false;
  await unlink(lock).catch(() => undefined);
  return true;
}

async function findInode(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await stat(path);
    return `${ino}:${mtimeMs}`;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
