import type { History } from '../history/history.js';
import type { RunChange } from './run-change.js';

type Watcher = (change: RunChange) => void;

const watchersOf = new WeakMap<History, Set<Watcher>>();

/** Calls the watcher for each change of a run once it is kept, until the returned function is called. It must be quick: a client waits. */
export function watchRuns(history: History, watcher: Watcher): () => void {
  const watchers = watchersOf.get(history) ?? new Set();
  watchersOf.set(history, watchers);
  const own: Watcher = (change) => {
    watcher(change);
  };
  watchers.add(own);
  return () => {
    watchers.delete(own);
  };
}

/** A change of a run is kept. */
export function tellWatchers(history: History, change: RunChange): void {
  for (const watcher of watchersOf.get(history) ?? []) watcher(change);
}
