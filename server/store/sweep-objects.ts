import { join } from 'node:path';

import type { Disk } from './disk/disk.js';
import { isTemporary } from './disk/durable.js';
import { listNames } from './disk/list-names.js';

/** A git that works beside us makes such files, too. */
const UNFINISHED_MS = 60 * 60 * 1000;
/** Git's names for objects, packs and indexes that are being written. */
const OF_GIT = /^(tmp_(obj|pack|idx|rev|bitmap|midx|mtimes)_|\.tmp-\d+-pack-)/;

/**
 * Takes away what killed writers left among a repository's objects: our half-written files, git's once they are old, and objects of
 * no bytes, for which git takes nothing else. Call it only as the store's owner.
 */
export async function sweepObjects(gitdir: string, disk: Disk): Promise<void> {
  const objects = join(gitdir, 'objects');
  await sweepNames(objects, await listNames(objects, disk, 'ENOTDIR'), disk);
  await sweepNames(
    join(objects, 'pack'),
    await listNames(join(objects, 'pack'), disk, 'ENOTDIR'),
    disk,
  );
  const folders = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));
  for (const folder of folders) {
    const at = join(objects, folder);
    const names = await listNames(at, disk, 'ENOTDIR');
    await sweepNames(at, names, disk);
    const objectNames = names.filter((name) => /^[0-9a-f]{38}$/.test(name));
    await Promise.all(objectNames.map((name) => sweepEmpty(join(at, name), disk)));
  }
}

async function sweepNames(folder: string, names: readonly string[], disk: Disk): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    if (isTemporary(name)) await disk.rm(path, { force: true });
    else if (OF_GIT.test(name)) {
      const facts = await disk.stat(path).catch(() => undefined);
      if (facts?.isFile() === true && Date.now() - facts.mtimeMs > UNFINISHED_MS)
        await disk.rm(path, { force: true });
    }
  }
}

async function sweepEmpty(path: string, disk: Disk): Promise<void> {
  const facts = await disk.lstat(path).catch(() => undefined);
  if (facts?.isFile() === true && facts.size === 0) await disk.rm(path, { force: true });
}
