import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import { syncFolder } from '../disk/durable.js';
import { listLooseFolders, looseObjectPath } from './loose.js';
import { makePacks, packFolderOf, type PackOptions } from './make-packs.js';
import { settlePacks } from './pack-doubt.js';
import { packLoose } from './pack-loose.js';
import { readPackNames } from './pack-names.js';
import { openPacks } from './packs.js';
import { rollUp } from './roll-up.js';

/**
 * Puts loose objects into packs and small packs together: by the system's git or, where there is none, by our own hand and without
 * deltas. Whatever goes has been read out of a pack that is on the disk, and nothing goes for not being led to.
 */
export async function packObjects(gitdir: string, options: PackOptions): Promise<void> {
  await settlePacks(packFolderOf(gitdir), options.disk);
  // By refs, so that git knows what is a version of what. What no ref leads to stays loose, for a collection to find.
  const made = await makePacks(gitdir, ['--all', '--unpacked', '--incremental'], options);
  const isByGit = typeof made !== 'string';
  if (!isByGit) await packLoose(gitdir, options);
  await removePacked(gitdir, isByGit ? made : [], options);
  if (isByGit) await rollUp(gitdir, options);
}

/** Takes away loose objects that are in a pack, also those that an earlier time, ended by a kill, has left. `proven` packs are sound. */
async function removePacked(
  gitdir: string,
  proven: readonly string[],
  { disk, signal }: PackOptions,
): Promise<void> {
  const objects = join(gitdir, 'objects');
  const sound = new Set<string>();
  for (const name of proven)
    for (const oid of await readPackNames(gitdir, name, disk)) sound.add(oid);
  const packs = openPacks(objects, disk);
  const isPacked = async (oid: string): Promise<boolean> => {
    if (sound.has(oid)) return true;
    try {
      return (await packs.find(oid)) !== undefined;
    } catch (error) {
      // Then the loose copy is the one that counts.
      if (error instanceof CellarError) return false;
      throw error;
    }
  };
  try {
    if (sound.size === 0 && (await packs.count()) > 0) await syncFolder(packFolderOf(gitdir), disk);
    for await (const oids of listLooseFolders(objects, disk))
      for (const oid of oids) {
        signal.throwIfAborted();
        if (!(await isPacked(oid))) continue;
        await disk.unlink(looseObjectPath(objects, oid)).catch((error: unknown) => {
          if (!isErrno(error, 'ENOENT')) throw error;
        });
      }
  } finally {
    packs.close();
  }
}
