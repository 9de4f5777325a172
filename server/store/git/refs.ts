/** A repository's refs. Each is moved by comparing and exchanging, so that no writer undoes another's move. */
export interface Refs {
  find(ref: string): Promise<string | undefined>;
  /** Those that hold no name of an object are told to `damaged`; without it the first one rejects. */
  list(prefix: string, damaged?: DamagedRef): Promise<ReadonlyMap<string, string>>;
  /** False when the ref is not at `from` (undefined: must not exist); else it is durably at `to` (undefined: gone). */
  move(ref: string, from: string | undefined, to: string | undefined): Promise<boolean>;
  /** Commits at which history begins although they name others before: those are lost (git calls it shallow). */
  cuts(): Promise<ReadonlySet<string>>;
  /** Lets history begin at these, too; durable. */
  cut(oids: readonly string[]): Promise<void>;
}

/** Told of a ref that cannot be read, and why. */
export type DamagedRef = (ref: string, error: unknown) => void;
