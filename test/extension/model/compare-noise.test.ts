import { expect, test } from 'vitest';

import type { DiffLine, TextDiff } from '../../../contract/diff.js';
import {
  findNoise,
  listNoise,
  markNoise,
  toggleKind,
  type NoisyLine,
} from '../../../extension/model/compare-noise.js';
import { change, diffOf } from './fixture.js';

function text(...lines: DiffLine[]): TextDiff {
  return { hunks: [{ base: 0, head: 0, lines }], baseLines: 1, headLines: 1, removed: 1, added: 1 };
}

const quiet = diffOf([], { noise: { address: 2, duration: 1, prompt: 0 } });

test('lists kinds with their counts, and which are shown', () => {
  const shown = diffOf([], { noise: { duration: 1 }, shown: ['address'] });
  expect(listNoise(shown, quiet)).toEqual([
    { kind: 'address', count: 2, shown: true },
    { kind: 'duration', count: 1, shown: false },
  ]);
  expect(listNoise(diffOf([], { shown: ['all'] }), quiet).every((kind) => kind.shown)).toBe(true);
});

test('lists a shown kind before its count is known, but not the word for all', () => {
  expect(listNoise(diffOf([], { shown: ['all', 'prompt'] }))).toEqual([
    { kind: 'prompt', count: undefined, shown: true },
  ]);
});

test('asks for the kinds that are shown with one more or less', () => {
  const kinds = listNoise(diffOf([], { shown: ['all'] }), quiet);
  expect(toggleKind(kinds, 'address', false)).toEqual(['duration']);
  expect(toggleKind(listNoise(quiet), 'address', true)).toEqual(['address']);
});

test('knows a cell that is noise alone from one that changed too', () => {
  const loud = diffOf([change('modified', 0), change('modified', 1), change('same', 2)], {
    shown: ['all'],
  });
  const without = diffOf([
    change('same', 0, { noise: { address: 2 } }),
    change('modified', 1, { noise: { prompt: 1 } }),
    change('same', 2),
  ]);
  const noises = findNoise(loud, without);
  expect(noises.get('0>0')).toEqual({ kinds: { address: 2 }, quiet: undefined });
  expect(noises.get('1>1')).toEqual({ kinds: { prompt: 1 }, quiet: without.changes[1] });
  expect(noises.has('2>2')).toBe(false);
  expect(findNoise(without, without).size).toBe(0);
});

test('marks a line that only noise changed, and only the noise in a line that changed', () => {
  const loud = text(
    {
      op: '-',
      text: 'at 0x1 score 1',
      marks: [
        [3, 6],
        [13, 14],
      ],
    },
    { op: '+', text: 'took 2 s' },
    { op: ' ', text: 'same' },
  );
  const without = text({ op: '-', text: 'at 0x1 score 1', marks: [[13, 14]] });
  const lines = markNoise(loud, without).hunks[0]?.lines as readonly NoisyLine[];
  expect(lines[0]?.noiseMarks).toEqual([[3, 6]]);
  expect(lines[0]?.noise).toBeUndefined();
  expect(lines[1]?.noise).toBe(true);
  expect(lines[2]).toEqual({ op: ' ', text: 'same' });
  expect(markNoise(loud, undefined).hunks[0]?.lines[0]).toMatchObject({ noise: true });
});
