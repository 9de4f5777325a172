/** What is kept before it is in git: one fact, as its subject wrote it. */
export interface JournalRecord {
  /** Rises with every record and snapshot of the workspace. */
  readonly number: number;
  /** Names the recorder that knows what it means, e.g. "pin". */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** A JSON value. */
  readonly data: unknown;
}

/**
 * The write-ahead of a store: records survive a kill and the loss of power once append returns, and stay until they are sealed into
 * git. Whoever appends must own the store.
 */
export interface Journal {
  /**
   * Keeps records, whose numbers must be higher than every earlier one's: a RangeError says that they are not. Calls that wait at the
   * same time share one sync, and are answered in their order. After a failure the records count as lost, and later ones may be kept.
   */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** The kept records with a number above `after`, by number; in memory, so that it may be asked often. */
  pending(after: number): readonly JournalRecord[];
  /** What the pending records take as text, in bytes. */
  pendingBytes(): number;
  /** The highest number that was ever read or appended, kept or not; 0 for none. */
  lastNumber(): number;
  /** Waits until every append made so far is kept or refused. */
  settle(): Promise<void>;
  /** Forgets the records up to this number, which are in git now. */
  seal(through: number): Promise<void>;
  /** Waits for what is being appended, and takes no more. */
  close(): Promise<void>;
}

/** The same journal, read but never written: what would write rejects with `reason`. Up to `sealed` its records are in git. */
export function toReadOnlyJournal(journal: Journal, reason: Error, sealed: number): Journal {
  return {
    ...journal,
    append: () => Promise.reject(reason),
    pending: (after) => journal.pending(Math.max(after, sealed)),
    seal: () => Promise.reject(reason),
  };
}
