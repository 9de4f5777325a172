import { createHash } from 'node:crypto';

import { formatTree, type Tree, type TreeEntry } from './tree.js';

/** Bytes that are hashed for one tree before it is given up: some seconds. */
const MOST_BYTES = 400_000_000;
/** Names of which two, or three, may have changed at once. */
const MOST_PAIRED = 24;
const MOST_TRIPLED = 6;

type Entry = Pick<TreeEntry, 'mode' | 'oid'>;

/** What a tree may have been made of. */
export interface TreeClues {
  /** The same folder at other times. */
  readonly bases: readonly Tree[];
  /** Names that it may have had. */
  readonly names: readonly string[];
  /** Objects that no other tree names: one that is lost has taken their names along. */
  readonly entries: readonly Entry[];
}

/**
 * Finds the tree of a name among those that differ from one of the bases in up to three entries. Its name proves it: a wrong one cannot
 * be taken. Undefined where none is found, or the search grows too long.
 */
export function searchTree(oid: string, clues: TreeClues): Tree | undefined {
  const search = new Search(oid, clues);
  for (const base of [...clues.bases, new Map<string, TreeEntry>()]) {
    const found = search.around(base);
    if (found !== undefined) return found;
  }
  return undefined;
}

class Search {
  private hashed = 0;
  /** Names whose entries are not the same in all bases, and those that something else says may have changed. */
  private readonly changing: readonly string[];
  private readonly all: readonly string[];

  constructor(
    private readonly oid: string,
    private readonly clues: TreeClues,
  ) {
    const { bases, names } = clues;
    const known = new Set(bases.flatMap((base) => [...base.keys()]));
    const differ = [...known].filter(
      (name) => new Set(bases.map((base) => base.get(name)?.oid)).size > 1,
    );
    this.changing = [...new Set([...differ, ...names])];
    this.all = [...new Set([...this.changing, ...known])];
  }

  around(base: Tree): Tree | undefined {
    return (
      this.test(base) ??
      this.change(base, this.all, 1) ??
      this.change(base, this.changing.slice(0, MOST_PAIRED), 2) ??
      this.change(base, this.changing.slice(0, MOST_TRIPLED), 3)
    );
  }

  /** Every way to change so many of these names, in their order. */
  private change(base: Tree, names: readonly string[], count: number): Tree | undefined {
    for (const [index, name] of names.entries())
      for (const entry of this.options(name)) {
        if (this.hashed > MOST_BYTES) return undefined;
        if (base.get(name)?.oid === entry?.oid) continue;
        const tree = new Map(base);
        if (entry === undefined) tree.delete(name);
        else tree.set(name, { ...entry, name });
        const found =
          count === 1 ? this.test(tree) : this.change(tree, names.slice(index + 1), count - 1);
        if (found !== undefined) return found;
      }
    return undefined;
  }

  /** What may stand under a name; undefined: nothing. */
  private options(name: string): readonly (Entry | undefined)[] {
    const others = new Map(
      this.clues.bases.flatMap((base) => {
        const entry = base.get(name);
        return entry === undefined ? [] : [[entry.oid, entry] as const];
      }),
    );
    return [...this.clues.entries, ...others.values(), undefined];
  }

  private test(tree: Tree): Tree | undefined {
    const content = formatTree(tree);
    this.hashed += content.length + 64;
    const oid = createHash('sha1').update(`tree ${content.length}\0`).update(content);
    return oid.digest('hex') === this.oid ? tree : undefined;
  }
}
