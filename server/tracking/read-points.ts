import { MAIN } from '../store/create.js';
import type { MetricRow } from '../store/catalog/rows.js';
import { findSealedThrough } from '../store/journal/sealed.js';
import type { Store } from '../store/store.js';
import { listPoints } from './merge-points.js';
import { scanPoints, toNumber } from './points.js';
import { pointsOf } from './record-runs.js';

/** A metric of a run. */
export interface MetricName {
  readonly run: string;
  readonly name: string;
}

/**
 * Gives every point of a metric to `take`, in the order in which they were logged: what git holds, and what it does not hold yet, each
 * once. Ends with the signal's reason.
 */
export async function eachPointOf(
  store: Store,
  { run, name }: MetricName,
  take: (point: MetricRow) => void,
  signal?: AbortSignal,
): Promise<void> {
  // Before main is looked at: what is sealed in between is in both, and then taken from git alone.
  const pending = store.journal.pending(0);
  const head = await store.repository.findRef(MAIN);
  if (head !== undefined) {
    const { tree } = await store.repository.readCommit(head);
    for (const { oid } of await listPoints(store, tree, run)) {
      signal?.throwIfAborted();
      await scanPoints(await store.repository.readBlob(oid), name, take);
    }
  }
  const through = await findSealedThrough(store.repository, head);
  const unsealed = pending.filter(({ number }) => number > through);
  for (const point of pointsOf(unsealed, run)) if (point.name === name) take(point);
}

/** Every point of a metric by time, step and value, each different one once. */
export async function readPoints(store: Store, of: MetricName): Promise<readonly MetricRow[]> {
  const points: MetricRow[] = [];
  await eachPointOf(store, of, (point) => points.push(point));
  points.sort(comparePoints);
  return points.filter((point, at) => {
    const before = points[at - 1];
    return before === undefined || comparePoints(before, point) !== 0;
  });
}

function comparePoints(a: MetricRow, b: MetricRow): number {
  return a.time - b.time || a.step - b.step || compareValues(toNumber(a.value), toNumber(b.value));
}

/** NaN comes last, and is like itself. */
function compareValues(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : 1;
}
