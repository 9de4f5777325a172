import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isErrno, toStorageError } from '../../errors.js';
import { nodeDisk, type Disk } from '../disk/disk.js';
import { makeFolder, syncFolder } from '../disk/durable.js';
import {
  isHash,
  measureListed,
  missingFile,
  type Artifacts,
  type Intake,
  type ListedFile,
  type StoredFile,
} from './artifacts.js';
import { copyFile, copyStream, hashFile } from './copy.js';
import { readSteady } from './steady.js';

const READ_BYTES = 256 * 1024;
/** What a file system that cannot clone answers, each in its way. */
const NO_CLONE = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOTTY', 'EINVAL', 'ENOSYS', 'EBADF'];

/** The embedded default: a folder in Git LFS's own layout, `sha256/ab/cd/<sha256>`. */
export function openArtifactFolder(folder: string, disk: Disk = nodeDisk): Artifacts {
  const incoming = join(folder, 'incoming');
  const placeOf = (sha256: string): string =>
    join(folder, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  const find = async (
    sha256: string,
  ): Promise<Pick<ListedFile, 'size' | 'touched'> | undefined> => {
    if (!isHash(sha256)) return undefined;
    try {
      const facts = await disk.stat(placeOf(sha256));
      return facts.isFile() ? { size: facts.size, touched: facts.mtimeMs } : undefined;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  };

  const renew = async (path: string): Promise<void> => {
    const handle = await disk.open(path, 'r');
    try {
      const now = new Date();
      await handle.utimes(now, now);
    } finally {
      await handle.close();
    }
  };

  const touch = async (sha256: string): Promise<boolean> => {
    if ((await find(sha256)) === undefined) return false;
    await renew(placeOf(sha256));
    return true;
  };

  // A file that was found to be old must not go when it is touched, or given again, before it could.
  let tail: Promise<unknown> = Promise.resolve();
  const alone = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };

  /**
   * Puts a whole and synced file in its place, also over one that is there: of that nobody knows whether its bytes are still what its
   * name says, and who gives a file again may be mending it.
   */
  const place = async (temporary: string, { sha256 }: StoredFile): Promise<void> => {
    const folder = dirname(placeOf(sha256));
    await makeFolder(folder, disk);
    await disk.rename(temporary, placeOf(sha256));
    await syncFolder(folder, disk);
  };

  const take = async (
    { signal }: Intake,
    fill: (temporary: string) => Promise<StoredFile>,
  ): Promise<StoredFile> => {
    await makeFolder(incoming, disk);
    const temporary = join(incoming, randomBytes(12).toString('hex'));
    try {
      const stored = await fill(temporary);
      // The last sync may have taken a while.
      signal?.throwIfAborted();
      await alone(() => place(temporary, stored));
      return stored;
    } catch (error) {
      await disk.unlink(temporary).catch(() => undefined);
      throw error;
    }
  };

  return {
    add: async (bytes, intake = {}) => {
      try {
        return await take(intake, (temporary) => copyStream(bytes, temporary, disk, intake));
      } catch (error) {
        throw toStorageError(error, folder);
      }
    },
    addFile: async (path, intake = {}) => {
      try {
        return await take(intake, (temporary) =>
          readSteady(path, disk, async (source, size) => {
            await disk.rm(temporary, { force: true });
            return (
              (await cloneFile(source, temporary, disk, intake)) ??
              (await copyFile(source, size, { path: temporary, disk }, intake))
            );
          }),
        );
      } catch (error) {
        throw isErrno(error, 'EACCES', 'EPERM', 'ENOENT') ? error : toStorageError(error, folder);
      }
    },
    adopt: (path, stored) =>
      alone(async () => {
        // Its bytes may be of yesterday: as a kept file it is new.
        await renew(path);
        await place(path, stored);
      }).catch((error: unknown) => {
        throw toStorageError(error, folder);
      }),
    findSize: async (sha256) => (await find(sha256))?.size,
    read: async (sha256, range) => {
      if ((await find(sha256)) === undefined) throw missingFile(sha256, folder);
      const handle = await disk.open(placeOf(sha256), 'r');
      return handle.createReadStream({ highWaterMark: READ_BYTES, ...range });
    },
    list: () => listFolder(join(folder, 'sha256'), disk),
    touch: (sha256) => alone(() => touch(sha256)),
    remove: (sha256, before) =>
      alone(async () => {
        const found = await find(sha256);
        if (found === undefined || found.touched >= before) return false;
        await disk.unlink(placeOf(sha256));
        return true;
      }),
    measure: () => measureListed(listFolder(join(folder, 'sha256'), disk)),
  };
}

/**
 * Lets the new file share the open one's blocks where the file system can, then hashes it: so the bytes that are kept are those that
 * were hashed. Undefined where it cannot. The open file is named by its handle, since its path may lead elsewhere by now.
 */
async function cloneFile(
  source: FileHandle,
  temporary: string,
  disk: Disk,
  intake: Intake,
): Promise<StoredFile | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    await disk.copyFile(
      `/proc/self/fd/${source.fd}`,
      temporary,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    );
  } catch (error) {
    if (isErrno(error, ...NO_CLONE, 'ENOENT', 'EACCES', 'EPERM')) {
      await disk.rm(temporary, { force: true });
      return undefined;
    }
    throw error;
  }
  const clone = await disk.open(temporary, 'r+');
  try {
    // The clone has the person's permissions, which may be too few or too many.
    await clone.chmod(0o644);
    const stored = await hashFile(clone, (await clone.stat()).size, intake);
    await clone.sync();
    return stored;
  } finally {
    await clone.close();
  }
}

async function* listFolder(folder: string, disk: Disk): AsyncGenerator<ListedFile> {
  for (const first of await namesIn(folder, disk))
    for (const second of await namesIn(join(folder, first), disk))
      for (const sha256 of await namesIn(join(folder, first, second), disk)) {
        if (!isHash(sha256)) continue;
        // It may have gone since the listing.
        const facts = await disk.stat(join(folder, first, second, sha256)).catch(() => undefined);
        if (facts?.isFile() === true) yield { sha256, size: facts.size, touched: facts.mtimeMs };
      }
}

async function namesIn(folder: string, disk: Disk): Promise<readonly string[]> {
  try {
    return await disk.readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
