import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { listLooseFolders } from './loose.js';
import { packFolderOf } from './make-packs.js';
import { readPackNames } from './pack-names.js';

/** The names of all objects of a repository, loose and in packs, whether anything leads to them or not. */
export async function listAllObjects(gitdir: string, disk: Disk): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  for await (const oids of listLooseFolders(join(gitdir, 'objects'), disk))
    for (const oid of oids) all.add(oid);
  const packs = await disk.readdir(packFolderOf(gitdir)).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  for (const name of packs)
    if (name.endsWith('.idx'))
      for (const oid of await readPackNames(gitdir, name.slice(0, -'.idx'.length), disk))
        all.add(oid);
  return all;
}
