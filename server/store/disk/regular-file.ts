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
    // Only the last name is guarded by O_NOFOLLOW: what was opened must still be what the checked path leads to.
    const now = await disk.lstat(real);
    if (now.ino !== facts.ino || now.dev !== facts.dev || (await disk.realpath(real)) !== real)
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
