import type { CatalogChange, NotebookRow } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { catchUp } from './catch-up.js';
import { newestOf, type History } from './history.js';

/** Puts a commit's rows into the catalog; when git itself had moved the ref in between, everything that is new is indexed. */
export async function noteCommit(
  history: History,
  ref: string,
  committed: { readonly commit: { readonly oid: string }; readonly previous: string | undefined },
  change: CatalogChange,
): Promise<void> {
  const { catalog } = history.store;
  if (committed.previous !== catalog.position()[ref]) {
    await catchUp(history.store, history.indexers);
    return;
  }
  catalog.apply(change, { ...catalog.position(), [ref]: committed.commit.oid });
}

/** How a copy names what it was copied from: as it is now; null when nothing of it is kept. */
export function toOrigin(store: Store, row: NotebookRow): NotebookRow['origin'] {
  const snapshot = newestOf(store, row.id)?.id;
  return snapshot === undefined ? null : { notebook: row.id, path: row.path, snapshot };
}
