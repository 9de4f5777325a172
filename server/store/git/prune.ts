import { join } from 'node:path';

import { CellarError, isErrno, toStorageError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { clearLeftovers } from './leftovers.js';
import { packFolderOf } from './make-packs.js';
import { filterPack } from './pack-filter.js';
import { listPacks } from './packs.js';
import { alone } from './turns.js';
import { listNames } from '../disk/list-names.js';

/**
 * Takes away every object of a repository that is not among `reachable`, however young, loose or in a pack, and what git has noted of
 * such: call it only while nobody else writes. Ended anywhere it can be done again.
 */
export function pruneObjects(
  gitdir: string,
  reachable: ReadonlySet<string>,
  disk: Disk,
): Promise<void> {
  // A pack that is being made may have what is to go.
  return alone(gitdir, async () => {
    try {
      // Git would keep what these lead to, or name in them what is gone.
      await clearLeftovers(gitdir, disk);
      await pruneLoose(join(gitdir, 'objects'), reachable, disk);
      await prunePacks(gitdir, reachable, disk);
    } catch (error) {
      throw toStorageError(error, gitdir);
    }
  });
}

async function prunePacks(
  gitdir: string,
  reachable: ReadonlySet<string>,
  disk: Disk,
): Promise<void> {
  const folder = packFolderOf(gitdir);
  const names = await listPacks(folder, disk);
  const failures: unknown[] = [];
  for (const name of names)
    await filterPack(gitdir, name, (oid) => reachable.has(oid), disk).catch((error: unknown) => {
      // What is damaged keeps its own pack alone.
      if (!(error instanceof CellarError)) throw error;
      failures.push(error);
    });
  if (names.length > 0) await syncFolder(folder, disk);
  if (failures.length > 0) throw failures[0];
}

async function pruneLoose(
  objects: string,
  reachable: ReadonlySet<string>,
  disk: Disk,
): Promise<void> {
  for (const folder of await listNames(objects, disk, 'ENOTDIR')) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    const at = join(objects, folder);
    const gone = (await listNames(at, disk, 'ENOTDIR')).filter(
      (name) => !reachable.has(folder + name),
    );
    for (const name of gone) await disk.rm(join(at, name), { force: true });
    if (gone.length > 0)
      await syncFolder(at, disk).catch((error: unknown) => {
        // Git takes a folder away when it has packed the last object in it.
        if (!isErrno(error, 'ENOENT')) throw error;
      });
  }
}
