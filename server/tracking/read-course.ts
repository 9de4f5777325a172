import { CellarError } from '../errors.js';
import type { MetricRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { Course } from './course.js';
import { readPoints } from './read-points.js';

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
  const course = new Course();
  const { columns } = await readPoints(store, { run, name }, signal);
  for (let at = 0; at < columns.length; at += 1) {
    const point = columns.at(at);
    if (point.step >= from && point.step <= to) course.add(point);
  }
  return { total: course.total, points: course.thin(query.buckets) };
}
