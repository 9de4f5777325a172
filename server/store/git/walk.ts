import { CellarError } from '../../errors.js';
import { parseCommit } from './commit.js';
import type { GitObject } from './object.js';
import { FOLDER_MODE, parseTree } from './tree.js';

/** A commit of another repository, which a tree names as a folder: none of ours. */
const LINK_MODE = '160000';

export interface WalkOptions {
  /** undefined for an object that is missing. */
  readonly find: (oid: string) => Promise<GitObject | undefined>;
  /** Told of each object that is come to; true: go on to what it leads to. */
  readonly reach: (oid: string) => boolean;
  /** Gives the error for an object that is missing; undefined: it and damaged ones are passed over. */
  readonly missing: ((oid: string) => CellarError) | undefined;
  /** Commits beyond which there is nothing. */
  readonly shallow?: ReadonlySet<string> | undefined;
  readonly signal: AbortSignal;
}

/** Goes to everything that these objects lead to, one of each object in memory at a time. */
export async function walkObjects(roots: Iterable<string>, options: WalkOptions): Promise<void> {
  const { reach, signal } = options;
  for (const root of roots) {
    const waiting = [root];
    for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
      signal.throwIfAborted();
      if (!reach(oid)) continue;
      const object = await read(oid, options);
      if (object !== undefined) waiting.push(...follow(object, options));
    }
  }
}

async function read(oid: string, { find, missing }: WalkOptions): Promise<GitObject | undefined> {
  try {
    const object = await find(oid);
    if (object !== undefined || missing === undefined) return object;
  } catch (error) {
    if (missing === undefined && error instanceof CellarError) return undefined;
    throw error;
  }
  throw missing(oid);
}

/** What an object leads to and has to be read itself; files are only told of. */
function follow(object: GitObject, { reach, shallow }: WalkOptions): readonly string[] {
  const { type, oid, content } = object;
  if (type === 'blob') return [];
  if (type === 'tag')
    return /^object ([0-9a-f]{40})$/m.exec(content.toString('latin1'))?.slice(1) ?? [];
  if (type === 'commit') {
    const { tree, parents } = parseCommit(oid, content);
    return shallow?.has(oid) === true ? [tree] : [...parents, tree];
  }
  const folders: string[] = [];
  for (const entry of parseTree(content).values())
    if (entry.mode === FOLDER_MODE) folders.push(entry.oid);
    else if (entry.mode !== LINK_MODE) reach(entry.oid);
  return folders;
}
