import { expect, test } from 'vitest';

import type { MergeChoices, Take } from '../../../contract/merge.js';
import { toMerged, toSettled } from '../../../extension/model/merge-result.js';
import { joinTexts } from '../../../extension/model/merge-takes.js';
import { but, made, mergeOf, type Made } from './merge-fixture.js';

function choices(decisions: MergeChoices['decisions'], sources = {}): MergeChoices {
  return { decisions, sources };
}

function sourceOf(notation: string, decisions: MergeChoices['decisions'] = {}): string {
  const [cell] = toMerged(mergeOf([made('c', notation)]), choices(decisions)).cells;
  return (cell?.source ?? '').trimEnd().replaceAll('\n', ' / ');
}

// Stretches of a source, choices by decision, and what the merged source is.
const SOURCES: readonly (readonly [string, MergeChoices['decisions'], string])[] = [
  ['a', {}, 'a'],
  ['a < b', {}, 'b'],
  ['a > b', {}, 'b'],
  ['a & b', {}, 'b'],
  ['a | b | c', {}, 'b'],
  ['a | b | c', { 'c.0': 'local' }, 'b'],
  ['a | b | c', { 'c.0': 'remote' }, 'c'],
  ['a | b | c', { 'c.0': 'base' }, 'a'],
  ['a | b | c', { 'c.0': 'both' }, 'b / c'],
  ['a < b', { 'c.0': 'base' }, 'a'],
  ['a > b', { 'c.0': 'local' }, 'a'],
  ['a > b', { 'c.0': 'remote' }, 'b'],
  ['x\na | b | c\ny\nd > e', { 'c.1': 'remote' }, 'x / c / y / e'],
  ['x\na | b | c\ny\nd > e', { 'c.1': 'remote', 'c.3': 'base' }, 'x / c / y / d'],
  ['a | b | ', { 'c.0': 'remote' }, ''],
];

test.each(SOURCES)('puts %j together by %j', (notation, decisions, expected) => {
  expect(sourceOf(notation, decisions)).toBe(expected);
});

test('puts the second of both texts on a line of its own', () => {
  expect(joinTexts('a', 'b')).toBe('a\nb');
  expect(joinTexts('a\n', 'b')).toBe('a\nb');
  expect(joinTexts('', 'b')).toBe('b');
  expect(joinTexts('a', '')).toBe('a');
});

test('glues no lines of stretches whose sides end there, and ends no line that nobody ended', () => {
  const whole = made('c', 'a | b | c\nx > y');
  const cut = (text: string): string => text.replace(/\n$/, '');
  const [first, last] = whole.cell.chunks;
  if (first === undefined || last === undefined) throw new RangeError('two stretches');
  const ends = but(whole, {
    base: null,
    local: { index: 0, cellType: 'code', source: 'b', execution: null, outputs: [] },
    remote: { index: 0, cellType: 'code', source: 'c\ny', execution: null, outputs: [] },
    chunks: [
      { ...first, base: '', local: cut(first.local) },
      { ...last, base: '', local: '', remote: cut(last.remote) },
    ],
  });
  const sourceBy = (decisions: MergeChoices['decisions']): string =>
    toMerged(mergeOf([ends]), choices(decisions)).cells[0]?.source ?? '';
  expect(sourceBy({ 'c.0': 'local' })).toBe('b\ny');
  expect(sourceBy({ 'c.0': 'both' })).toBe('b\nc\ny');
  expect(sourceBy({ 'c.0': 'remote' })).toBe('c\ny');
});

test('asks once about cells that the sides split against each other', () => {
  const split = { about: 'presence', id: 'split', reason: 'both_split', take: 'both' } as const;
  const only = (key: string, sides: Partial<Made['cell']>): Made =>
    but(made(key, key, [split]), { base: null, local: null, remote: null, ...sides });
  const there = made('x', 'x').cell.base;
  const view = mergeOf([
    only('b', { base: there }),
    only('l', { local: there }),
    only('r', { remote: there }),
  ]);
  const present = (decisions: MergeChoices['decisions']): string =>
    toMerged(view, choices(decisions))
      .cells.filter(({ isPresent }) => isPresent)
      .map(({ cell }) => cell.key)
      .join(' ');
  expect(toMerged(view, choices({})).open).toHaveLength(1);
  expect(present({})).toBe('l r');
  expect(present({ split: 'local' })).toBe('l');
  expect(present({ split: 'base' })).toBe('b');
  expect(toMerged(view, choices({ split: 'base' })).open).toEqual([]);
});

