import { CellarError } from '../errors.js';
import type { Commit } from '../store/git/commit.js';
import type { Repository } from '../store/git/repository.js';
import { FOLDER_MODE, type TreeEntry } from '../store/git/tree.js';

/** The tree of the commit before; undefined for a first commit, and where that one cannot be read: then all is new. */
export async function findTreeBefore(
  repository: Repository,
  { parents: [parent] }: Commit,
): Promise<string | undefined> {
  return parent === undefined
    ? undefined
    : orNothing(repository.readCommit(parent).then(({ tree }) => tree));
}

/**
 * The files below `folder` whose blobs differ between two trees and are there in the second, by path. Reads only what differs, and no
 * folder more than `depth` levels below it: what nobody asked for may be damaged. Where the first cannot be read, what it may have is
 * not known: all below is taken for new.
 */
export async function findChangedFiles(
  repository: Repository,
  base: string | undefined,
  head: string,
  folder: string,
  depth = Infinity,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const visit = async (
    left: TreeEntry | undefined,
    right: TreeEntry,
    path: string,
    level: number,
  ): Promise<void> => {
    if (left?.oid === right.oid) return;
    if (right.mode !== FOLDER_MODE) {
      found.set(path, right.oid);
      return;
    }
    if (level > depth) return;
    const before =
      left?.mode === FOLDER_MODE ? await orNothing(repository.readTree(left.oid)) : undefined;
    for (const [name, entry] of await repository.readTree(right.oid))
      await visit(before?.get(name), entry, `${path}/${name}`, level + 1);
  };
  const top = async (tree: string | undefined): Promise<TreeEntry | undefined> => {
    const oid = tree === undefined ? undefined : await repository.findEntry(tree, folder);
    return oid === undefined ? undefined : { mode: FOLDER_MODE, name: folder, oid };
  };
  const right = await top(head);
  if (right !== undefined) await visit(await orNothing(top(base)), right, folder, 0);
  return found;
}

/** What is read; undefined where it is damaged, as if it were not there. */
export async function orNothing<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'store_damaged') return undefined;
    throw error;
  }
}
