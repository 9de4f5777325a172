import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { listNames } from '../disk/list-names.js';

/** Names of stores that are being built beside the place where they go. */
export const UNFINISHED = /^\.cellar\.new-[0-9a-f]{12}$/;
/** In one of them: it is whole. */
export const READY = 'restored';

/**
 * Gives a restored store its name when the one before was moved aside already: whoever restored it may have been ended between the
 * two. Call it before a store is made, so that no empty one takes the place. Does nothing where a store is; true when it gave a name.
 */
export async function finishRestore(root: string, disk: Disk): Promise<boolean> {
  const names = await listNames(root, disk, 'ENOTDIR', 'EACCES', 'EPERM');
  if (names.includes('.cellar')) return false;
  for (const name of names) {
    if (
      !UNFINISHED.test(name) ||
      !(await listNames(join(root, name), disk, 'ENOTDIR', 'EACCES', 'EPERM')).includes(READY)
    )
      continue;
    try {
      await disk.rename(join(root, name), join(root, '.cellar'));
    } catch (error) {
      // Somebody has just made a store there.
      if (isErrno(error, 'ENOTEMPTY', 'EEXIST')) return false;
      throw error;
    }
    await syncFolder(root, disk);
    await disk.rm(join(root, '.cellar', READY), { force: true });
    return true;
  }
  return false;
}
