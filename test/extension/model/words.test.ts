import { expect, test } from 'vitest';

import { describeCapture } from '../../../extension/model/capture-status.js';
import {
  formatDelta,
  formatNumber,
  guessDirection,
  isBetter,
} from '../../../extension/model/number.js';
import { formatSize } from '../../../extension/model/size.js';
import { formatAgo, formatClock, formatDay, formatMoment } from '../../../extension/model/time.js';
import { describeSnapshot } from '../../../extension/model/words.js';
import { NOON, row } from './fixture.js';

test.each([
  [0.972222222, '0.9722'],
  [1, '1'],
  [0.97, '0.97'],
  [0.1 + 0.2, '0.3'],
  [12345, '12345'],
  [1234.567, '1235'],
  [123456.7, '123457'],
  [-0.5, '\u22120.5'],
  [0.00001234, '1.234e\u22125'],
  [123456789.5, '1.235e8'],
  [1e300, '1e300'],
  [0, '0'],
  ['NaN', 'NaN'],
  ['-Infinity', '\u2212Infinity'],
  [null, '–'],
] as const)('shows %s as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0.9722222 - 0.8333333, '+0.1389'],
  [-0.0266667, '\u22120.0267'],
  [0.00012345, '+0.0001234'],
  [0, '±0'],
  [12, '+12'],
])('gives the difference %s its sign: %s', (delta, text) => {
  expect(formatDelta(delta)).toBe(text);
});

test.each([
  ['accuracy', 'higher'],
  ['val_loss', 'lower'],
  ['RMSE', 'lower'],
  ['testMae', 'lower'],
  ['mean_absolute_error', 'lower'],
  ['f1', 'higher'],
  ['glossary_hits', 'higher'],
  ['log-loss.test', 'lower'],
] as const)('takes %s as better when %s', (name, direction) => {
  expect(guessDirection(name)).toBe(direction);
});

test('calls a smaller loss better and an equal one neither', () => {
  expect(isBetter(-0.1, 'lower')).toBe(true);
  expect(isBetter(-0.1, 'higher')).toBe(false);
  expect(isBetter(0, 'lower')).toBeUndefined();
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [54_321, '54 kB'],
  [999_600, '1 MB'],
  [1_240_000, '1.2 MB'],
  [2_000_000_000_000_000, '2000 TB'],
])('shows %s bytes as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test('names days by how far they are, over midnight and the turn of the year', () => {
  const at = (year: number, month: number, day: number, hour: number): string =>
    new Date(year, month, day, hour).toISOString();
  const now = new Date(2026, 0, 1, 0, 30).getTime();
  expect(formatDay(at(2026, 0, 1, 0), now)).toBe('Today');
  expect(formatDay(at(2025, 11, 31, 23), now)).toBe('Yesterday');
  expect(formatDay(at(2025, 11, 30, 23), now)).toContain('2025');
  expect(formatDay(at(2026, 2, 3, 9), new Date(2026, 4, 1).getTime())).not.toContain('2026');
});

test('keeps yesterday yesterday across a change of the clocks', () => {
  const noon = (day: number): Date => new Date(2026, 2, day, 12);
  for (let day = 2; day < 31; day++)
    expect(formatDay(noon(day - 1).toISOString(), noon(day).getTime())).toBe('Yesterday');
});

test('shows the clock alone for today, and the date with it for other days', () => {
  const today = new Date(NOON).toISOString();
  expect(formatClock(today)).toBe('14:00');
  expect(formatMoment(today, NOON)).toBe('14:00');
  expect(formatMoment(new Date(NOON - 864e5).toISOString(), NOON)).toMatch(/22.*14:00/);
});

test.each([
  [0, 'just now'],
  [-5000, 'just now'],
  [12_000, '12 s ago'],
  [61_000, '1 min ago'],
  [3 * 3_600_000, '3 h ago'],
  [49 * 3_600_000, '2 d ago'],
])('says %s ms later "%s"', (age, text) => {
  expect(formatAgo(NOON - age, NOON)).toBe(text);
});

const ran = (index: number, status: 'ok' | 'error' = 'ok') =>
  ({ cell: `c${String(index)}`, index, count: 1, status }) as const;

test.each([
  ['run all · clean · 3 cells changed', { changed: { modified: 2, added: 1, deleted: 0 } }],
  ['cells 2–4', { trigger: 'burst', clean: null, executions: [ran(1), ran(2), ran(3)] }],
  ['cell 3', { trigger: 'burst', clean: null, executions: [ran(2), ran(2)] }],
  [
    '3 cells · out of order',
    { trigger: 'burst', clean: false, executions: [ran(4), ran(1), ran(2)] },
  ],
  ['run all · kernel not fresh', { clean: false, executions: [ran(0), ran(1)] }],
  ['failed in cell 5', { trigger: 'burst', clean: null, executions: [ran(4, 'error')] }],
  ['run all · failed in cell 2', { clean: null, executions: [ran(0), ran(1, 'error')] }],
  ['restored', { trigger: 'manual', clean: null, restored: 'x' }],
  [
    'saved · 1 cell changed',
    { trigger: 'save', clean: null, changed: { modified: 0, added: 0, deleted: 1 } },
  ],
] as const)('describes a version as "%s"', (words, patch) => {
  expect(describeSnapshot(row(1, 0, patch as Parameters<typeof row>[2]))).toBe(words);
});

test('says what capture does in a word and why in a sentence', () => {
  expect(describeCapture({ kind: 'kept', time: NOON - 2000 }, NOON).label).toBe('kept 2 s ago');
  expect(describeCapture({ kind: 'waiting', count: 1 }, NOON).title).toContain('1 version waits');
  expect(describeCapture({ kind: 'paused', by: '' }, NOON).title).toContain('the whole workspace');
  expect(describeCapture({ kind: 'error', message: 'The disk is full.' }, NOON)).toEqual({
    label: 'not kept',
    title: 'The disk is full.',
  });
});
