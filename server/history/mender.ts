import type { CatalogChange } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import type { Store } from '../store/store.js';

/**
 * How a subject makes what it keeps in git anew out of what the catalog still says. A guess counts only where its hash says that it is
 * right, so it may be wrong, and be one of many.
 */
export interface Mender {
  /** What the file at this path of main's tree may have held, the likeliest first; nothing for a file of another subject. */
  guess(store: Store, path: string): AsyncIterable<Buffer>;
  /** The files that let main say what these rows do. `read` gives what main has at a path, where it can be read. */
  restate(
    store: Store,
    rows: CatalogChange,
    read: (path: string) => Promise<Buffer | undefined>,
  ): Promise<readonly FileEdit[]>;
}
