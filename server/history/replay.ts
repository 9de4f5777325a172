import type { JournalRecord } from '../store/journal/journal.js';
import type { History } from './history.js';
import type { Recorder } from './recorder.js';

/**
 * Puts the rows of all records that are not in git yet into the catalog, over those that git's commits made: at the start, and
 * whenever such rows were put in their place. Doing it again changes nothing.
 */
export function replay(history: History): void {
  const { store } = history;
  const recorders = new Map(history.recorders.map((recorder) => [recorder.kind, recorder]));
  for (const entry of store.journal.pending(0)) {
    const recorder = recorders.get(entry.kind);
    if (recorder !== undefined) replayOne(history, recorder, entry);
  }
}

/** A record that no longer makes sense, e.g. of a snapshot that git has lost, costs its own rows and no others. */
function replayOne({ store }: History, recorder: Recorder, entry: JournalRecord): void {
  try {
    store.catalog.apply(recorder.toRows(store, entry), store.catalog.position());
  } catch (error) {
    store.report(error);
  }
}
