import { MAIN } from '../store/create.js';
import type { MetricRow, RunRow } from '../store/catalog/rows.js';
import type { ByteCache } from '../store/disk/byte-cache.js';
import { findSealedThrough } from '../store/journal/sealed.js';
import type { Store } from '../store/store.js';
import { listPoints } from './merge-points.js';
import { PointColumns } from './point-columns.js';
import { scanPoints } from './points.js';
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
async function eachPointOf(
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

/** The points of a metric in the order in which they were logged, and by time. */
export interface Points {
  readonly columns: PointColumns;
  /** Places in the columns by time, step and value, each different point once. */
  readonly sorted: () => Uint32Array;
}

/** Of the courses that were read last, in bytes: a chart or a history in pages asks for the same again and again. */
const KEPT_BYTES = 32 * 1024 * 1024;

interface Kept {
  /** Whatever is logged to a run makes another row. */
  readonly row: RunRow;
  readonly points: Points;
}

const memories = new WeakMap<Store, ByteCache<Kept>>();

/** Every point of a metric; what was read last is kept as long as nothing comes to its run. Ends with the signal's reason. */
export async function readPoints(
  store: Store,
  of: MetricName,
  signal?: AbortSignal,
): Promise<Points> {
  const memory = memories.get(store) ?? store.memory.cache<Kept>(KEPT_BYTES);
  memories.set(store, memory);
  const key = `${of.run} ${of.name}`;
  const { epoch } = memory;
  // Before the points are read: what comes meanwhile makes it another.
  const row = await store.catalog.findRun(of.run);
  const kept = memory.find(key);
  if (kept !== undefined && kept.row === row) return kept.points;
  const columns = new PointColumns();
  await eachPointOf(
    store,
    of,
    (point) => {
      columns.add(point);
    },
    signal,
  );
  let places: Uint32Array | undefined;
  const points = { columns, sorted: () => (places ??= columns.sortedPlaces()) };
  if (row !== undefined) memory.add(key, { row, points }, columns.bytes, epoch);
  return points;
}
