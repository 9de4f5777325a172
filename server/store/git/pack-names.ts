import { join } from 'node:path';

import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { packFolderOf } from './make-packs.js';
import { PackIndex } from './pack-index.js';
import { RangeReader } from './range-reader.js';

/** Reads the names of all objects of a pack. */
export function readPackNames(
  gitdir: string,
  name: string,
  disk: Disk,
): Promise<readonly string[]> {
  return withIndex(gitdir, { name, disk }, (index) => index.names());
}

/** Reads in the index of a pack, past every cache. */
export async function withIndex<Result>(
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
