import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DEFAULT_RETENTION, type Retention } from '../../../contract/retention.js';
import { agesInDays, isBelieved } from '../../../server/history/ages.js';
import { findThinned, type Ageing } from '../../../server/history/retention.js';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 23, 12);

/**
 * Automatic snapshots of one notebook from one word each, oldest first: "40d14:10" was taken 40 days ago at 14:10 and is called that.
 * "!" before it: on main.
 */
function snapshots(words: string): Ageing[] {
  return words.split(' ').map((word, index) => {
    const [, main, days, time] = /^(!?)(\d+)d(\d\d:\d\d)$/.exec(word) ?? [];
    const day = new Date(NOW - Number(days) * DAY).toISOString().slice(0, 10);
    return {
      id: word,
      notebook: 'n',
      number: index + 1,
      time: `${day}T${time ?? ''}:00.000Z`,
      line: main === '!' ? 'main' : 'auto',
    };
  });
}

function thin(words: string, retention: Partial<Retention> = {}, now = NOW): string {
  const rows = snapshots(words);
  const newest = rows.at(-1);
  return findThinned(rows, (row) => row === newest, { ...DEFAULT_RETENTION, ...retention }, now)
    .map(({ id }) => id)
    .join(' ');
}

describe('automatic snapshots', () => {
  test.each([
    ['stay all while they are young', '6d10:00 6d10:01 6d10:02 0d09:00', {}, ''],
    [
      'keep the last of each hour after a week',
      '8d10:00 8d10:30 8d10:59 8d11:00 0d09:00',
      {},
      '8d10:00 8d10:30',
    ],
    [
      'keep the last of each day after thirty',
      '40d10:00 40d14:00 40d23:59 39d00:00 0d09:00',
      {},
      '40d10:00 40d14:00',
    ],
    ['stay each day for ever', '900d10:00 600d10:00 300d10:00 0d09:00', {}, ''],
    ['end where that is set', '80d10:00 50d10:00 0d09:00', { daily: 60 }, '80d10:00'],
    ['stay all when thinning is off', '90d10:00 90d10:01 0d09:00', { off: true }, ''],
    ['go by what is set', '3d10:00 3d10:01 0d09:00', { all: 2 }, '3d10:00'],
    ['leave those on main alone', '!9d10:00 9d10:01 9d10:02 0d09:00', {}, '9d10:01'],
    ['never lose the newest', '90d10:00 90d10:01', { daily: 31 }, '90d10:00'],
  ])('%s', (_, words, retention, gone) => {
    expect(thin(words, retention)).toBe(gone);
  });

  test('of two notebooks are thinned apart', () => {
    const [one, two, last] = snapshots('40d10:00 40d11:00 0d09:00');
    if (one === undefined || two === undefined || last === undefined) throw new Error('three');
    const rows = [{ ...one, notebook: 'other' }, two, last];
    expect(findThinned(rows, () => false, DEFAULT_RETENTION, NOW)).toEqual([]);
  });

  test('that were pinned stay, and stand for no other', () => {
    const rows = snapshots('40d10:00 40d11:00 40d12:00 0d09:00');
    const thinned = findThinned(rows, ({ id }) => id === '40d11:00', DEFAULT_RETENTION, NOW);
    expect(thinned.map(({ id }) => id)).toEqual(['40d10:00']);
  });
});

describe('a clock', () => {
  const week = '6d10:00 6d10:01 1d10:00 1d10:01 0d09:00';

  test('that jumps ten years on makes nothing old at once', () => {
    expect(thin(week, {}, NOW + 3650 * DAY)).toBe('');
  });

  test('that jumped ten years on and stays there ages what came before by a day, and what comes after as ever', () => {
    const moments = [0, 3650, 3651, 3660].map((day) => NOW + day * DAY);
    expect(agesInDays(moments, NOW + 3660 * DAY)).toEqual([11, 10, 9, 0]);
  });

  test('that stood in 1970 for a while, as one without a battery does, ages nothing', () => {
    const moments = [NOW, 0, 60_000, NOW + DAY];
    const ages = agesInDays(moments, NOW + 2 * DAY);
    expect(Math.max(...ages)).toBeLessThan(2.1);
  });

  test('that goes back makes nothing older', () => {
    expect(thin(week, {}, NOW - 3650 * DAY)).toBe('');
  });

  test('is believed within a year of what is known, and not beyond', () => {
    expect(isBelieved(undefined, NOW)).toBe(true);
    expect(isBelieved(NOW, NOW + 300 * DAY)).toBe(true);
    expect(isBelieved(NOW, NOW + 3650 * DAY)).toBe(false);
    expect(isBelieved(NOW, NOW - 2 * DAY)).toBe(false);
  });
});

const rowsOf = fc
  .array(
    fc.record({
      notebook: fc.constantFrom('a', 'b'),
      minutes: fc.nat(60 * 24 * 90),
      line: fc.constantFrom('auto' as const, 'main' as const),
    }),
    { maxLength: 60 },
  )
  .map((taken) =>
    taken
      .sort((a, b) => a.minutes - b.minutes)
      .map(({ minutes, ...rest }, index): Ageing => ({
        ...rest,
        id: String(index),
        number: index + 1,
        time: new Date(NOW - 90 * DAY + minutes * 60_000).toISOString(),
      })),
  );

test('thinning twice does what once does, keeps each day one, and never touches main', () => {
  fc.assert(
    fc.property(rowsOf, (rows) => {
      const gone = new Set(findThinned(rows, () => false, DEFAULT_RETENTION, NOW));
      const left = rows.filter((row) => !gone.has(row));
      // The ages of those that stay are counted from step to step, so they are the same.
      expect(findThinned(left, () => false, DEFAULT_RETENTION, NOW)).toEqual([]);
      for (const row of gone) {
        expect(row.line).toBe('auto');
        const day = `${row.notebook} ${row.time.slice(0, 10)}`;
        expect(left.some((each) => `${each.notebook} ${each.time.slice(0, 10)}` === day)).toBe(
          true,
        );
      }
    }),
  );
});
