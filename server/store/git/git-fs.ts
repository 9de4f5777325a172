import type { PromiseFsClient } from 'isomorphic-git';

import { nodeDisk, type Disk } from '../disk/disk.js';
import { makeFolder, placeFile } from '../disk/durable.js';

/**
 * node:fs with writes that are whole or not there: as shipped, isomorphic-git writes in place and never syncs, which leaves
 * empty objects after a kill (reference: 4 empty refs and 2 empty objects in 200 kills). Folders are left for the caller to sync.
 */
export function createGitFs(disk: Disk = nodeDisk): PromiseFsClient {
  const { readFile, rmdir, unlink, stat, lstat, readdir, readlink, symlink } = disk;
  return {
    promises: {
      readFile,
      writeFile: (path: string, bytes: Uint8Array | string) =>
        placeFile(path, bytes, undefined, disk),
      mkdir: (path: string) => makeFolder(path, disk),
      rmdir,
      unlink,
      stat,
      lstat,
      readdir,
      readlink,
      symlink,
    },
  };
}
