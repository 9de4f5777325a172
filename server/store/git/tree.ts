/** One entry of a git tree; modes as git writes them ("40000" is a folder). */
export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

export const FOLDER_MODE = '40000';
export const FILE_MODE = '100644';

/** A folder's entries by name. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** Parses a tree object's content: "mode SP name NUL 20-byte-oid", repeated (git's Documentation/gitformat-pack and tree.c). */
export function parseTree(content: Buffer): Tree {
  const tree = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const nul = content.indexOf(0, space);
    if (space < 0 || nul < 0) throw new RangeError('a tree ends within an entry');
    const name = content.toString('utf8', space + 1, nul);
    const mode = content.toString('latin1', at, space);
    tree.set(name, { mode, name, oid: content.toString('hex', nul + 1, nul + 21) });
    at = nul + 21;
  }
  return tree;
}

/** One entry of a tree object's content, found without making anything of the others; undefined where there is none. */
export function findInTree(content: Buffer, name: string): TreeEntry | undefined {
  const wanted = Buffer.from(name);
  for (let at = 0; at < content.length;) {
    const nul = content.indexOf(0, at);
    if (nul < 0) throw new RangeError('a tree ends within an entry');
    const start = nul - wanted.length;
    if (
      content[start - 1] === 0x20 &&
      content.compare(wanted, 0, wanted.length, start, nul) === 0
    ) {
      // A name may have spaces, and end like the one that is wanted; a mode has none.
      const space = content.indexOf(0x20, at);
      if (space === start - 1)
        return {
          mode: content.toString('latin1', at, space),
          name,
          oid: content.toString('hex', nul + 1, nul + 21),
        };
    }
    at = nul + 21;
  }
  return undefined;
}

/** The inverse of parseTree. Git sorts by bytes, a folder as if its name ended in "/". */
export function formatTree(tree: Tree): Buffer {
  const entries = [...tree.values()].map((entry) => ({
    entry,
    key: Buffer.from(entry.mode === FOLDER_MODE ? `${entry.name}/` : entry.name),
  }));
  entries.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    entries.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`),
      Buffer.from(entry.oid, 'hex'),
    ]),
  );
}

/** A change of one file in a tree: its new blob, or null to take it out. */
export interface TreeEdit {
  readonly path: readonly string[];
  readonly oid: string | null;
}

export interface TreeStore {
  readTree(oid: string): Promise<Tree>;
  /** Keeps a new tree and gives its name. */
  addTree(tree: Tree): string;
}

/** The tree with the edits made; undefined when nothing is left in it. Reads only the folders on the edited paths. */
export async function editTree(
  store: TreeStore,
  root: string | undefined,
  edits: readonly TreeEdit[],
): Promise<string | undefined> {
  const entries = new Map(root === undefined ? [] : await store.readTree(root));
  const below = new Map<string, TreeEdit[]>();
  for (const edit of edits) {
    const [name, ...rest] = edit.path;
    if (name === undefined) throw new RangeError('an edit needs a path');
    if (rest.length > 0) {
      const list = below.get(name) ?? [];
      list.push({ path: rest, oid: edit.oid });
      below.set(name, list);
    } else if (edit.oid === null) entries.delete(name);
    else entries.set(name, { mode: FILE_MODE, name, oid: edit.oid });
  }
  for (const [name, list] of below) {
    const entry = entries.get(name);
    const folder = entry?.mode === FOLDER_MODE ? entry.oid : undefined;
    const oid = await editTree(store, folder, list);
    if (oid !== undefined) entries.set(name, { mode: FOLDER_MODE, name, oid });
    else if (entry?.mode === FOLDER_MODE) entries.delete(name);
  }
  return entries.size === 0 ? undefined : store.addTree(entries);
}
