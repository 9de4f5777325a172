import { join } from 'node:path';

import { MAX_PURGE_LISTED } from '../../contract/purge.js';
import { CellarError, isErrno } from '../errors.js';
import { listAllObjects } from '../store/git/list-objects.js';
import type { Store } from '../store/store.js';
import { holdsInCommit } from './purge-commit.js';
import { createNames } from './purge-names.js';
import { cleanBlob } from './purge-rewrite.js';
import type { Role } from './purge-roles.js';
import { cleanName, type Remover } from './purge-texts.js';
import { findInState } from './purge-state.js';
import { walk } from './purge-walk.js';
import { listNames } from '../store/disk/list-names.js';

/**
 * What of a store still holds a text, in words: every object, whether anything leads to it or not, every ref's name, every file of
 * the journal and of the operating state, and git's settings. None after a purge that has done all of it.
 */
export async function findLeft(
  store: Store,
  remover: Remover,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { repository, places, disk } = store;
  const left: string[] = [];
  const clean = (bytes: Buffer): Buffer | undefined => remover.plain(bytes);
  const { refs, commits, trees, blobs, names } = await walk(repository, signal);
  for (const ref of refs.keys())
    if (remover.text(ref) !== undefined) left.push(`the name of ${ref}`);
  for (const commit of commits) if (holdsInCommit(commit, clean)) left.push(`commit ${commit.oid}`);
  for (const name of names)
    if (remover.text(name) !== undefined) left.push(`the name ${name} in trees`);
  const naming = { remover, names: createNames((name) => cleanName(remover, name), names) };
  const reachable = new Set([...commits.map(({ oid }) => oid), ...trees]);
  const rest = [...(await listAllObjects(places.git, disk))].filter((oid) => !reachable.has(oid));
  for await (const read of repository.readMany(rest)) {
    signal.throwIfAborted();
    if (read.kind === 'failed') continue;
    const { oid, type, content } = read.object;
    const role = blobs.get(oid);
    const isHeld =
      role === undefined ? remover.plain(content) !== undefined : await isIn(naming, role, content);
    if (isHeld) left.push(`${type} ${oid}${role === undefined ? ', which no ref leads to' : ''}`);
  }
  left.push(...(await findInJournal(store, remover)), ...(await findInState(store, remover)));
  return left.slice(0, MAX_PURGE_LISTED);
}

async function isIn(
  naming: Parameters<typeof cleanBlob>[0],
  role: Role,
  content: Buffer,
): Promise<boolean> {
  try {
    return (await cleanBlob(naming, role, content)) !== undefined;
  } catch (error) {
    // It would be refused, so it is there.
    if (error instanceof CellarError) return true;
    throw error;
  }
}

async function findInJournal(
  { places, disk, journal }: Store,
  remover: Remover,
): Promise<readonly string[]> {
  await journal.settle();
  const found: string[] = [];
  for (const name of await listNames(places.journal, disk, 'ENOTDIR')) {
    const path = join(places.journal, name);
    try {
      const isHeld = remover.plain(await disk.readFile(path)) !== undefined;
      // One that was put aside as damaged is named with what is out of reach.
      if (isHeld && !isDamaged(name)) found.push(path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'EISDIR')) throw error;
    }
  }
  return found;
}

/** True for a file of the journal that was put aside as damaged. */
export function isDamaged(name: string): boolean {
  return /[.]damaged(-\d+)?$/.test(name);
}
