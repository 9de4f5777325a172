import type { FileHandle } from 'node:fs/promises';

import { CellarError } from '../../errors.js';

/** Writes all of the bytes at a position of an open file, in as many calls as it takes. Throws disk_full where a call takes none. */
export async function writeAll(
  handle: Pick<FileHandle, 'write'>,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    // Else it would be tried for ever.
    if (bytesWritten === 0) throw new CellarError('disk_full', 'The disk takes no more bytes.');
    done += bytesWritten;
  }
}
