import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { packFolderOf } from './make-packs.js';
import { PackIndex } from './pack-index.js';
import { RangeReader } from './range-reader.js';

/** Reads the names of all objects of a pack. */
export async function readPackNames(
  gitdir: string,
  name: string,
  disk: Disk,
): Promise<readonly string[]> {
  return withIndex(gitdir, { name, disk }, (index) => index.names());
}

/** Reads what is in a pack; undefined when it is not there any more: git has put its objects elsewhere. */
export async function readEntries(
  gitdir: string,
  name: string,
  disk: Disk,
): Promise<Awaited<ReturnType<PackIndex['all']>> | undefined> {
  try {
    return await withIndex(gitdir, { name, disk }, (index) => index.all());
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function withIndex<Result>(
  gitdir: string,
  { name, disk }: { readonly name: string; readonly disk: Disk },
  read: (index: PackIndex) => Promise<Result>,
): Promise<Result> {
  const path = join(packFolderOf(gitdir), `${name}.idx`);
  const index = new PackIndex(new RangeReader(path, new ByteCache(0), disk));
  try {
    return await read(index);
  } finally {
    index.close();
  }
}
