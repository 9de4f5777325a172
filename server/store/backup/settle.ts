import { dirname, join } from 'node:path';

import { CellarError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { LISTS, parseKept } from './kept-files.js';
import { readSetFile, type Manifest } from './manifest.js';

/** The paths of what the last whole backup in a folder consists of: their names are on the disk. None where its lists are damaged. */
export async function listSafe(
  folder: string,
  last: Manifest | undefined,
  disk: Disk,
): Promise<ReadonlySet<string>> {
  const safe = new Set<string>();
  if (last === undefined) return safe;
  for (const file of last.files) {
    if (!Object.values(LISTS).includes(file.path)) continue;
    const bytes = await readSetFile(join(folder, last.set), file, disk).catch((error: unknown) => {
      if (error instanceof CellarError) return Buffer.alloc(0);
      throw error;
    });
    for (const { path } of parseKept(bytes)) safe.add(path);
  }
  return safe;
}

/**
 * Makes the names of files below `folder` safe, and those of the folders they are in; the bytes are synced already. What an earlier
 * backup left that was killed is among them: nobody knows how far it came. When a sync fails they are taken away, since a second one
 * may say "done" of what the first has lost: the next backup copies them anew.
 */
export async function settleFiles(
  folder: string,
  paths: ReadonlySet<string>,
  disk: Disk,
): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths)
    for (let at = dirname(path); !folders.has(at); at = dirname(at)) folders.add(at);
  try {
    for (const each of folders) await syncFolder(join(folder, each), disk);
  } catch (error) {
    for (const path of paths) await disk.unlink(join(folder, path)).catch(() => undefined);
    throw error;
  }
}
