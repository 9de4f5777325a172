import { constants } from 'node:fs';
import { dirname } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder, temporaryName } from '../disk/durable.js';

/** Of what git makes beside a pack only these two count; the index comes last. */
const ENDINGS = ['pack', 'idx'];

/**
 * Packs whose names a sync that failed may have lost, and that could not be taken away, by their paths without ending. A second sync
 * may say "done" of them: nothing that they have may go from elsewhere until they are placed anew.
 */
const doubtful = new WeakMap<Disk, Set<string>>();

/** A pack that has just come could not be made safe: takes it away, by `remove`, or remembers it. */
export async function takeBackPack(
  path: string,
  remove: () => Promise<void>,
  disk: Disk,
): Promise<void> {
  const packs = doubtful.get(disk) ?? new Set();
  doubtful.set(disk, packs);
  packs.add(path);
  await remove().then(
    () => packs.delete(path),
    () => undefined,
  );
}

/**
 * Places the packs of a folder that are in doubt anew, as copies, so that at each moment there is one. They are not taken away: a git
 * that found them there may have relied on them since.
 */
export async function settlePacks(folder: string, disk: Disk): Promise<void> {
  const packs = doubtful.get(disk) ?? new Set();
  for (const path of [...packs].filter((each) => dirname(each) === folder)) {
    for (const ending of ENDINGS) {
      await placeAnew(`${path}.${ending}`, disk);
      await syncFolder(folder, disk);
    }
    packs.delete(path);
  }
}

async function placeAnew(path: string, disk: Disk): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await disk.copyFile(path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const handle = await disk.open(temporary, 'r');
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    // Packed anew with others, or never given its index.
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
