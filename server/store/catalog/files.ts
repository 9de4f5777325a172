import type { CatalogChange, CatalogPosition, StoredCatalog } from './rows.js';

/**
 * Where a catalog's rows are kept between two starts: each adapter gives back whole what was written last, or nothing. What the
 * position says and what the rows say is of one moment.
 */
export interface CatalogFiles {
  /** The rows and the position they reflect; undefined when there are none, or they cannot be trusted. */
  read(): Promise<StoredCatalog | undefined>;
  /** Notes rows to be written with the next group. */
  note(change: CatalogChange, position: CatalogPosition): void;
  /** Notes that these rows, and no others, are all there is. */
  replace(all: StoredCatalog): void;
  /** Writes what is noted. When it fails, what was written before is still there, and the next group has it too. */
  flush(): Promise<void>;
}

/** The same files, read but never written. */
export function toReadOnly(files: CatalogFiles): CatalogFiles {
  return {
    read: () => files.read(),
    note: () => undefined,
    replace: () => undefined,
    flush: () => Promise.resolve(),
  };
}
