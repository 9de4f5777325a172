import { expect, test } from 'vitest';

import type { HistoryRow } from '../../../contract/history.js';
import {
  appendOlder,
  findBefore,
  mergeNewest,
  toHistoryItems,
  type HistoryItem,
} from '../../../extension/model/history-items.js';
import { id, NOON, row } from './fixture.js';

const DAY = 24 * 60;

/** "m9 a8 a7 | m6": versions newest first, a = automatic, m = kept for ever, "|" = a day passes. */
function rows(text: string): readonly HistoryRow[] {
  let minutes = 0;
  return text.split(' ').flatMap((word) => {
    minutes += word === '|' ? DAY : 1;
    if (word === '|') return [];
    return [row(Number(word.slice(1)), minutes, { line: word.startsWith('a') ? 'auto' : 'main' })];
  });
}

function show(items: readonly HistoryItem[]): string {
  return items
    .map((item) => {
      if (item.kind === 'day') return `# ${item.label.split(' ')[0] ?? ''}`;
      if (item.kind === 'row') return `${item.folded ? '>' : ''}${String(item.row.number)}`;
      if (item.kind === 'live') return `live(${item.runs.join()})`;
      return `${item.kind}(${String(item.count)})`;
    })
    .join(' ');
}

const layout = { total: 0, now: NOON, open: new Set<string>(), flat: false };

test.each([
  ['', ''],
  ['m3 m2', '# Today 3 2'],
  ['m3 | m2', '# Today 3 # Yesterday 2'],
  ['m9 a8 a7 a6 m5', '# Today 9 fold(3) 5'],
  ['m9 a8 m7', '# Today 9 8 7'],
  ['a9 a8 a7 m6', '# Today 9 fold(2) 6'],
  ['m9 a8 a7 | a6 a5', '# Today 9 fold(2) # Yesterday fold(2)'],
])('lists "%s" as "%s"', (text, shown) => {
  expect(show(toHistoryItems(text === '' ? [] : rows(text), layout))).toBe(shown);
});

test.each([
  ['', '# Today live(r)'],
  ['m3 m2', '# Today live(r) 3 2'],
  ['| m2', '# Today live(r) # Yesterday 2'],
])('has what goes on above "%s", under today', (text, shown) => {
  const going = { above: ['r'], burst: false, within: [] };
  const listed = toHistoryItems(text === '' ? [] : rows(text), { ...layout, going });
  expect(show(listed)).toBe(shown);
});

test('shows a run that goes on in the newest version, and in no other', () => {
  const going = { above: [], burst: false, within: ['r'] };
  const listed = toHistoryItems(rows('m3 m2'), { ...layout, going });
  expect(listed.map((item) => (item.kind === 'row' ? (item.live ?? []) : item.kind))).toEqual([
    'day',
    ['r'],
    [],
  ]);
});

test('shows what a fold holds once it is open, and keeps it open when newer ones join', () => {
  const open = new Set([`fold:${id(7)}`]);
  expect(show(toHistoryItems(rows('m9 a8 a7'), { ...layout, open }))).toBe(
    '# Today 9 fold(2) >8 >7',
  );
  expect(show(toHistoryItems(rows('m11 a10 a8 a7'), { ...layout, open }))).toBe(
    '# Today 11 fold(3) >10 >8 >7',
  );
});

test('folds nothing in the results of a search', () => {
  expect(show(toHistoryItems(rows('m9 a8 a7'), { ...layout, flat: true }))).toBe('# Today 9 8 7');
});

test('says how many rows are not loaded', () => {
  expect(show(toHistoryItems(rows('m9 m8'), { ...layout, total: 10_000 }))).toBe(
    '# Today 9 8 rest(9998)',
  );
});

test('gives every item a key of its own', () => {
  const items = toHistoryItems(rows('m9 a8 a7 | a6 a5 m4'), { ...layout, total: 50 });
  expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
});

const numbers = (list: readonly HistoryRow[]): number[] => list.map(({ number }) => number);

test.each([
  ['puts new rows on top', 'm3 m2 m1', 'm4 m3 m2', [4, 3, 2, 1]],
  ['drops rows that are gone', 'm4 a3 m2 m1', 'm4 m2', [4, 2, 1]],
  ['starts anew when there may be a gap', 'm3 m2 m1', 'm9 m8', [9, 8]],
])('%s when the newest page comes again', (_, loaded, page, expected) => {
  expect(numbers(mergeNewest(rows(loaded), rows(page)))).toEqual(expected);
});

test('takes an emptied history for empty', () => {
  expect(mergeNewest(rows('m3 m2'), [])).toEqual([]);
});

test('appends older rows once', () => {
  expect(numbers(appendOlder(rows('m5 m4'), rows('m4 m3')))).toEqual([5, 4, 3]);
});

test.each([
  ['m5', 'm5 a4 a3 m2 m1', 2],
  ['a4', 'm5 a4 a3 m2 m1', 3],
  ['a3', 'm5 a4 a3 m2', 2],
  ['m5', 'm5 a4 a3', 4],
  ['m1', 'm2 m1', undefined],
])('takes what is before %s in "%s" to be %s', (of, text, before) => {
  expect(findBefore(rows(text), id(Number(of.slice(1))))).toBe(
    before === undefined ? undefined : id(before),
  );
});
