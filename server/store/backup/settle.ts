import { dirname, join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';

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
