import type { Apply } from '../store/catalog/catalog.js';
import type { History } from './history.js';

type Replayed = Pick<History, 'store' | 'recorders'>;

/**
 * Puts the rows of all records that are not in git yet into the catalog, over those that git's commits made: at the start, and
 * whenever such rows were put in their place. Doing it again changes nothing.
 */
export function replay(history: Replayed): Promise<void> {
  return history.store.catalog.inTurn((apply) => replayBy(history, apply));
}

/**
 * The same within a turn of the catalog. A record that no longer makes sense, e.g. of a snapshot that git has lost, costs its own
 * rows and no others.
 */
export async function replayBy({ store, recorders }: Replayed, apply: Apply): Promise<void> {
  const byKind = new Map(recorders.map((recorder) => [recorder.kind, recorder]));
  for (const entry of store.journal.pending(0)) {
    const recorder = byKind.get(entry.kind);
    if (recorder === undefined) continue;
    try {
      await apply(await recorder.toRows(store, entry));
    } catch (error) {
      store.report(error);
    }
  }
}
