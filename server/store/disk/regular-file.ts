import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { CellarError, isErrno } from '../../errors.js';
import { nodeDisk, type Disk } from './disk.js';

/** An open file of bytes; the caller closes it. */
export interface RegularFile {
  readonly handle: FileHandle;
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

/**
 * Opens the file at `real`, a path in which every link was followed already and which was found to be allowed; `asked` is what people
 * call it. Nothing but a file of bytes is opened: a pipe would wait for a writer, and a device never ends. Throws not_a_notebook,
 * refused_path for one that was exchanged for a link since, and what the disk refuses.
 */
export async function openRegular(
  real: string,
  asked: string,
  disk: Disk = nodeDisk,
): Promise<RegularFile> {
  const refuse = (): never => {
    throw new CellarError('not_a_notebook', `${asked} is not a file.`, { path: asked });
  };
  let handle: FileHandle;
  try {
    handle = await disk.open(
      real,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
  } catch (error) {
    if (isErrno(error, 'ENXIO', 'EISDIR', 'EOPNOTSUPP')) refuse();
    throw error;
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) refuse();
    // Only the last name is guarded by O_NOFOLLOW: what was opened must be what the checked path leads to.
    if (!(await isAt(real, handle, disk)))
      throw new CellarError(
        'refused_path',
        `${asked} was exchanged while it was opened. Try again.`,
        { path: asked },
      );
    return { handle, size: facts.size, changed: facts.mtimeMs };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Whether an open file is the one at `real`. On Linux the system says where it is, and no name is followed to hear it; elsewhere the
 * path is looked at once more, which one who exchanges folders at the right moments, there and back, could deceive.
 */
async function isAt(real: string, handle: FileHandle, disk: Disk): Promise<boolean> {
  if (process.platform === 'linux') {
    const place = await disk.readlink(`/proc/self/fd/${handle.fd}`).catch((error: unknown) => {
      // Where no /proc is mounted.
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (place !== undefined) return place === real;
  }
  const [facts, now] = [await handle.stat(), await disk.lstat(real)];
  return now.ino === facts.ino && now.dev === facts.dev && (await disk.realpath(real)) === real;
}
