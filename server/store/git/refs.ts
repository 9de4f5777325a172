/** A repository's refs. Each is moved by comparing and exchanging, so that no writer undoes another's move. */
export interface Refs {
  find(ref: string): Promise<string | undefined>;
  list(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** False when the ref is not at `from` (undefined: must not exist); else it is durably at `to` (undefined: gone). */
  move(ref: string, from: string | undefined, to: string | undefined): Promise<boolean>;
}
