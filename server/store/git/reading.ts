import { CellarError } from '../../errors.js';
import { ByteCache } from '../disk/byte-cache.js';
import { parseCommit, type Commit } from './commit.js';
import type { GitObject, ObjectType } from './object.js';
import type { Objects } from './objects.js';
import { FOLDER_MODE, findInTree, parseTree, type Tree, type TreeEntry } from './tree.js';

const COMMIT_CACHE_BYTES = 4 * 1024 * 1024;
const TREE_CACHE_BYTES = 32 * 1024 * 1024;
/** A larger folder is parsed when it is asked for a second entry: of most in a long history only one is looked at. */
const LARGE_TREE_BYTES = 32 * 1024;
const BLOB_CACHE_BYTES = 64 * 1024 * 1024;

/** Reads a repository's objects as what they are, the latest kept in memory. Every read throws store_damaged for one that is not there. */
export interface Reading {
  commit(oid: string): Promise<Commit>;
  tree(oid: string): Promise<Tree>;
  blob(oid: string): Promise<Buffer>;
  entry(tree: string, path: string): Promise<string | undefined>;
  /** Keeps an object that was just made in memory. */
  note(object: GitObject): void;
  /** Lets go of all that is in memory, and of what is being read just now. */
  forget(): void;
}

/** The error that names an object which nowhere is. */
export function missing(gitdir: string, oid: string): CellarError {
  return new CellarError(
    'store_damaged',
    `Object ${oid} is missing from ${gitdir}. Run "cellar verify" to see what else is.`,
    { path: gitdir },
  );
}

/** Only another hand makes such a thing; read as what it is not, it would give nonsense. */
function otherwise(gitdir: string, { oid, type }: GitObject, wanted: ObjectType): CellarError {
  return new CellarError(
    'store_damaged',
    `Object ${oid} in ${gitdir} is a ${type}, no ${wanted}.`,
    {
      path: gitdir,
    },
  );
}

/** Makes the cached reads of a repository, whose history is cut at these commits. */
export function createReading(
  gitdir: string,
  objects: Objects,
  readCuts: () => Promise<ReadonlySet<string>>,
): Reading {
  const commits = new ByteCache<Commit>(COMMIT_CACHE_BYTES);
  const trees = new ByteCache<Tree>(TREE_CACHE_BYTES);
  const blobs = new ByteCache<Buffer>(BLOB_CACHE_BYTES);

  const load = async (oid: string, type: ObjectType): Promise<GitObject> => {
    const object = await objects.find(oid);
    if (object === undefined) throw missing(gitdir, oid);
    // A tag with a message is asked for as the commit that its ref should name: whoever asks looks at what it holds.
    const isTag = type === 'commit' && object.type === 'tag';
    if (object.type !== type && !isTag) throw otherwise(gitdir, object, type);
    return object;
  };

  const get = async (oid: string, type: ObjectType): Promise<GitObject> => {
    const { epoch } = blobs;
    const object = await load(oid, type);
    if (epoch === blobs.epoch) note(object);
    return object;
  };

  const note = ({ type, oid, content }: GitObject): void => {
    // What a parsed value takes in memory is a guess: several times its text, in strings and their map.
    if (type === 'commit') commits.add(oid, parseCommit(oid, content), content.length * 4);
    else if (type === 'tree') trees.add(oid, parseTree(content), content.length * 6);
    else blobs.add(oid, content, content.length);
  };

  const forget = (): void => {
    for (const cache of [commits, trees, blobs]) cache.clear();
  };

  const tree = async (oid: string): Promise<Tree> => {
    const known = trees.find(oid);
    if (known !== undefined) return known;
    const { content } = await get(oid, 'tree');
    // Noted it was parsed already: a folder of thousands takes milliseconds.
    return trees.find(oid) ?? parseTree(content);
  };

  let lastLarge: string | undefined;
  const entryOf = async (oid: string, name: string): Promise<TreeEntry | undefined> => {
    if (trees.find(oid) !== undefined || lastLarge === oid) return (await tree(oid)).get(name);
    const { epoch } = blobs;
    const object = await load(oid, 'tree');
    if (object.content.length > LARGE_TREE_BYTES) {
      lastLarge = oid;
      return findInTree(object.content, name);
    }
    if (epoch === blobs.epoch) note(object);
    return (trees.find(oid) ?? parseTree(object.content)).get(name);
  };

  return {
    commit: async (oid) => {
      const commit = commits.find(oid) ?? parseCommit(oid, (await get(oid, 'commit')).content);
      return (await readCuts()).has(oid) ? { ...commit, parents: [] } : commit;
    },
    tree,
    blob: async (oid) => blobs.find(oid) ?? (await get(oid, 'blob')).content,
    entry: async (root, path) => {
      let at: Pick<TreeEntry, 'mode' | 'oid'> = { mode: FOLDER_MODE, oid: root };
      for (const name of path.split('/')) {
        const next = at.mode === FOLDER_MODE ? await entryOf(at.oid, name) : undefined;
        if (next === undefined) return undefined;
        at = next;
      }
      return at.oid;
    },
    note,
    forget,
  };
}
