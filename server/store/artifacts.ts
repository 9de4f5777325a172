import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

import { CellarError, isErrno, toStorageError } from '../errors.js';
import { makeFolder, syncFolder } from './durable.js';
import { openRegular } from './regular-file.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
const MOST_READS = 3;

export interface StoredFile {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/** Files by content, named by their SHA-256; what is kept never changes. */
export interface Artifacts {
  /** Keeps a stream's bytes; durable when it returns. Nothing stays of one that fails. */
  add(bytes: AsyncIterable<Uint8Array>): Promise<StoredFile>;
  /** Keeps a copy of a file, named with every link followed; one that changes while it is read is read again, and refused after three times. */
  addFile(path: string): Promise<StoredFile>;
  /** Its size in bytes; undefined when it is not here. */
  findSize(sha256: string): Promise<number | undefined>;
  /** Throws artifact_missing. */
  read(sha256: string, range?: ByteRange): Promise<Readable>;
  /** What all of them take, in bytes. */
  measure(): Promise<{ readonly count: number; readonly bytes: number }>;
}

/** The embedded default: a folder in Git LFS's own layout, `sha256/ab/cd/<sha256>`. */
export function openArtifactFolder(folder: string): Artifacts {
  const incoming = join(folder, 'incoming');
  const placeOf = (sha256: string): string =>
    join(folder, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  const findSize = async (sha256: string): Promise<number | undefined> => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    try {
      return (await stat(placeOf(sha256))).size;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  };

  const add = async (bytes: AsyncIterable<Uint8Array>): Promise<StoredFile> => {
    await makeFolder(incoming);
    const temporary = join(incoming, randomBytes(12).toString('hex'));
    try {
      const stored = await copy(bytes, temporary);
      if ((await findSize(stored.sha256)) === stored.size) {
        await unlink(temporary);
        return stored;
      }
      const place = placeOf(stored.sha256);
      await makeFolder(dirname(place));
      await rename(temporary, place);
      await syncFolder(dirname(place));
      return stored;
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
  };

  const addFile = async (path: string): Promise<StoredFile> => {
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      const { handle, changed } = await openRegular(path, path);
      try {
        const stored = await add(
          handle.createReadStream({
            highWaterMark: CHUNK_BYTES,
            autoClose: false,
          }) as AsyncIterable<Buffer>,
        );
        const after = await handle.stat();
        const replaced = (await stat(path)).ino !== after.ino;
        if (!replaced && after.mtimeMs === changed && after.size === stored.size) return stored;
      } finally {
        await handle.close();
      }
    }
    throw new CellarError(
      'changed_while_reading',
      `${path} kept changing while it was read. It is kept with the next run, or name it with cellar.artifact once it is written.`,
      { path },
    );
  };

  return {
    add: async (bytes) => {
      try {
        return await add(bytes);
      } catch (error) {
        throw toStorageError(error, folder);
      }
    },
    addFile: async (path) => {
      try {
        return await addFile(path);
      } catch (error) {
        throw isErrno(error, 'EACCES', 'EPERM', 'ENOENT') ? error : toStorageError(error, folder);
      }
    },
    findSize,
    read: async (sha256, range) => {
      if ((await findSize(sha256)) === undefined)
        throw new CellarError(
          'artifact_missing',
          `No file with SHA-256 ${sha256} is kept here. It may have been removed from ${folder}.`,
        );
      return createReadStream(placeOf(sha256), { highWaterMark: 256 * 1024, ...range });
    },
    measure: () => measureFolder(join(folder, 'sha256')),
  };
}

/** Writes and hashes in one pass: while one chunk is on its way to the disk the next is read and hashed. */
async function copy(bytes: AsyncIterable<Uint8Array>, path: string): Promise<StoredFile> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(path, 'wx', 0o644);
  try {
    let writing: Promise<unknown> = Promise.resolve();
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        await writing;
        writing = writeAll(handle, chunk, size);
        // Awaited in the next turn; until then a failure must not count as unhandled.
        writing.catch(() => undefined);
        size += chunk.length;
      }
    } finally {
      await writing;
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), size };
}

async function writeAll(
  handle: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

async function measureFolder(
  folder: string,
): Promise<{ readonly count: number; readonly bytes: number }> {
  let count = 0;
  let bytes = 0;
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      count += 1;
      bytes += (await stat(join(entry.parentPath, entry.name))).size;
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return { count, bytes };
}
