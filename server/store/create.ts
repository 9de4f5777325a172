import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';

import * as git from 'isomorphic-git';

import { isErrno, toStorageError } from '../errors.js';
import { finishRestore } from './backup/finish-restore.js';
import { nodeDisk, type Disk } from './disk/disk.js';
import { ensureFolder, makeFolder, placeFile, syncFolder } from './disk/durable.js';
import { REPOSITORY_CONFIG } from './git/config.js';
import { createGitFs } from './git/git-fs.js';
import { formatFile } from './format.js';
import { createIds } from './ids.js';
import { FIRST_SUBJECT } from './newest-main.js';
import type { Places } from './places.js';
import { openRepository } from './git/repository-folder.js';
import type { Repository } from './git/repository.js';

export const MAIN = 'refs/heads/main';

const ATTRIBUTES = `* -text
.cellar/runs/*/*/artifacts/** filter=lfs diff=lfs merge=lfs
.cellar/models/*/artifacts/** filter=lfs diff=lfs merge=lfs
`;

/** Files of main that are the same in every store. */
export const STORE_FILES: ReadonlyMap<string, Buffer> = new Map([
  ['.gitattributes', Buffer.from(ATTRIBUTES)],
]);

const ASIDE = '.aside';

/** Repositories whose name a sync that failed may have lost, and that could not be taken back. */
const doubtful = new WeakMap<Disk, Set<string>>();

/**
 * Makes the store of a workspace if it has none: a bare git repository with HEAD at a first commit (a clone of one without fails),
 * and the link by which git-lfs finds the artifacts. Whole or not there, whenever the process ends. True when it was made.
 */
export async function createStore(
  places: Places,
  time: number,
  disk: Disk = nodeDisk,
): Promise<boolean> {
  try {
    await finishRestore(places.root, disk);
    await makeFolder(places.cellar, disk);
    // Put whole: half of one on a full disk would show the store to the person's own git for ever.
    const ignoring = join(places.cellar, '.gitignore');
    if (!(await exists(ignoring, disk))) await placeFile(ignoring, '*\n', undefined, disk);
    await bringBack(places, disk);
    if (await exists(join(places.git, 'HEAD'), disk)) {
      // Whoever gave it its name may have been killed, or refused, before the name was safe. Nobody owns what is in doubt.
      if (doubtful.get(disk)?.has(places.git) === true && !(await exists(places.lock, disk))) {
        const aside = `${places.git}.${randomBytes(6).toString('hex')}${ASIDE}`;
        await disk.rename(places.git, aside);
        await disk.rename(aside, places.git);
      }
      await syncFolder(places.cellar, disk);
      doubtful.get(disk)?.delete(places.git);
      return false;
    }
    const fresh = `${places.git}.${randomBytes(6).toString('hex')}.new`;
    try {
      await git.init({ fs: createGitFs(disk), gitdir: fresh, bare: true, defaultBranch: 'main' });
      await placeFile(join(fresh, 'config'), REPOSITORY_CONFIG, undefined, disk);
      await makeFolder(join(places.artifacts, 'sha256'), disk);
      await ensureFolder(join(fresh, 'lfs'), disk);
      await disk.symlink(
        join('..', '..', 'artifacts', 'sha256'),
        join(fresh, 'lfs', 'objects'),
        'dir',
      );
      await commitFormat(openRepository(fresh, disk), time);
      await syncFolders(fresh, disk);
      await disk.rename(fresh, places.git);
      await syncFolder(places.cellar, disk).catch(async (error: unknown) => {
        // Once a sync has failed a later one proves nothing: the name is taken back, and given anew.
        await disk.rename(places.git, fresh).catch(() => {
          doubtful.set(disk, (doubtful.get(disk) ?? new Set()).add(places.git));
        });
        throw error;
      });
    } catch (error) {
      // Swept later where it stays; what counts is why it came to this.
      await disk.rm(fresh, { recursive: true, force: true }).catch(() => undefined);
      // Another process may have been first; then its store is the one.
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
      return false;
    }
    return true;
  } catch (error) {
    throw toStorageError(error, places.cellar);
  }
}

/** Gives a repository its name that was ended while it was given anew: by then it may have been another's, and full. */
async function bringBack(places: Places, disk: Disk): Promise<void> {
  if (await exists(join(places.git, 'HEAD'), disk)) return;
  const aside = (await disk.readdir(places.cellar)).find(
    (name) => name.startsWith(`${basename(places.git)}.`) && name.endsWith(ASIDE),
  );
  if (aside !== undefined) await disk.rename(join(places.cellar, aside), places.git);
}

/** Syncs the entries of a folder and of all below it: a store whose HEAD went with the power would be none. */
async function syncFolders(folder: string, disk: Disk): Promise<void> {
  for (const entry of await disk.readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name), disk);
  await syncFolder(folder, disk);
}

async function commitFormat(repository: Repository, time: number): Promise<void> {
  await repository.commit({
    ref: MAIN,
    edits: [
      ...[...STORE_FILES].map(([path, content]) => ({ path, content })),
      formatFile(createIds(() => time)()),
    ],
    facts: {
      author: { name: 'Cellar', email: 'cellar@localhost' },
      time,
      subject: FIRST_SUBJECT,
      trailers: new Map(),
    },
  });
}

async function exists(path: string, disk: Disk): Promise<boolean> {
  try {
    await disk.readFile(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
