import { CellarError } from '../errors.js';
import { MAIN } from '../store/create.js';
import type { MetricRow } from '../store/catalog/rows.js';
import { findSealedThrough } from '../store/journal/sealed.js';
import type { Store } from '../store/store.js';
import { Course } from './course.js';
import { listPoints } from './merge-points.js';
import { scanPoints } from './points.js';
import { pointsOf } from './record-runs.js';

/** A stretch of a metric's course. */
export interface CourseQuery {
  readonly run: string;
  readonly name: string;
  /** Steps, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly buckets: number;
}

/** What Course's thin gives, and how many points there are in the stretch. */
export interface ReadCourse {
  readonly total: number;
  readonly points: readonly MetricRow[];
}

/** Reads the course of a metric: what git holds and what it does not hold yet, each point once. Throws not_found for an unknown run. */
export async function readCourse(
  store: Store,
  query: CourseQuery,
  signal?: AbortSignal,
): Promise<ReadCourse> {
  const { run, name, from = -Infinity, to = Infinity } = query;
  if ((await store.catalog.findRun(run)) === undefined)
    throw new CellarError('not_found', `There is no run ${JSON.stringify(run)}.`);
  // Before main is looked at: what is sealed in between is in both, and then counted in git alone.
  const pending = store.journal.pending(0);
  const course = new Course();
  const take = (point: MetricRow): void => {
    if (point.step >= from && point.step <= to) course.add(point);
  };
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
  return { total: course.total, points: course.thin(query.buckets) };
}
