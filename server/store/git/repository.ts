import type { CellarError } from '../../errors.js';
import type { CollectRequest, Freed } from './collecting.js';
import type { Commit, CommitFacts } from './commit.js';
import type { GitObject } from './object.js';
import type { Counts } from './objects.js';
import type { DamagedRef } from './refs.js';
import type { Tree } from './tree.js';

/** A file to put into the next commit's tree (content, or a blob that is there already), or to take out (null). */
export interface FileEdit {
  readonly path: string;
  readonly content: Uint8Array | { readonly oid: string } | null;
}

/** What one commit says: its files as edits of a tree, and who, when and why. */
export interface CommitParts {
  /** The tree to start from; by default that of the commit before. */
  readonly baseTree?: string;
  readonly edits: readonly FileEdit[];
  readonly facts: Omit<CommitFacts, 'tree' | 'parents'>;
}

export interface CommitRequest extends CommitParts {
  readonly ref: string;
}

/** Commits one after another, oldest first, for one ref. */
export interface ChainRequest {
  readonly ref: string;
  readonly commits: readonly CommitParts[];
  /**
   * The chain takes the place of what the ref has, which must be `expected` still: it starts from the commit `parent`, or from
   * none. Without this it goes on from where the ref is.
   */
  readonly instead?: { readonly expected: string | undefined; readonly parent: string | undefined };
}

export interface Committed {
  readonly commit: Commit;
  /** The commit before it. */
  readonly previous: string | undefined;
  readonly blobs: ReadonlyMap<string, string>;
}

/** What reading one of many objects gave: a missing or damaged one costs no other. */
export type Read =
  | { readonly kind: 'object'; readonly object: GitObject }
  | { readonly kind: 'failed'; readonly oid: string; readonly error: CellarError };

/** An ordinary bare git repository. Whoever writes must own the store; git itself may write beside it. */
export interface Repository {
  readonly gitdir: string;
  findRef(ref: string): Promise<string | undefined>;
  /**
   * Full names and commits of the refs whose name starts with `prefix`, which ends in a slash. One that is damaged is told to `damaged`,
   * and so is `packed-refs`, of which any ref may be a part; without it, it rejects.
   */
  listRefs(prefix: string, damaged?: DamagedRef): Promise<ReadonlyMap<string, string>>;
  /** One that history was cut at has no parents. */
  readCommit(oid: string): Promise<Commit>;
  readTree(oid: string): Promise<Tree>;
  readBlob(oid: string): Promise<Buffer>;
  /**
   * Reads many objects in the order of their names, ahead of who takes them but for a bounded number of bytes. Nothing of it is put
   * into a cache.
   */
  readMany(oids: readonly string[]): AsyncIterable<Read>;
  /** Reads an object afresh, past every cache, and checks it against its name. Throws store_damaged. */
  checkObject(oid: string): Promise<void>;
  /** The blob or tree at a path below a tree. */
  findEntry(tree: string, path: string): Promise<string | undefined>;
  /** Adds objects that nothing leads to yet; durable when it returns. */
  addObjects(objects: readonly GitObject[]): Promise<void>;
  /** Adds a commit to a ref; durable when it returns. */
  commit(request: CommitRequest): Promise<Committed>;
  /**
   * Adds a chain of commits to a ref, or puts it in the place of what is there: one sync and one move of the ref, all of it or
   * nothing. The contents are in memory until it returns: give thousands of commits in portions. Throws store_busy when the ref is
   * not as expected.
   */
  commitMany(request: ChainRequest): Promise<readonly Committed[]>;
  /** Moves a ref to any commit that is there; durable. False when it was not at `from` (undefined: must not exist). */
  replaceRef(ref: string, from: string | undefined, to: string): Promise<boolean>;
  /** Takes a ref away, also where git has packed it; durable. False when it was not at `expected`. */
  deleteRef(ref: string, expected: string): Promise<boolean>;
  /** Lets history begin at these commits although they name others before, which are lost; durable. */
  cutAt(oids: readonly string[]): Promise<void>;
  counts(): Promise<Counts>;
  /**
   * Puts loose objects into packs, and small packs together. Nothing is lost by it, whatever is read or written meanwhile and wherever
   * it ends, by the signal or by a kill; calls run one after another.
   */
  pack(signal: AbortSignal): Promise<void>;
  /**
   * Takes away objects that no ref leads to and that were put where they are before a given time, or says what would go. Nothing else
   * is lost by it, whatever is read or written meanwhile and wherever it ends. Throws store_damaged when not everything that refs lead
   * to can be read.
   */
  collect(request: CollectRequest): Promise<Freed>;
  /** Does work for which all that refs lead to when it begins has to stay until it ends, though refs may move. */
  whileHeld<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Lets go of what is in memory: objects were taken away, and must be nowhere. */
  forget(): void;
  close(): void;
}
