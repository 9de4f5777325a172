import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import * as git from 'isomorphic-git';

import { CellarError, isErrno, toStorageError } from '../errors.js';
import { ByteCache } from './byte-cache.js';
import { formatCommit, parseCommit, type Commit, type CommitFacts } from './commit.js';
import { createGitFs } from './git-fs.js';
import { deflateObject, findLooseObject, toObject, type GitObject } from './object.js';
import { openPackReader } from './pack-reader.js';
import { findRef, moveRef, readPackedRefs } from './ref.js';
import { editTree, formatTree, parseTree, type Tree } from './tree.js';

const TREE_CACHE_BYTES = 32 * 1024 * 1024;
const BLOB_CACHE_BYTES = 64 * 1024 * 1024;
const MOST_TRIES = 20;

/** A file to put into the next commit's tree (content, or a blob that is there already), or to take out (null). */
export interface FileEdit {
  readonly path: string;
  readonly content: Uint8Array | { readonly oid: string } | null;
}

export interface CommitRequest {
  readonly ref: string;
  /** Of the tree to start from; by default the ref's own. */
  readonly baseTree?: string;
  readonly edits: readonly FileEdit[];
  readonly facts: Omit<CommitFacts, 'tree' | 'parents'>;
}

export interface Committed {
  readonly commit: Commit;
  /** The ref's commit before. */
  readonly previous: string | undefined;
  readonly blobs: ReadonlyMap<string, string>;
}

/** An ordinary bare git repository. Whoever writes must own the store; git itself may write beside it. */
export interface Repository {
  readonly gitdir: string;
  findRef(ref: string): Promise<string | undefined>;
  /** Full names and commits of the refs whose name starts with `prefix`. */
  listRefs(prefix: string): Promise<ReadonlyMap<string, string>>;
  readCommit(oid: string): Promise<Commit>;
  readTree(oid: string): Promise<Tree>;
  readBlob(oid: string): Promise<Buffer>;
  /** Reads an object afresh, past every cache, and checks it against its name. Throws store_damaged. */
  checkObject(oid: string): Promise<void>;
  /** The blob or tree at a path below a tree. */
  findEntry(tree: string, path: string): Promise<string | undefined>;
  /** Adds a commit to a ref; durable when it returns. */
  commit(request: CommitRequest): Promise<Committed>;
  close(): void;
}

