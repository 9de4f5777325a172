import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { READY } from './backup/finish-restore.js';
import type { Disk } from './disk/disk.js';
import { isTemporary } from './disk/durable.js';
import type { Places } from './places.js';
import { sweepObjects } from './sweep-objects.js';
import { KEPT_MS, sweepUploads } from './uploads/sweep-uploads.js';
import { sweepWriting } from './writing.js';
import { listNames } from './disk/list-names.js';

const UNFINISHED_MS = 60 * 60 * 1000;
/** Git itself holds such a lock for milliseconds. */
const LOCK_PATIENCE_MS = 1_000;
/** Files of git's that it locks beside its refs. */
const LOCKED = ['HEAD', 'config', 'packed-refs', 'shallow', 'objects/info/alternates'];

/** Takes away what a killed owner left: its address, half-written files, those beside a person's own, uploads and stores, and git locks that nobody holds. */
export async function sweep(places: Places, disk: Disk): Promise<void> {
  await disk.rm(places.server, { force: true });
  await disk.rm(join(places.cellar, READY), { force: true });
  await disk.rm(join(places.artifacts, 'incoming'), { recursive: true, force: true });
  await sweepUploads(places.uploads, disk, Date.now() - KEPT_MS);
  // Of these a young one may be another process's, which is just finding out that it was not first.
  for (const name of await listNames(places.cellar, disk, 'ENOTDIR'))
    if (/^(store\.git\.[0-9a-f]+\.new|lock\.[0-9a-f]{16})$/.test(name) || isTemporary(name))
      await sweepOld(join(places.cellar, name), disk);
  for (const folder of [places.catalog, places.state, places.journal])
    for (const name of await listNames(folder, disk, 'ENOTDIR'))
      if (isTemporary(name)) await disk.rm(join(folder, name), { force: true });
  await sweepWriting(places.root, disk);
  await sweepObjects(places.git, disk);
  await clearStaleLocks(places.git, disk);
}

async function sweepOld(path: string, disk: Disk): Promise<void> {
  const facts = await disk.stat(path).catch(() => undefined);
  if (facts !== undefined && Date.now() - facts.ctimeMs > UNFINISHED_MS)
    await disk.rm(path, { recursive: true, force: true });
}

/**
 * Clears the locks in a git repository that killed processes left: those that are the same files after a while. Call it only as the
 * store's owner.
 */
export async function clearStaleLocks(
  gitdir: string,
  disk: Disk,
  patience = LOCK_PATIENCE_MS,
): Promise<void> {
  const found = new Map<string, string>();
  const paths = [
    ...LOCKED.map((name) => join(gitdir, `${name}.lock`)),
    ...(await findLocks(join(gitdir, 'refs'), disk)),
  ];
  for (const path of paths) {
    const file = await identify(path, disk);
    if (file !== undefined) found.set(path, file);
  }
  if (found.size === 0) return;
  await sleep(patience);
  for (const [path, file] of found)
    if ((await identify(path, disk)) === file) await disk.unlink(path).catch(() => undefined);
}

async function findLocks(folder: string, disk: Disk): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await listNames(folder, disk, 'ENOTDIR')) {
    const path = join(folder, name);
    if (name.endsWith('.lock')) found.push(path);
    else found.push(...(await findLocks(path, disk)));
  }
  return found;
}

async function identify(path: string, disk: Disk): Promise<string | undefined> {
  const facts = await disk.stat(path).catch(() => undefined);
  return facts === undefined ? undefined : `${facts.ino}:${facts.mtimeMs}`;
}
