import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isErrno } from '../errors.js';

/** Syncs a folder's entries, so that a file renamed into it is still there after power loss. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows opens no folders; there the rename is journalled with the file.
    if (process.platform !== 'win32' || !isErrno(error, 'EPERM', 'EISDIR', 'EACCES')) throw error;
  }
}

/** Makes a folder and its parents, each new one synced into its own parent. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true }).catch(async (error: unknown) => {
    // On a disk that is read-only Node says "no such file" (libuv's reason is lost on the way up): ask for it again.
    if (isErrno(error, 'ENOENT')) await mkdir(await findFirstMissing(path));
    throw error;
  });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

async function findFirstMissing(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if (await isThere(dirname(at))) return at;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => dirname(path) === path,
  );
}

/** A name beside `path` that no other writer uses; the prefix is one that git's own gc sweeps in object folders. */
export function temporaryName(path: string): string {
  return join(dirname(path), `tmp_obj_${randomBytes(8).toString('hex')}`);
}

/** True for a name that temporaryName makes. */
export function isTemporary(name: string): boolean {
  return /^tmp_obj_[0-9a-f]{16}$/.test(name);
}

/**
 * Puts a whole file at `path`: written under another name, synced, renamed. Afterwards the file has the old or the new bytes,
 * never a part. The folder's own sync is left to the caller (see `syncFolder`), who may have many files to put first.
 */
export async function placeFile(
  path: string,
  bytes: Uint8Array | string,
  mode = 0o644,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** `placeFile` with its folder made and synced: when this returns, the bytes survive power loss. */
export async function writeDurable(
  path: string,
  bytes: Uint8Array | string,
  mode?: number,
): Promise<void> {
  await makeFolder(dirname(path));
  await placeFile(path, bytes, mode);
  await syncFolder(dirname(path));
}
