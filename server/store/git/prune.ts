import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { spawnGit } from './git-command.js';
import { clearLeftovers } from './leftovers.js';
import { alone } from './turns.js';

/**
 * Takes away every object of a repository that is not among `reachable`, however young: call it only while nobody else writes. Loose
 * ones go by our own hand, packs are packed anew by the system's git; throws bad_request where there are some and no git.
 */
export function pruneObjects(
  gitdir: string,
  reachable: ReadonlySet<string>,
  disk: Disk,
): Promise<void> {
  // A pack that is being made may have what is to go.
  return alone(gitdir, () => pruneNow(gitdir, reachable, disk));
}

async function pruneNow(gitdir: string, reachable: ReadonlySet<string>, disk: Disk): Promise<void> {
  const objects = join(gitdir, 'objects');
  // Git would keep what these lead to, or name in them what is gone.
  await clearLeftovers(gitdir, disk);
  const inPacks = await list(join(objects, 'pack'), disk);
  if (inPacks.some((name) => name.endsWith('.pack'))) await repack(gitdir);
  for (const folder of await list(objects, disk)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    const at = join(objects, folder);
    const gone = (await list(at, disk)).filter((name) => !reachable.has(folder + name));
    for (const name of gone) await disk.rm(join(at, name), { force: true });
    if (gone.length > 0)
      await syncFolder(at, disk).catch((error: unknown) => {
        // Git takes a folder away when it has packed the last object in it.
        if (!isErrno(error, 'ENOENT')) throw error;
      });
  }
}

/** Packs what refs lead to and drops the rest, also of packs that were to be kept. */
function repack(gitdir: string): Promise<void> {
  const args = ['-c', 'core.fsync=all', 'repack', '-a', '-d', '-f', '-q', '--pack-kept-objects'];
  return new Promise((resolve, reject) => {
    const child = spawnGit(gitdir, args);
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString('utf8').slice(0, 4096)));
    child.stdout.resume();
    child.stdin.on('error', () => undefined).end();
    child.on('error', (error) => {
      reject(
        new CellarError(
          'bad_request',
          `To drop old objects from the packs in ${gitdir}, git is needed and cannot be started. Install git.`,
          { path: gitdir },
          { cause: error },
        ),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`git repack in ${gitdir} failed (${code ?? 'ended'}): ${said.trim()}`));
    });
  });
}

async function list(folder: string, disk: Disk): Promise<readonly string[]> {
  try {
    return await disk.readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
