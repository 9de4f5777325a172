import { join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';

/**
 * Syncs the names of every ref. Whoever moved one may have been killed before its sync; what the refs say now is told to people, and
 * built upon, so it must not go with the power.
 */
export async function settleRefs(gitdir: string, disk: Disk): Promise<void> {
  // Packed refs lie beside the folder of the others.
  await syncFolder(gitdir, disk);
  await settle(join(gitdir, 'refs'), disk);
}

async function settle(folder: string, disk: Disk): Promise<void> {
  await syncFolder(folder, disk);
  for (const entry of await disk.readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await settle(join(folder, entry.name), disk);
}
