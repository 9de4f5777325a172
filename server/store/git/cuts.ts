import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { writeDurable } from '../disk/durable.js';

/** Where git has the commits whose parents are not there: it goes no further back, and misses nothing (gitformat-pack, "shallow"). */
export const CUTS = 'shallow';

/** The commits at which the repository's history begins although they name others before. */
export async function readCuts(gitdir: string, disk: Disk): Promise<ReadonlySet<string>> {
  try {
    const text = await disk.readFile(join(gitdir, CUTS), 'utf8');
    return new Set(text.split('\n').filter((line) => /^[0-9a-f]{40}$/.test(line)));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Set();
    throw error;
  }
}

/** Puts them in the place of those before; durable. */
export async function writeCuts(
  gitdir: string,
  oids: ReadonlySet<string>,
  disk: Disk,
): Promise<void> {
  await writeDurable(join(gitdir, CUTS), formatCuts(oids), undefined, disk);
}

/** As git has them: one name a line. */
export function formatCuts(oids: ReadonlySet<string>): Buffer {
  return Buffer.from(
    [...oids]
      .sort()
      .map((oid) => `${oid}\n`)
      .join(''),
  );
}
