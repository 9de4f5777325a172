import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { MetricValue } from '../../../contract/bundle.js';
import {
  alongOf,
  drawValues,
  strangeWords,
  toTicks,
} from '../../../extension/model/course-layout.js';

const box = { left: 0, top: 0, right: 100, bottom: 50 };

/** Lines as their places: "0,50 100,0 | …". */
function draw(values: readonly MetricValue[], along = values.map((_, at) => at)): string {
  return drawValues(values, along, box)
    .lines.map((line) => line.map((place) => place.join()).join(' '))
    .join(' | ');
}

describe('a course', () => {
  test.each<[readonly MetricValue[], string]>([
    [[0, 1], '0,50 100,0'],
    [[1, 1, 1], '0,25 50,25 100,25'],
    [[0, 'NaN', 1], '0,50 | 100,0'],
    [[0, 1, 'Infinity', 0, 1], '0,50 25,0 | 75,50 100,0'],
    [['NaN', 'NaN'], ''],
    [[], ''],
  ])('of %j is drawn as %s', (values, lines) => {
    expect(draw(values)).toBe(lines);
  });

  test('stands over its steps, however far they are apart', () => {
    expect(draw([0, 1, 1], [0, 10, 100])).toBe('0,50 10,0 100,0');
  });

  test('has what is no number at the foot, and infinities at the edge they went over', () => {
    const { places } = drawValues(['NaN', 'Infinity', '-Infinity', 0, 1], [0, 1, 2, 3, 4], box);
    expect(places.slice(0, 3).map(([, y]) => y)).toEqual([50, 0, 50]);
  });

  test('goes along its steps, and in the order of its values where all have one', () => {
    const at = (step: number): { value: number; step: number; time: number } => ({
      ...{ value: 1, step, time: 1 },
    });
    expect(alongOf([at(2), at(5)])).toEqual({ along: [2, 5], word: 'step' });
    expect(alongOf([at(0), at(0), at(0)])).toEqual({ along: [1, 2, 3], word: 'value' });
  });
});

test('any values are drawn within the box', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true }).filter(Number.isFinite),
    fc.constantFrom<MetricValue>('NaN', 'Infinity', '-Infinity'),
  );
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const { places, lines } = drawValues(
        values,
        values.map((_, at) => at),
        box,
      );
      for (const [x, y] of places) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(100);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(50);
      }
      const numbers = values.filter((each) => typeof each === 'number');
      expect(lines.flat()).toHaveLength(numbers.length);
    }),
  );
});

test.each<[number, number, number, readonly number[]]>([
  [0, 1, 4, [0, 0.5, 1]],
  [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
  [0.8333, 0.9722, 3, [0.85, 0.9, 0.95]],
  [3, 3, 3, [3]],
  [0, 119, 4, [0, 50, 100]],
  [-2, 2, 4, [-2, -1, 0, 1, 2]],
])('from %d to %d, about %d ticks are %j', (low, high, about, ticks) => {
  expect(toTicks(low, high, about)).toEqual(ticks);
});

test.each<[readonly MetricValue[], boolean, string]>([
  [[1, 2], false, ''],
  [[1, 'NaN', 'NaN', 'Infinity'], false, 'Of these values 2 are NaN, 1 is Infinity.'],
  [[1, 'NaN', 'NaN', 'Infinity'], true, 'Of these values some are NaN, some are Infinity.'],
  [['-Infinity'], false, 'Of these values 1 is −Infinity.'],
])('%j, thinned out: %j: %s', (values, isThinned, words) => {
  expect(strangeWords(values, isThinned)).toBe(words);
});