/** Opens the bare repository at `gitdir`, which must exist. */
export function openRepository(gitdir: string): Repository {
  const fs = createGitFs();
  const packs = openPackReader(gitdir);
  const cache = {};
  const trees = new ByteCache<Tree>(TREE_CACHE_BYTES);
  const blobs = new ByteCache<Buffer>(BLOB_CACHE_BYTES);

  const missing = (oid: string): CellarError =>
    new CellarError(
      'store_damaged',
      `Object ${oid} is missing from ${gitdir}. Run "cellar verify" to see what else is.`,
      { path: gitdir },
    );

  // Old objects are in packs and new ones are not, and both come in rows: where the last one was is where to look first.
  let lastWasPacked = false;

  const readContent = async (oid: string): Promise<Buffer> => {
    const places = lastWasPacked ? [readPacked, readLoose] : [readLoose, readPacked];
    for (const read of places) {
      const content = await read(oid);
      if (content === undefined) continue;
      lastWasPacked = read === readPacked;
      return content;
    }
    throw missing(oid);
  };

  const readLoose = async (oid: string): Promise<Buffer | undefined> =>
    (await findLooseObject(gitdir, oid))?.content;

  const readPacked = async (oid: string): Promise<Buffer | undefined> => {
    const found = await packs.read(oid);
    if (found !== 'no git') return found;
    // Without git on the machine isomorphic-git reads packs too, each as a whole.
    try {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what takes its place wants the type beforehand
      const packed = await git.readObject({ fs, gitdir, oid, format: 'content', cache });
      return Buffer.from(packed.object as Uint8Array);
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error;
    }
  };

  const readTree = async (oid: string): Promise<Tree> => {
    const cached = trees.find(oid);
    if (cached !== undefined) return cached;
    const content = await readContent(oid);
    const tree = parseTree(content);
    trees.add(oid, tree, content.length * 3);
    return tree;
  };

  const readBlob = async (oid: string): Promise<Buffer> => {
    const cached = blobs.find(oid);
    if (cached !== undefined) return cached;
    const content = await readContent(oid);
    blobs.add(oid, content, content.length);
    return content;
  };

  const readCommit = async (oid: string): Promise<Commit> =>
    parseCommit(oid, await readContent(oid));

  const writeObject = async (object: GitObject): Promise<void> => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what takes its place deflates, at its own level
    await git.writeObject({
      fs,
      gitdir,
      type: object.type,
      object: await deflateObject(object),
      format: 'deflated',
      oid: object.oid,
    });
  };

  const findEntry = async (tree: string, path: string): Promise<string | undefined> => {
    let oid: string | undefined = tree;
    for (const name of path.split('/')) {
      oid = (await readTree(oid)).get(name)?.oid;
      if (oid === undefined) return undefined;
    }
    return oid;
  };

  const listRefs = async (prefix: string): Promise<ReadonlyMap<string, string>> => {
    const refs = new Map<string, string>();
    for (const [ref, oid] of await readPackedRefs(gitdir))
      if (ref.startsWith(prefix)) refs.set(ref, oid);
    let names: string[] = [];
    try {
      names = await readdir(join(gitdir, prefix));
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
    for (const name of names.filter((each) => !each.endsWith('.lock'))) {
      const oid = await findRef(gitdir, prefix + name);
      if (oid !== undefined) refs.set(prefix + name, oid);
    }
    return refs;
  };

  const commit = async (request: CommitRequest): Promise<Committed> => {
    const fresh: GitObject[] = [];
    const named = new Map<string, string>();
    const edits = request.edits.map(({ path, content }) => {
      if (content === null) return { path: path.split('/'), oid: null };
      if (!(content instanceof Uint8Array)) {
        named.set(path, content.oid);
        return { path: path.split('/'), oid: content.oid };
      }
      const object = toObject('blob', content);
      fresh.push(object);
      named.set(path, object.oid);
      return { path: path.split('/'), oid: object.oid };
    });
    const writing = Promise.all(fresh.map(writeObject));
    // The edits below may throw first; the failure is reported by the await further down.
    writing.catch(() => undefined);

    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const previous = await findRef(gitdir, request.ref);
      const base =
        request.baseTree ??
        (previous === undefined ? undefined : (await readCommit(previous)).tree);
      const grown: GitObject[] = [];
      const store = {
        readTree,
        addTree: (tree: Tree): string => {
          const object = toObject('tree', formatTree(tree));
          grown.push(object);
          trees.add(object.oid, tree, object.content.length * 3);
          return object.oid;
        },
      };
      const tree = await editTree(store, base, edits);
      if (tree === undefined) throw new RangeError('a commit needs at least one file');
      const parents = previous === undefined ? [] : [previous];
      const object = toObject('commit', formatCommit({ ...request.facts, tree, parents }));
      await Promise.all([writing, ...[...grown, object].map(writeObject)]);
      await fs.settle();
      if (await moveRef(gitdir, request.ref, previous, object.oid))
        return { commit: parseCommit(object.oid, object.content), previous, blobs: named };
    }
    throw new CellarError(
      'store_busy',
      `${request.ref} kept moving under ${MOST_TRIES} tries. Is another program writing ${gitdir}?`,
      { path: gitdir },
    );
  };

  return {
    gitdir,
    findRef: (ref) => findRef(gitdir, ref),
    listRefs,
    readCommit,
    readTree,
    readBlob,
    checkObject: async (oid) => {
      if (((await readLoose(oid)) ?? (await readPacked(oid))) === undefined) throw missing(oid);
    },
    findEntry,
    close: () => {
      packs.close();
    },
    commit: async (request) => {
      try {
        return await commit(request);
      } catch (error) {
        throw toStorageError(error, gitdir);
      }
    },
  };
}
