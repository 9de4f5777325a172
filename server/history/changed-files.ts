import type { Repository } from '../store/git/repository.js';
import { FOLDER_MODE, type TreeEntry } from '../store/git/tree.js';

/** The files below `folder` whose blobs differ between two trees and are there in the second, by path. Reads only what differs. */
export async function findChangedFiles(
  repository: Repository,
  base: string | undefined,
  head: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const visit = async (
    left: TreeEntry | undefined,
    right: TreeEntry,
    path: string,
  ): Promise<void> => {
    if (left?.oid === right.oid) return;
    if (right.mode !== FOLDER_MODE) {
      found.set(path, right.oid);
      return;
    }
    const before = left?.mode === FOLDER_MODE ? await repository.readTree(left.oid) : undefined;
    for (const [name, entry] of await repository.readTree(right.oid))
      await visit(before?.get(name), entry, `${path}/${name}`);
  };
  const top = async (tree: string | undefined): Promise<TreeEntry | undefined> => {
    const oid = tree === undefined ? undefined : await repository.findEntry(tree, folder);
    return oid === undefined ? undefined : { mode: FOLDER_MODE, name: folder, oid };
  };
  const right = await top(head);
  if (right !== undefined) await visit(await top(base), right, folder);
  return found;
}
