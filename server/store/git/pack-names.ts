import { join } from 'node:path';

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
  const path = join(packFolderOf(gitdir), `${name}.idx`);
  const index = new PackIndex(new RangeReader(path, new ByteCache(0), disk));
  try {
    return await index.names();
  } finally {
    index.close();
  }
}