test('lets what was written by hand win over choices, and counts its conflicts as decided', () => {
  const view = mergeOf([made('c', 'a | b | c', [{ about: 'outputs' }])]);
  const merged = toMerged(view, choices({ 'c.0': 'remote' }, { c: 'mine' }));
  expect(merged.cells[0]?.source).toBe('mine');
  expect(merged.open.map(({ id }) => id)).toEqual(['c.outputs']);
});

const gone = (take: Take): Made =>
  but(made('c', 'a | b | ', [{ about: 'presence', reason: 'edited_and_deleted', take }]), {
    remote: null,
  });

test.each([
  ['local', {}, true],
  ['remote', {}, false],
  ['remote', { 'c.presence': 'local' }, true],
  ['local', { 'c.presence': 'remote' }, false],
] as const)('keeps or deletes a cell that stands by %s with %j', (take, decisions, isThere) => {
  const state = take === 'remote' ? 'deleted' : 'conflict';
  const view = mergeOf([but(gone(take), { state })]);
  expect(toMerged(view, choices(decisions)).cells[0]?.isPresent).toBe(isThere);
});

test('asks nothing more of a cell that was deleted, and sends an answer for it', () => {
  const view = mergeOf([gone('local')]);
  const decided = choices({ 'c.presence': 'remote' });
  const merged = toMerged(view, decided);
  expect(merged.open).toEqual([]);
  expect(toSettled(merged, decided).decisions).toEqual({ 'c.presence': 'remote', 'c.0': 'local' });
});

test('sends no answer for a conflict that is open', () => {
  const view = mergeOf([made('c', 'a | b | c'), made('d', 'a | b | c')]);
  const decided = choices({ 'c.0': 'both' });
  expect(toSettled(toMerged(view, decided), decided)).toEqual(decided);
});

test('takes the outputs and the type of the chosen side', () => {
  const view = mergeOf([
    made('c', 'a', [
      { about: 'outputs', take: 'remote' },
      { about: 'type', take: 'local' },
    ]),
  ]);
  const [cell] = view.cells;
  if (cell?.local) cell.local.cellType = 'markdown';
  expect(toMerged(view, choices({})).cells[0]).toMatchObject({
    outputs: 'remote',
    cellType: 'markdown',
  });
  expect(
    toMerged(view, choices({ 'c.outputs': 'base', 'c.type': 'remote' })).cells[0],
  ).toMatchObject({ outputs: 'base', cellType: 'code' });
});

test('puts a cell where the chosen side has it', () => {
  const place = { about: 'place', reason: 'both_moved', take: 'local' } as const;
  const at = (index: number) =>
    ({ index, cellType: 'code', source: 'm\n', execution: null, outputs: [] }) as const;
  // Base m a b; local moved m behind b, remote behind a.
  const moved = but(made('m', 'm', [place]), {
    base: { ...at(0), outputs: [] },
    local: { ...at(2), outputs: [] },
    remote: { ...at(1), outputs: [] },
  });
  const sides = (base: number, local: number, remote: number) => ({
    base: { ...at(base), outputs: [] },
    local: { ...at(local), outputs: [] },
    remote: { ...at(remote), outputs: [] },
  });
  const view = mergeOf([]);
  const cells = [but(made('a', 'a'), sides(1, 0, 0)), but(made('b', 'b'), sides(2, 1, 2)), moved];
  const whole = {
    ...view,
    cells: cells.map(({ cell }) => cell),
    decisions: moved.decisions.slice(),
  };
  const order = (decisions: MergeChoices['decisions']): string =>
    toMerged(whole, choices(decisions))
      .cells.map(({ cell }) => cell.key)
      .join(' ');
  expect(order({})).toBe('a b m');
  expect(order({ 'm.place': 'remote' })).toBe('a m b');
  expect(order({ 'm.place': 'base' })).toBe('m a b');
});

test('lists conflicts of the notebook before those of its cells', () => {
  const own = {
    id: 'kernel',
    about: 'notebook_metadata',
    conflict: true,
    reason: 'both_edited',
    take: 'local',
  } as const;
  const view = mergeOf([made('c', 'a | b | c')], {}, [own]);
  expect(toMerged(view, choices({})).open.map(({ id }) => id)).toEqual(['kernel', 'c.0']);
  expect(toMerged(view, choices({ kernel: 'remote' })).open.map(({ id }) => id)).toEqual(['c.0']);
});
