import type { CellarEvent } from '../../contract/events.js';
import type { History } from '../history/history.js';
import { watchRuns } from '../tracking/watch-runs.js';
import type { RunChange } from '../tracking/run-change.js';
import type { ApiParts } from './parts.js';

/** No two events of runs come closer than that, in milliseconds. */
const EVERY_MS = 500;
/** A run is begun by one record and named its kernel by the next: the first event waits for both. */
const FIRST_MS = 50;
/** The most runs that one event tells of: the others are told of by the next. */
const MOST_RUNS = 100;
/** The most kernels that are told of one run. */
const MOST_KERNELS = 8;

type Told = Extract<CellarEvent, { kind: 'runs' }>['runs'][number];

/**
 * Tells whoever listens which runs something was logged to: the first soon, and what follows together, twice a second. To log costs
 * no more than a note of the run's id for it, and not that while nobody listens.
 */
export function tellRuns({
  history,
  events,
  report,
}: Pick<ApiParts, 'history' | 'events' | 'report'>): void {
  const waiting = new Map<string, Told['what']>();
  let isDue = false;
  let last = -Infinity;
  const tell = async (): Promise<void> => {
    isDue = false;
    last = performance.now();
    const chosen = [...waiting].slice(0, MOST_RUNS);
    for (const [run] of chosen) waiting.delete(run);
    if (waiting.size > 0) plan();
    const runs: Told[] = [];
    for (const [run, what] of chosen) {
      const told = await describe(history, run, what);
      if (told !== undefined) runs.push(told);
    }
    if (runs.length > 0) events.emit({ kind: 'runs', runs });
  };
  const plan = (): void => {
    if (isDue) return;
    isDue = true;
    const wait = Math.max(FIRST_MS, last + EVERY_MS - performance.now());
    setTimeout(() => void tell().catch(report), wait).unref();
  };
  watchRuns(history, (change) => {
    if (!events.isHeard()) return;
    if (waiting.get(change.run) !== 'facts') waiting.set(change.run, whatOf(change));
    plan();
  });
}

/** Values are by far the most, and make nobody ask for all that is known of a run. */
function whatOf(change: RunChange): Told['what'] {
  return Object.keys(change).every((name) => name === 'run' || name === 'points')
    ? 'values'
    : 'facts';
}

async function describe(
  { store }: History,
  run: string,
  what: Told['what'],
): Promise<Told | undefined> {
  const row = await store.catalog.findRun(run);
  if (row === undefined) return undefined;
  const kernels = new Set(row.traces.map(({ kernel }) => kernel).filter((kernel) => kernel !== ''));
  return { run, notebook: row.notebook, kernels: [...kernels].slice(0, MOST_KERNELS), what };
}
