import type { Disk } from './disk/disk.js';

/**
 * A disk on which nothing takes its place or is taken away any more once `check` throws. Whatever the store keeps is written under
 * another name and renamed, refs included: so an owner that was paused, and replaced meanwhile, moves nothing when it wakes.
 */
export function fenceDisk(disk: Disk, check: () => Promise<void>): Disk {
  const fenced: Pick<Disk, 'rename' | 'rm'> = {
    rename: async (from, to) => {
      await check();
      await disk.rename(from, to);
    },
    rm: async (path, options) => {
      await check();
      await disk.rm(path, options);
    },
  };
  // What is not here is found in the disk itself, of whatever make it is.
  return Object.assign(Object.create(disk) as Disk, fenced);
}
