import type { CatalogChange } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import type { JournalRecord } from '../store/journal/journal.js';
import type { Store } from '../store/store.js';

/** Reads a file of main's tree as it will be before the records are sealed into it; undefined where there is none. */
export type ReadSealed = (path: string) => Promise<Buffer | undefined>;

/** What one kind of journal record means. Each subject that journals has one for each of its kinds. */
export interface Recorder {
  readonly kind: string;
  /** The rows that a record makes, or changes from what the catalog has. Throws for data that is none of its kind's. */
  toRows(store: Store, record: JournalRecord): CatalogChange | Promise<CatalogChange>;
  /** The files of main's tree that hold these records (of this kind, by number) from then on. Done twice it gives the same. */
  seal(
    store: Store,
    records: readonly JournalRecord[],
    read: ReadSealed,
  ): Promise<readonly FileEdit[]>;
}
