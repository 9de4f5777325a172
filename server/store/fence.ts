import { constants, type PathLike } from 'node:fs';
import { sep } from 'node:path';

import type { Disk } from './disk/disk.js';

/** Calls that give, take or exchange what a name leads to. */
type Guarded = 'copyFile' | 'link' | 'rename' | 'rm' | 'rmdir' | 'symlink' | 'truncate';

/**
 * A disk on which nothing takes its place, is written over or is taken away any more once `check` throws: so an owner that was paused,
 * and replaced meanwhile, moves nothing when it wakes. Between a check and its call there is a moment in which that does not hold; it
 * is as short as can be. New files of its own it may still make, and take away as long as nobody can rely on them: all that the store
 * keeps is written under another name and renamed, refs included. With `within` only what lies in that folder is guarded.
 */
export function fenceDisk(disk: Disk, check: () => Promise<void>, within?: string): Disk {
  /** The numbers of the files that were made here and have their first name still, by that name. */
  const made = new Map<string, bigint>();

  const guard = async (path: PathLike): Promise<void> => {
    if (within === undefined || String(path).startsWith(within + sep)) await check();
  };

  const isOwn = async (path: PathLike): Promise<boolean> => {
    const number = made.get(String(path));
    if (number === undefined) return false;
    // A lock of this name may be another's by now.
    const facts = await disk.lstat(path, { bigint: true }).catch(() => undefined);
    return facts?.ino === number;
  };

  const fenced: Pick<Disk, Guarded | 'open' | 'unlink'> = {
    open: async (path, flags, mode) => {
      if (writesOver(flags)) await guard(path);
      const handle = await disk.open(path, flags, mode);
      if (isNew(flags)) made.set(String(path), (await handle.stat({ bigint: true })).ino);
      return handle;
    },
    unlink: async (path) => {
      if (!(await isOwn(path))) await guard(path);
      await disk.unlink(path);
      made.delete(String(path));
    },
    rename: async (from, to) => {
      await guard(to);
      await disk.rename(from, to);
      made.delete(String(from));
    },
    rm: async (path, options) => {
      await guard(path);
      await disk.rm(path, options);
      made.delete(String(path));
    },
    rmdir: async (path) => {
      await guard(path);
      await disk.rmdir(path);
    },
    link: async (from, to) => {
      await guard(to);
      await disk.link(from, to);
    },
    symlink: async (target, path, type) => {
      await guard(path);
      await disk.symlink(target, path, type);
    },
    truncate: async (path, length) => {
      await guard(path);
      await disk.truncate(path, length);
    },
    copyFile: async (from, to, mode) => {
      await guard(to);
      await disk.copyFile(from, to, mode);
    },
  };
  // What is not here is found in the disk itself, of whatever make it is.
  return Object.assign(Object.create(disk) as Disk, fenced);
}

/** True for flags of `open` that make a new file, and fail where there is one. */
function isNew(flags: string | number | undefined): boolean {
  return typeof flags === 'number'
    ? (flags & constants.O_EXCL) !== 0
    : flags?.includes('x') === true;
}

/** True for flags of `open` by which a file that is there can be changed. */
function writesOver(flags: string | number | undefined): boolean {
  if (isNew(flags)) return false;
  if (typeof flags === 'number') return (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
  return flags !== undefined && /[wa+]/.test(flags);
}
