import { orNothing } from '../changed-files.js';
import { MAIN } from '../../store/create.js';
import type { Commit } from '../../store/git/commit.js';
import { toObject } from '../../store/git/object.js';
import { searchTree, type TreeClues } from '../../store/git/search-tree.js';
import { FILE_MODE, FOLDER_MODE, formatTree, type Tree } from '../../store/git/tree.js';
import { listMainCommits } from '../../store/newest-main.js';
import { TRAILERS } from '../state.js';
import { listNames } from './known-names.js';
import type { Mending } from './mending.js';
import type { Source, Wanted } from './source.js';

/** Objects that nothing names, e.g. of writes that were ended, which are tried under every name. */
const MOST_LOOSE = 60;
/** So far one goes along a line for a time at which a folder was another. */
const MOST_STEPS = 5_000;
/** Commits of main that are near in time to one of an automatic day, which begins from main as it is then. */
const NEAREST = 4;

/** Folders, out of the same folder before and after, and of what nothing else names. */
export const rebuildTrees: Source = async function* (mending, wanted) {
  const trees = [...wanted.values()].filter(({ kind }) => kind === 'tree');
  if (trees.length === 0) return;
  const entries = await listUnnamed(mending);
  const children = toChildren(mending.pool.commits.values());
  const main = listMainCommits(mending.pool.commits);
  for (const each of trees) {
    mending.signal.throwIfAborted();
    const clues: TreeClues = {
      bases: await listBases(mending, each, { children, main }),
      names: await listNames(mending.history.store, each.path),
      entries: [...entries, ...(await listNear(mending, each))],
    };
    const found = searchTree(each.oid, clues);
    if (found !== undefined)
      yield {
        object: toObject('tree', formatTree(found)),
        how: 'made anew from the folder before and after it',
      };
  }
};

/** Sound objects that no other names, as entries of a folder. */
async function listUnnamed({ repository, sound, pool }: Mending): Promise<TreeClues['entries']> {
  const names: string[] = [];
  for (const oid of sound.values())
    if (!pool.isNamed(oid) && !pool.commits.has(oid) && names.length < MOST_LOOSE) names.push(oid);
  const entries: { mode: string; oid: string }[] = [];
  for await (const read of repository.readMany(names)) {
    if (read.kind === 'failed') continue;
    const { type, oid } = read.object;
    if (type === 'tree') entries.push({ mode: FOLDER_MODE, oid });
    else if (type === 'blob') entries.push({ mode: FILE_MODE, oid });
  }
  return entries;
}

/** The bytes of the version that the folder was written for: other folders may name them, too. */
async function listNear(
  { history, pool }: Mending,
  { commit = '' }: Wanted,
): Promise<TreeClues['entries']> {
  const id = pool.commits.get(commit)?.trailers.get(TRAILERS.snapshot) ?? '';
  const row = await history.store.catalog.findSnapshot(id);
  return row === undefined ? [] : [{ mode: FILE_MODE, oid: row.blob }];
}

function toChildren(commits: Iterable<Commit>): ReadonlyMap<string, string> {
  const children = new Map<string, string>();
  for (const { oid, parents } of commits) for (const parent of parents) children.set(parent, oid);
  return children;
}

/** The folder where it was another: before, after, and for an automatic version on main about then. */
async function listBases(
  mending: Mending,
  wanted: Wanted,
  {
    children,
    main,
  }: { readonly children: ReadonlyMap<string, string>; readonly main: readonly string[] },
): Promise<readonly Tree[]> {
  const { commits } = mending.pool;
  const start = wanted.commit ?? '';
  const found = [
    await findOther(mending, wanted, start, (at) => commits.get(at)?.parents[0]),
    await findOther(mending, wanted, start, (at) => children.get(at)),
  ];
  if (wanted.ref !== MAIN) {
    const time = commits.get(start)?.time ?? 0;
    const near = [...main].sort((a, b) => away(commits.get(a), time) - away(commits.get(b), time));
    for (const oid of near.slice(0, NEAREST))
      found.push(await findFolder(mending, oid, wanted.path));
  }
  return found.filter((tree) => tree !== undefined);
}

function away(commit: Commit | undefined, time: number): number {
  return Math.abs((commit?.time ?? 0) - time);
}

async function findOther(
  mending: Mending,
  { oid, path }: Wanted,
  start: string,
  next: (commit: string) => string | undefined,
): Promise<Tree | undefined> {
  let at = next(start);
  for (let steps = 0; at !== undefined && steps < MOST_STEPS; steps += 1) {
    const commit: Commit | undefined = mending.pool.commits.get(at);
    if (commit === undefined) return undefined;
    const there = path === '' ? commit.tree : await findOid(mending, commit.tree, path);
    if (there !== undefined && there !== oid) return orNothing(mending.repository.readTree(there));
    at = next(at);
  }
  return undefined;
}

async function findFolder(mending: Mending, oid: string, path: string): Promise<Tree | undefined> {
  const commit = mending.pool.commits.get(oid);
  if (commit === undefined) return undefined;
  const tree = path === '' ? commit.tree : await findOid(mending, commit.tree, path);
  return tree === undefined ? undefined : orNothing(mending.repository.readTree(tree));
}

function findOid({ repository }: Mending, tree: string, path: string): Promise<string | undefined> {
  return orNothing(repository.findEntry(tree, path));
}
