import { dirname, join, sep } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';

/** Throws bad_request when a folder, which may not exist yet, lies in the store at `cellar` or holds it, through whatever links. */
export async function checkOutside(folder: string, cellar: string, disk: Disk): Promise<void> {
  const [real, store] = [await findReal(folder, disk), await findReal(cellar, disk)];
  if (isIn(real, store) || isIn(store, real))
    throw new CellarError(
      'bad_request',
      `${folder} and the store at ${cellar} may not lie in one another. Name a folder elsewhere, best on another disk.`,
      { path: folder },
    );
}

/** True for a path that is `outer` or below it; both as findReal gives them. */
export function isIn(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

/** realpath of a folder that may not exist: its nearest existing parent is resolved. */
export async function findReal(path: string, disk: Disk): Promise<string> {
  try {
    return await disk.realpath(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR') || dirname(path) === path) throw error;
    return join(await findReal(dirname(path), disk), path.slice(dirname(path).length));
  }
}
