import { isErrno } from '../../errors.js';
import type { Disk } from './disk.js';

/** The names in a folder; none where there is no folder, or where the disk says one of the further codes. */
export async function listNames(
  folder: string,
  disk: Disk,
  ...alsoNone: readonly string[]
): Promise<readonly string[]> {
  try {
    return await disk.readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', ...alsoNone)) return [];
    throw error;
  }
}
