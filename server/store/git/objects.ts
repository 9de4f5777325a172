import type { CollectRequest, Freed } from './collecting.js';
import type { GitObject } from './object.js';
import type { Refs } from './refs.js';
import type { Read } from './repository.js';

/** Objects on their way to the disk. */
export interface Writing {
  /** Puts an object; nobody may rely on it yet. */
  write(object: GitObject): Promise<void>;
  /** When it returns, everything that was put survives the loss of power. */
  settle(): Promise<void>;
}

/** How a repository's objects are kept. */
export interface Counts {
  /** Objects that are a file each. */
  readonly loose: number;
  /** Packs that are small enough to be put together with others. */
  readonly packs: number;
}

/** Where a repository's objects are. */
export interface Objects {
  /** An object, read afresh and checked against its name; undefined when there is none. Throws store_damaged. */
  find(oid: string): Promise<GitObject | undefined>;
  readMany(oids: readonly string[]): AsyncIterable<Read>;
  /** `many` says that thousands may come: they are kept together then, and not before `settle`. */
  begin(many: boolean): Writing;
  counts(): Promise<Counts>;
  /** See Repository. */
  pack(signal: AbortSignal): Promise<void>;
  /** See Repository; `refs` are the repository's. */
  collect(request: CollectRequest, refs: Refs): Promise<Freed>;
  /** Lets go of what is in memory or open of objects that may be gone. */
  forget(): void;
  close(): void;
}
