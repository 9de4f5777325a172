import { join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { takeBackPack } from './pack-doubt.js';
import { runGit } from './git-run.js';
import { listNames } from '../disk/list-names.js';

/** Measured on notebooks with pictures: a wider window costs time and gains nothing. A pack is not larger than what is quickly made anew. */
const SETTINGS = [
  'core.fsync=all',
  'core.bigFileThreshold=512m',
  'pack.packSizeLimit=256m',
  'pack.threads=1',
  'pack.window=10',
  'pack.depth=50',
  'pack.windowMemory=128m',
  'pack.deltaCacheSize=32m',
].flatMap((setting) => ['-c', setting]);
/** Its index goes first: without it a pack is not there for git. */
const ENDINGS = ['idx', 'rev', 'bitmap', 'mtimes', 'keep', 'promisor', 'pack'];
/** What a git that was ended leaves of a pack. */
const UNFINISHED = /^tmp_(pack|idx|rev|obj)_/;

export interface PackOptions {
  readonly disk: Disk;
  readonly signal: AbortSignal;
}

/**
 * Writes packs by git's pack-objects. When it returns their names (without ending), git has read each object of them back, and they
 * are on the disk. What an unfinished one leaves is taken away.
 */
export async function makePacks(
  gitdir: string,
  args: readonly string[],
  options: PackOptions & { readonly input?: Iterable<string> },
): Promise<readonly string[] | 'no git' | 'too old'> {
  const { disk, signal, input = [] } = options;
  const folder = packFolderOf(gitdir);
  const before = new Set(await listNames(folder, disk));
  const names: string[] = [];
  const common = ['--local', '--non-empty', '--delta-base-offset', '-q', join(folder, 'pack')];
  try {
    const end = await runGit(gitdir, [...SETTINGS, 'pack-objects', ...args, ...common], {
      input,
      signal,
      onLine: (line) => names.push(`pack-${line}`),
    });
    if (end !== 'done') return end;
    for (const name of names) await prove(gitdir, name, options);
    if (names.length > 0) await syncFolder(folder, disk);
    return names;
  } catch (error) {
    // Nothing relies on what came just now; the next time makes it anew.
    for (const name of names)
      if (!before.has(`${name}.idx`))
        await takeBackPack(join(folder, name), () => removePack(gitdir, name, disk), disk);
    for (const name of await listNames(folder, disk))
      if (UNFINISHED.test(name) && !before.has(name))
        await disk.rm(join(folder, name), { force: true });
    throw error;
  }
}

async function prove(gitdir: string, name: string, { disk, signal }: PackOptions): Promise<void> {
  const folder = packFolderOf(gitdir);
  for (const ending of ['pack', 'idx']) {
    const handle = await disk.open(join(folder, `${name}.${ending}`), 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  await runGit(gitdir, ['verify-pack', join(folder, `${name}.idx`)], { signal });
}

/** Takes a pack away; what it has must be elsewhere. */
export async function removePack(gitdir: string, name: string, disk: Disk): Promise<void> {
  const folder = packFolderOf(gitdir);
  // An index over several packs would go on naming this one; git does well without.
  await disk.rm(join(folder, 'multi-pack-index'), { force: true });
  for (const ending of ENDINGS) await disk.rm(join(folder, `${name}.${ending}`), { force: true });
}

export function packFolderOf(gitdir: string): string {
  return join(gitdir, 'objects', 'pack');
}
