import type { CatalogChange, NotebookRow } from '../store/catalog/rows.js';
import type { Committed } from '../store/git/repository.js';
import type { Store } from '../store/store.js';
import { catchUp } from './catch-up.js';
import { newestOf, type History } from './history.js';
import { replayBy } from './replay.js';

/** Puts a commit's rows into the catalog; when git itself had moved the ref in between, everything that is new is indexed. */
export async function noteCommit(
  history: History,
  ref: string,
  committed: { readonly commit: { readonly oid: string }; readonly previous: string | undefined },
  change: CatalogChange,
): Promise<void> {
  const { catalog } = history.store;
  const position = await catalog.position();
  if (committed.previous !== position[ref]) {
    await catchUp(history);
    return;
  }
  await catalog.inTurn(async (apply) => {
    await apply(change, { ...position, [ref]: committed.commit.oid });
    // A run's row was made while more was being logged to it.
    if ((change.runs ?? []).length > 0) await replayBy(history, apply);
  });
}

/** How a copy names what it was copied from: as it is now; null when nothing of it is kept. */
export async function toOrigin(store: Store, row: NotebookRow): Promise<NotebookRow['origin']> {
  const snapshot = (await newestOf(store, row.id))?.id;
  return snapshot === undefined ? null : { notebook: row.id, path: row.path, snapshot };
}

/** The same for a chain of commits and the rows of all of them. */
export async function noteChain(
  history: History,
  ref: string,
  chain: readonly Committed[],
  change: CatalogChange,
): Promise<void> {
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) return;
  await noteCommit(history, ref, { commit: last.commit, previous: first.previous }, change);
}
