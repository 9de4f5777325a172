import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import * as git from 'isomorphic-git';
import * as z from 'zod';

import { CellarError, isErrno, toStorageError } from '../errors.js';
import { makeFolder, placeFile, syncFolder } from './durable.js';
import { createGitFs } from './git-fs.js';
import type { Places } from './places.js';
import { openRepository, type Repository } from './repository.js';

export const MAIN = 'refs/heads/main';
export const FORMAT_PATH = '.cellar/format.json';
/** Of the tree's layout; raised only with an upgrade for every earlier one. */
export const STORE_FORMAT = 1;

const ATTRIBUTES = `* -text
.cellar/runs/*/*/artifacts/** filter=lfs diff=lfs merge=lfs
.cellar/models/*/artifacts/** filter=lfs diff=lfs merge=lfs
`;

const formatSchema = z.object({ format: z.number().int() });

/**
 * Makes the store of a workspace if it has none: a bare git repository with HEAD at a first commit (a clone of one without fails),
 * and the link by which git-lfs finds the artifacts. Whole or not there, whenever the process ends. True when it was made.
 */
export async function createStore(places: Places, time: number): Promise<boolean> {
  try {
    await makeFolder(places.cellar);
    // Put whole: half of one on a full disk would show the store to the person's own git for ever.
    const ignoring = join(places.cellar, '.gitignore');
    if (!(await exists(ignoring))) await placeFile(ignoring, '*\n');
    if (await exists(join(places.git, 'HEAD'))) return false;
    const fresh = `${places.git}.${randomBytes(6).toString('hex')}.new`;
    try {
      await git.init({ fs: createGitFs(), gitdir: fresh, bare: true, defaultBranch: 'main' });
      await mkdir(join(places.artifacts, 'sha256'), { recursive: true });
      await mkdir(join(fresh, 'lfs'), { recursive: true });
      await symlink(join('..', '..', 'artifacts', 'sha256'), join(fresh, 'lfs', 'objects'), 'dir');
      await commitFormat(openRepository(fresh), time);
      await rename(fresh, places.git);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      // Another process may have been first; then its store is the one.
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
      return false;
    }
    await syncFolder(places.cellar);
    return true;
  } catch (error) {
    throw toStorageError(error, places.cellar);
  }
}

async function commitFormat(repository: Repository, time: number): Promise<void> {
  await repository.commit({
    ref: MAIN,
    edits: [
      { path: '.gitattributes', content: Buffer.from(ATTRIBUTES) },
      {
        path: FORMAT_PATH,
        content: Buffer.from(`${JSON.stringify({ format: STORE_FORMAT }, undefined, 1)}\n`),
      },
    ],
    facts: {
      author: { name: 'Cellar', email: 'cellar@localhost' },
      time,
      subject: 'Start the store',
      trailers: new Map(),
    },
  });
}

/** Throws store_newer for a store that a later Cellar wrote, store_damaged for one without a format. */
export async function checkFormat(repository: Repository): Promise<void> {
  const head = await repository.findRef(MAIN);
  const damaged = (cause?: unknown): CellarError =>
    new CellarError(
      'store_damaged',
      `${repository.gitdir} holds no readable ${FORMAT_PATH} on main. Restore the store from a backup or a clone.`,
      { path: repository.gitdir },
      { cause },
    );
  if (head === undefined) throw damaged();
  const oid = await repository.findEntry((await repository.readCommit(head)).tree, FORMAT_PATH);
  if (oid === undefined) throw damaged();
  const parsed = formatSchema.safeParse(JSON.parse((await repository.readBlob(oid)).toString()));
  if (!parsed.success) throw damaged(parsed.error);
  if (parsed.data.format > STORE_FORMAT)
    throw new CellarError(
      'store_newer',
      `${repository.gitdir} has format ${parsed.data.format}; this Cellar reads up to ${STORE_FORMAT}. Install a newer jupyterlab-cellar.`,
      { path: repository.gitdir },
    );
}

async function exists(path: string): Promise<boolean> {
  try {
    await readFile(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
