import { diffArrays } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DiffLine, TextDiff } from '../../../contract/diff.js';
import {
  sideLines,
  splitLines,
  toPairs,
  toStretches,
  type Stretch,
} from '../../../extension/model/lines.js';

/** "-a +b  c": a removed, b added, c kept; a trailing "*" gives the line a mark. */
function lines(text: string): DiffLine[] {
  return text.split(' ').map((word) => ({
    op: word.startsWith('-') ? '-' : word.startsWith('+') ? '+' : ' ',
    text: word.replace(/^[-+=]/, '').replace('*', ''),
    ...(word.endsWith('*') ? { marks: [[0, 1]] } : {}),
  }));
}

function diff(
  baseLines: number,
  headLines: number,
  ...hunks: [number, number, string][]
): TextDiff {
  return {
    hunks: hunks.map(([base, head, text]) => ({ base, head, lines: lines(text) })),
    baseLines,
    headLines,
    removed: 0,
    added: 0,
  };
}

function show(stretches: readonly Stretch[]): string {
  return stretches
    .map((stretch) =>
      stretch.kind === 'gap'
        ? `[${String(stretch.count)}]`
        : stretch.lines
            .map(
              ({ op, text, base, head }) =>
                `${op}${text}${String(base ?? '')}/${String(head ?? '')}`,
            )
            .join(' '),
    )
    .join(' ');
}

test('numbers lines on both sides and says how many lie between', () => {
  expect(show(toStretches(diff(12, 13, [4, 4, '=x -a +b +c'], [10, 11, '-d'])))).toBe(
    '[4]  x5/5 -a6/ +b/6 +c/7 [4] -d11/ [1]',
  );
});

test('has one gap where nothing changed and none where all did', () => {
  expect(show(toStretches(diff(3, 3)))).toBe('[3]');
  expect(show(toStretches(diff(0, 2, [0, 0, '+a +b'])))).toBe('+a/1 +b/2');
  expect(toStretches(diff(0, 0))).toEqual([]);
});

test('knows the lines of gaps by the base text', () => {
  const [gap] = toStretches(diff(2, 3, [2, 2, '+c']), 'a\nb\n');
  expect(gap).toMatchObject({
    kind: 'gap',
    lines: [
      { text: 'a', base: 1, head: 1 },
      { text: 'b', base: 2, head: 2 },
    ],
  });
});

test('rebuilds both sides from the base text and the diff', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (base, head) => {
      const stretches = toStretches(compare(base, head), base.map((line) => `${line}\n`).join(''));
      expect(sideLines(stretches, 'base').map((line) => line.text)).toEqual(base);
      expect(sideLines(stretches, 'head').map((line) => line.text)).toEqual(head);
    }),
  );
});

/** A diff without context lines, as the server may make it. */
function compare(base: readonly string[], head: readonly string[]): TextDiff {
  const hunks: TextDiff['hunks'] = [];
  let [i, j] = [0, 0];
  for (const { added, removed, value } of diffArrays([...base], [...head])) {
    const op = added ? '+' : removed ? '-' : ' ';
    if (op !== ' ') {
      const last = hunks.at(-1);
      const open =
        last !== undefined &&
        last.base + last.lines.filter((l) => l.op === '-').length === i &&
        last.head + last.lines.filter((l) => l.op === '+').length === j;
      const hunk = open ? last : { base: i, head: j, lines: [] };
      if (!open) hunks.push(hunk);
      hunk.lines.push(...value.map((text) => ({ op, text }) as const));
    }
    if (op !== '+') i += value.length;
    if (op !== '-') j += value.length;
  }
  return { hunks, baseLines: base.length, headLines: head.length, removed: 0, added: 0 };
}

test.each([
  ['=x', 'x|x'],
  ['-a +b', 'a|b'],
  ['-a -b +c', 'a|c b|'],
  ['-a +b* +c', 'a|b |c'],
  ['-a* +new +b*', '|new a|b'],
  ['-old -a* +b*', 'old| a|b'],
  ['-a +b =x -c', 'a|b x|x c|'],
])('faces lines of "%s" as "%s"', (text, pairs) => {
  const [stretch] = toStretches(diff(9, 9, [0, 0, text]));
  if (stretch?.kind !== 'lines') throw new Error('no lines');
  const shown = toPairs(stretch.lines).map(
    ({ base, head }) => `${base?.text ?? ''}|${head?.text ?? ''}`,
  );
  expect(shown.join(' ')).toBe(pairs);
});

test('loses no line when it pairs them', () => {
  const word = fc
    .tuple(fc.constantFrom('-', '+', '='), fc.constantFrom('', '*'))
    .map(([op, mark]) => `${op}x${op === '=' ? '' : mark}`);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 10 }), (words) => {
      const [stretch] = toStretches(diff(99, 99, [0, 0, words.join(' ')]));
      if (stretch?.kind !== 'lines') throw new Error('no lines');
      const pairs = toPairs(stretch.lines);
      const sides = stretch.lines.flatMap((line) => (line.op === ' ' ? [line, line] : [line]));
      const paired = pairs
        .flatMap(({ base, head }) => [base, head])
        .filter((line) => line !== undefined);
      expect(paired).toHaveLength(sides.length);
      expect(new Set(paired)).toEqual(new Set(sides));
    }),
  );
});

test.each([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\r\nb\rc\n\n', ['a', 'b', 'c', '']],
])('splits %j into lines', (text, expected) => {
  expect(splitLines(text)).toEqual(expected);
});
