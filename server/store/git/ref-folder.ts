import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { readCuts, writeCuts } from './cuts.js';
import { findPackedDamage, readPackedRefs } from './packed-refs.js';
import { findRef, moveRef } from './ref.js';
import type { Refs } from './refs.js';

/** The refs of the repository at `gitdir`, loose and packed. */
export function openRefFolder(gitdir: string, disk: Disk): Refs {
  let cuts: Promise<ReadonlySet<string>> | undefined;
  const readOnce = (): Promise<ReadonlySet<string>> => {
    const reading = (cuts ??= readCuts(gitdir, disk));
    // What the disk refused once is asked for again.
    reading.catch(() => (cuts = undefined));
    return reading;
  };
  return {
    find: (ref) => findRef(gitdir, ref, disk),
    list: async (prefix, damaged) => {
      const refs = new Map<string, string>();
      // Any ref may be what one of its damaged lines was.
      const unread = await findPackedDamage(gitdir, disk);
      if (unread !== undefined) {
        if (damaged === undefined) throw unread;
        damaged('packed-refs', unread);
      }
      for (const [ref, oid] of await readPackedRefs(gitdir, disk))
        if (ref.startsWith(prefix)) refs.set(ref, oid);
      for (const ref of await listLoose(gitdir, prefix, disk)) {
        try {
          const oid = await findRef(gitdir, ref, disk);
          if (oid !== undefined) refs.set(ref, oid);
        } catch (error) {
          if (damaged === undefined) throw error;
          refs.delete(ref);
          damaged(ref, error);
        }
      }
      return refs;
    },
    move: (ref, from, to) => moveRef(gitdir, ref, { from, to }, disk),
    cuts: readOnce,
    cut: async (oids) => {
      cuts = undefined;
      await writeCuts(gitdir, new Set([...(await readCuts(gitdir, disk)), ...oids]), disk);
    },
  };
}

async function listLoose(gitdir: string, prefix: string, disk: Disk): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for (const entry of await disk.readdir(join(gitdir, prefix), { withFileTypes: true })) {
      if (entry.isDirectory())
        found.push(...(await listLoose(gitdir, `${prefix}${entry.name}/`, disk)));
      else if (!entry.name.endsWith('.lock')) found.push(prefix + entry.name);
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return found;
}
