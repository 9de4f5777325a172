import { nodeDisk, type Disk } from '../disk/disk.js';
import { createRepository } from './create-repository.js';
import { openObjectFolder } from './object-folder.js';
import { openRefFolder } from './ref-folder.js';
import type { Repository } from './repository.js';

/** Opens the bare repository at `gitdir`, which must exist. */
export function openRepository(gitdir: string, disk: Disk = nodeDisk): Repository {
  return createRepository(gitdir, openObjectFolder(gitdir, disk), openRefFolder(gitdir, disk));
}
