import { CellarError } from '../../errors.js';
import { formatCommit, parseCommit } from './commit.js';
import { toObject, type GitObject } from './object.js';
import type { Objects, Writing } from './objects.js';
import type { Reading } from './reading.js';
import type { Refs } from './refs.js';
import type { ChainRequest, CommitParts, Committed } from './repository.js';
import { editTree, formatTree, parseTree, type Tree, type TreeEdit } from './tree.js';

const MOST_TRIES = 20;
/** More of them are written as a pack: one file to sync in place of hundreds. */
export const MOST_LOOSE = 16;
/** So many files are written at a time: a seal of thousands of runs has to leave others some that they can open. */
const AT_ONCE = 256;

/** What a repository is made of. */
export interface RepositoryParts {
  readonly gitdir: string;
  readonly objects: Objects;
  readonly refs: Refs;
  readonly reading: Reading;
}

/** Writes a chain of commits and moves its ref; durable when it returns, and nothing of it is to be seen when it throws. */
export async function commitChain(
  parts: RepositoryParts,
  request: ChainRequest,
): Promise<readonly Committed[]> {
  const writing = parts.objects.begin(request.commits.length > MOST_LOOSE);
  const prepared = request.commits.map((commit) => prepare(commit));
  const blobs = write(
    writing,
    prepared.flatMap(({ fresh }) => fresh),
  );
  // What follows may throw first; this failure is then that one's, or reported by its own await.
  blobs.catch(() => undefined);
  try {
    return await writeChain(parts, request, { writing, prepared, blobs });
  } finally {
    await blobs.catch(() => undefined);
  }
}

interface Started {
  readonly writing: Writing;
  readonly prepared: readonly Prepared[];
  readonly blobs: Promise<void>;
}

async function writeChain(
  { refs, reading, gitdir }: RepositoryParts,
  { ref, instead }: ChainRequest,
  { writing, prepared, blobs }: Started,
): Promise<readonly Committed[]> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const expected = instead === undefined ? await refs.find(ref) : instead.expected;
    const first = instead === undefined ? expected : instead.parent;
    const { committed, made } = await build(reading, prepared, first);
    const last = committed.at(-1)?.commit.oid;
    if (last === undefined) return [];
    await allOf([blobs, write(writing, made)]);
    await writing.settle();
    if (await refs.move(ref, expected, last)) return committed;
    if (instead !== undefined) break;
  }
  throw new CellarError('store_busy', `${ref} kept moving. Is another program writing ${gitdir}?`, {
    path: gitdir,
  });
}

interface Prepared {
  readonly parts: CommitParts;
  readonly edits: readonly TreeEdit[];
  readonly fresh: readonly GitObject[];
  readonly blobs: ReadonlyMap<string, string>;
}

function prepare(parts: CommitParts): Prepared {
  const fresh: GitObject[] = [];
  const blobs = new Map<string, string>();
  const edits = parts.edits.map(({ path, content }) => {
    if (content === null) return { path: path.split('/'), oid: null };
    if (!(content instanceof Uint8Array)) {
      blobs.set(path, content.oid);
      return { path: path.split('/'), oid: content.oid };
    }
    const object = toObject('blob', content);
    fresh.push(object);
    blobs.set(path, object.oid);
    return { path: path.split('/'), oid: object.oid };
  });
  return { parts, edits, fresh, blobs };
}

/** The commits and the trees and commits to be written for them. */
async function build(
  reading: Reading,
  prepared: readonly Prepared[],
  first: string | undefined,
): Promise<{ readonly committed: readonly Committed[]; readonly made: readonly GitObject[] }> {
  const made = new Map<string, GitObject>();
  const keep = (object: GitObject): string => {
    made.set(object.oid, object);
    reading.note(object);
    return object.oid;
  };
  const store = {
    // A tree of this chain may have left the cache and is not on the disk yet.
    readTree: (oid: string): Promise<Tree> => {
      const own = made.get(oid);
      return own === undefined ? reading.tree(oid) : Promise.resolve(parseTree(own.content));
    },
    addTree: (tree: Tree): string => keep(toObject('tree', formatTree(tree))),
  };
  const committed: Committed[] = [];
  let previous = first;
  let tree = first === undefined ? undefined : (await reading.commit(first)).tree;
  for (const { parts, edits, blobs } of prepared) {
    const base = parts.baseTree ?? tree;
    tree = edits.length === 0 ? base : await editTree(store, base, edits);
    if (tree === undefined) throw new RangeError('a commit needs at least one file');
    const parents = previous === undefined ? [] : [previous];
    const object = toObject('commit', formatCommit({ ...parts.facts, tree, parents }));
    keep(object);
    committed.push({ commit: parseCommit(object.oid, object.content), previous, blobs });
    previous = object.oid;
  }
  return { committed, made: [...made.values()] };
}

/** Ends when all have ended, also when one fails: what goes on behind a failure would disturb the next try. */
async function write(writing: Writing, objects: readonly GitObject[]): Promise<void> {
  for (let at = 0; at < objects.length; at += AT_ONCE)
    await allOf(objects.slice(at, at + AT_ONCE).map((object) => writing.write(object)));
}

/** Promise.all that waits for every one of them before it fails with the first failure. */
async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  for (const each of await Promise.allSettled(work))
    if (each.status === 'rejected') throw each.reason;
}
