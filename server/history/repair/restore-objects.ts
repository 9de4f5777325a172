import { describeUnread } from '../finding.js';
import { CellarError } from '../../errors.js';
import { follow, type Unread } from '../../store/git/follow.js';
import { MAIN } from '../../store/create.js';
import type { SnapshotRow } from '../../store/catalog/rows.js';
import { fromCopies, fromGuesses, fromWorkspace } from './find-objects.js';
import { put, type Mending } from './mending.js';
import { rebuildCommits } from './rebuild-commits.js';
import { rebuildTrees } from './rebuild-trees.js';
import type { Source, Wanted } from './source.js';

/** The surest first. Notebooks come before what is guessed from them, and folders after all that is in them. */
const SOURCES: readonly Source[] = [
  fromCopies,
  fromWorkspace,
  fromGuesses,
  rebuildTrees,
  rebuildCommits,
];

/**
 * Brings back what the refs, the catalog's position and its versions need and no file holds: from other copies, the workspace's files,
 * what the catalog says, and what is around it. What comes back may name more that is missing: until nothing does.
 */
export async function restoreObjects(
  mending: Mending,
  heads: readonly (readonly [ref: string, oid: string])[],
  rows: readonly SnapshotRow[],
): Promise<void> {
  for (let isNews = true; isNews;) {
    isNews = false;
    const wanted = await findWanted(mending, heads, rows);
    for (const source of SOURCES) {
      const left = new Map([...wanted].filter(([oid]) => !mending.sound.has(oid)));
      if (left.size === 0) break;
      for await (const { object, how } of source(mending, left)) {
        mending.signal.throwIfAborted();
        const each = left.get(object.oid);
        if (each === undefined || mending.sound.has(object.oid)) continue;
        await put(mending, [object]);
        mending.note(describeWanted(each), how);
        isNews = true;
      }
    }
  }
}

/** What cannot be read of all that these heads lead to. */
export async function findUnread(
  { repository, sound, signal, report }: Mending,
  heads: Iterable<readonly [ref: string, oid: string]>,
): Promise<Map<string, Unread>> {
  const unread = new Map<string, Unread>();
  let done = 0;
  await follow(heads, {
    repository,
    isSound: async (oid) => {
      signal.throwIfAborted();
      if (sound.has(oid)) return true;
      if (unread.has(oid) || !(await isThere(repository.checkObject(oid)))) return false;
      sound.add(oid);
      return true;
    },
    unread: (found) => unread.set(found.oid, found),
    commit: () => {
      done += 1;
      report({ what: 'commits', done, total: null });
    },
  });
  return unread;
}

async function findWanted(
  mending: Mending,
  heads: readonly (readonly [string, string])[],
  rows: readonly SnapshotRow[],
): Promise<ReadonlyMap<string, Wanted>> {
  const wanted = new Map<string, Wanted>();
  for (const [oid, each] of await findUnread(mending, heads))
    wanted.set(oid, { ...each, row: undefined });
  for (const row of rows) {
    const ref = row.line === 'main' ? MAIN : '';
    const about = { commit: row.commit, ref, row };
    if (!mending.sound.has(row.commit))
      wanted.set(row.commit, { ...about, kind: 'commit', oid: row.commit, path: '' });
    if (!mending.sound.has(row.blob))
      wanted.set(row.blob, { ...about, kind: 'blob', oid: row.blob, path: row.path });
  }
  return wanted;
}

function describeWanted(wanted: Wanted): string {
  if (wanted.row === undefined) return describeUnread(wanted);
  const { id, path } = wanted.row;
  return wanted.kind === 'commit' ? `the commit of version ${id}` : `${path} of version ${id}`;
}

async function isThere(check: Promise<void>): Promise<boolean> {
  try {
    await check;
    return true;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'store_damaged') return false;
    throw error;
  }
}
