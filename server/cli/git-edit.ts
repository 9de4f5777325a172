import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import { ensureFolder } from '../store/disk/durable.js';

/** A change to a text file; undefined stands for a file that is not there, before and after. */
export type Edit = (text: string | undefined) => string | undefined;

/**
 * Edits one of git's files as git does, by its lock file and in one step; true when that changed something. A link is followed, the
 * mode stays. Throws store_busy while git itself is changing it.
 */
export async function editGitFile(path: string, edit: Edit): Promise<boolean> {
  const target = await realpath(path).catch(() => path);
  const lock = `${target}.lock`;
  await ensureFolder(dirname(target));
  const file = await open(lock, 'wx', 0o644).catch((error: unknown) => {
    throw toReadable(error, path, lock);
  });
  let isOpen = true;
  try {
    const before = await readText(target);
    const after = edit(before);
    if (after === before) return false;
    if (after === undefined) {
      await rm(target, { force: true });
      return true;
    }
    await file.writeFile(after);
    const facts = await stat(target).catch(() => undefined);
    if (facts !== undefined) await file.chmod(facts.mode & 0o777);
    await file.sync();
    await file.close();
    isOpen = false;
    await rename(lock, target);
    return true;
  } catch (error) {
    throw toReadable(error, path, lock);
  } finally {
    if (isOpen) await file.close();
    await rm(lock, { force: true });
  }
}

/** The text of such a file; undefined where there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function toReadable(error: unknown, path: string, lock: string): unknown {
  const options = { cause: error };
  if (isErrno(error, 'EEXIST'))
    return new CellarError(
      'store_busy',
      `${lock} exists: git is changing ${path}, or was ended while it did. Try again, or remove it.`,
      { path },
      options,
    );
  if (isErrno(error, 'EACCES', 'EPERM', 'EROFS'))
    return new CellarError('forbidden', `${path} cannot be written.`, { path }, options);
  return error;
}
