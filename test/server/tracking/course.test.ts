import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { MetricRow } from '../../../server/store/catalog/rows.js';
import { Course } from '../../../server/tracking/course.js';
import { toMetricValue } from '../../../server/tracking/points.js';

const pointOf = (value: number, step: number, time = 0): MetricRow => ({
  value: toMetricValue(value),
  step,
  time,
});

function fill(points: readonly MetricRow[], capacity?: number): Course {
  const course = new Course(capacity);
  for (const point of points) course.add(point);
  return course;
}

const anyPoint = fc
  .tuple(fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity)), fc.nat(300), fc.nat(3))
  .map(([value, step, time]) => pointOf(value, step, time));

/** By step, then time; equals stay as they came. */
function sorted(points: readonly MetricRow[]): MetricRow[] {
  return [...points].sort((a, b) => a.step - b.step || a.time - b.time);
}

test('few points are all given, by step, then time, then order', () => {
  const points = [pointOf(1, 5), pointOf(2, 0, 7), pointOf(3, 0, 2), pointOf(4, 5)];
  expect(
    fill(points)
      .thin(10)
      .map(({ value }) => value),
  ).toEqual([3, 2, 1, 4]);
});

test('a peak of one point among a million stays', () => {
  const course = new Course();
  for (let step = 0; step < 1_000_000; step += 1)
    course.add(pointOf(step === 765_432 ? 9e9 : Math.sin(step / 1000), step));
  const thin = course.thin(100);
  expect(thin.length).toBeLessThanOrEqual(700);
  expect(thin).toContainEqual(pointOf(9e9, 765_432));
  expect(course.total).toBe(1_000_000);
});

test('what is given was logged, in order, with the ends and extremes of the whole, and what is no number', () => {
  fc.assert(
    fc.property(
      fc.array(anyPoint, { maxLength: 400 }),
      fc.integer({ min: 1, max: 20 }),
      (points, buckets) => {
        const thin = fill(points).thin(buckets);
        const all = sorted(points);
        expect(thin).toEqual(sorted(thin));
        const texts = new Set(points.map((point) => JSON.stringify(point)));
        for (const point of thin) expect(texts.has(JSON.stringify(point))).toBe(true);
        expect([thin[0], thin.at(-1)]).toEqual([all[0], all.at(-1)]);
        const numbers = (list: readonly MetricRow[]): number[] =>
          list.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
        expect(Math.min(...numbers(thin))).toBe(Math.min(...numbers(points)));
        expect(Math.max(...numbers(thin))).toBe(Math.max(...numbers(points)));
        for (const odd of ['NaN', 'Infinity', '-Infinity'])
          expect(thin.some(({ value }) => value === odd)).toBe(
            points.some(({ value }) => value === odd),
          );
        expect(thin.length).toBeLessThanOrEqual(Math.max(2 * buckets, 7 * buckets));
      },
    ),
    { numRuns: 300 },
  );
});
