import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TextDiff } from '../../../contract/diff.js';
import { alignItems, longestRising } from '../../../server/notebook/align.js';
import { diffText, splitLines } from '../../../server/notebook/lines.js';
import { markTokens, tokenize } from '../../../server/notebook/tokens.js';
import { cpuNow } from './notation.js';

/** "a⏎b" → lines with their signs, changed tokens in brackets, hunks parted by " … ". */
function shown(base: string, head: string): string {
  const diff = diffText(base.replaceAll('⏎', '\n'), head.replaceAll('⏎', '\n'), { kind: 'text' });
  return diff.hunks
    .map(({ lines }) =>
      lines
        .map(({ op, text, marks = [] }) => {
          let [out, at] = ['', 0];
          for (const [from, to] of marks) {
            out += `${text.slice(at, from)}[${text.slice(from, to)}]`;
            at = to;
          }
          return op + out + text.slice(at);
        })
        .join('⏎'),
    )
    .join(' … ');
}

/** Base and head again, from the diff and the other side. */
function applied(diff: TextDiff, base: string): string[] {
  const lines = splitLines(base);
  const out: string[] = [];
  let at = 0;
  for (const hunk of diff.hunks) {
    out.push(...lines.slice(at, hunk.base));
    at = hunk.base;
    for (const { op, text } of hunk.lines) {
      if (op !== '-') out.push(text);
      if (op !== '+') expect(lines[at++]).toBe(text);
    }
  }
  return [...out, ...lines.slice(at)];
}

describe('the diff of two texts', () => {
  it.each([
    ['marks the number that changed', 'trees = 1', 'trees = 60', '-trees = [1]⏎+trees = [60]'],
    ['marks a word that came', 'f(a)', 'f(a, b)', '-f(a)⏎+f(a[, b])'],
    [
      'marks a renamed name in both places',
      'x = x + 1',
      'y = y + 1',
      '-[x] = [x] + 1⏎+[y] = [y] + 1',
    ],
    ['leaves lines that share nothing unmarked', 'import numpy', 'x = 3', '-import numpy⏎+x = 3'],
    ['keeps two lines around a change', '1⏎2⏎3⏎4⏎5⏎6', '1⏎2⏎3⏎X⏎5⏎6', ' 2⏎ 3⏎-4⏎+X⏎ 5⏎ 6'],
    ['joins changes that are near', 'a⏎1⏎2⏎3⏎b', 'x⏎1⏎2⏎3⏎y', '-a⏎+x⏎ 1⏎ 2⏎ 3⏎-b⏎+y'],
    [
      'parts changes that are far',
      'a⏎1⏎2⏎3⏎4⏎5⏎6⏎b',
      'x⏎1⏎2⏎3⏎4⏎5⏎6⏎y',
      '-a⏎+x⏎ 1⏎ 2 …  5⏎ 6⏎-b⏎+y',
    ],
    [
      'adds a block after the blank line, not around it',
      'def a():⏎  1⏎⏎def c():⏎  3',
      'def a():⏎  1⏎⏎def b():⏎  2⏎⏎def c():⏎  3',
      '   1⏎ ⏎+def b():⏎+  2⏎+⏎ def c():⏎   3',
    ],
    [
      'pairs an edited line with its old self among new ones',
      'total = price * count',
      'import os⏎total = price * count * 2',
      '-total = price * count⏎+import os⏎+total = price * count[ * 2]',
    ],
    ['sees only blanks change', 'f( a )', 'f(a)', '-f([ ]a[ ])⏎+f(a)'],
    ['sees text appear', '', 'a', '+a'],
    ['sees text go', 'a', '', '-a'],
    ['marks ideographs one by one', '東京都', '東大都', '-東[京]都⏎+東[大]都'],
    [
      'never cuts an accent from its letter',
      'e\u0301a x y z',
      'ea x y z',
      '-[e\u0301a] x y z⏎+[ea] x y z',
    ],
    ['never cuts a family of emoji', 'a 👨‍👩‍👧 b c d', 'a 👨‍👩‍👦 b c d', '-a [👨‍👩‍👧] b c d⏎+a [👨‍👩‍👦] b c d'],
  ])('%s', (_, base, head, expected) => {
    expect(shown(base, head)).toBe(expected);
  });

  it('gives head when it is applied to base', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '', '  d', 'e f'), { maxLength: 30 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (base, head) => {
        const diff = diffText(base, head, { kind: 'text' });
        if (
          diff.baseLines === splitLines(base).length &&
          diff.headLines === splitLines(head).length
        )
          expect(applied(diff, base)).toEqual(splitLines(head));
        else expect(splitLines(base)).toEqual(splitLines(head));
        expect(diff.removed + diff.added === 0).toBe(base === head);
      }),
      { numRuns: 500 },
    );
  });

  it('shows no fewer than it must and no more: the edits are minimal', () => {
    const items = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(items, items, (base, head) => {
        const { partner, coarse } = alignItems(base, head);
        const pairs = [...partner].filter((j) => j >= 0);
        expect(coarse).toBe(false);
        expect(pairs.length).toBe(longestCommon(base, head));
        expect(longestRising(pairs).length).toBe(pairs.length);
        partner.forEach((j, i) => {
          if (j >= 0) expect(head[j]).toBe(base[i]);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('tokens joined are the line again, marks are in order and within it', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(line, line, (base, head) => {
        expect(tokenize(base).join('')).toBe(base);
        const marks = markTokens(base, head, { kind: 'text', filter: undefined });
        for (const [own, text] of [
          [marks.base, base],
          [marks.head, head],
        ] as const) {
          const flat = own.flat();
          expect(flat).toEqual([...flat].sort((a, b) => a - b));
          expect(flat.every((at) => at >= 0 && at <= text.length)).toBe(true);
        }
      }),
    );
  });
});

describe('hostile texts', () => {
  const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const many = (length: number, seed: number, words: number) => {
    const next = random(seed);
    return Array.from({ length }, () => `w${Math.floor(next() * words)}`);
  };

  it.each([
    [
      'lines drawn from a few, in another order',
      many(20_000, 1, 50).join('\n'),
      many(20_000, 2, 50).join('\n'),
    ],
    ['lines that all differ', many(20_000, 3, 1e9).join('\n'), many(20_000, 4, 1e9).join('\n')],
    [
      'one line of words drawn from a few',
      many(60_000, 5, 40).join(' '),
      many(60_000, 6, 40).join(' '),
    ],
    ['one line of one sign', 'a'.repeat(300_000), `${'a'.repeat(200_000)}b`],
    ['one line of brackets', '()'.repeat(100_000), '[]'.repeat(100_000)],
    ['accents without end', `a${'\u0301'.repeat(100_000)}b`, `a${'\u0301'.repeat(99_999)}b`],
    ['lines turned round', many(8000, 7, 1e9).join('\n'), many(8000, 7, 1e9).reverse().join('\n')],
  ])('are compared in bounded time, rightly: %s', (_, base, head) => {
    const start = cpuNow();
    const diff = diffText(base, head, { kind: 'text' });
    expect(cpuNow() - start).toBeLessThan(10_000);
    const lines = diff.hunks.flatMap((hunk) => hunk.lines);
    const shown = (op: string) => lines.filter((line) => line.op === op).length;
    expect(shown('-') + shown('+')).toBe(diff.removed + diff.added - (diff.leftOut ?? 0));
    expect(diff.baseLines - diff.removed).toBe(diff.headLines - diff.added);
  });

  it('say that they are coarse, and give head when applied to base all the same', () => {
    const [base, head] = [many(3000, 8, 30).join('\n'), many(2000, 9, 30).join('\n')];
    const diff = diffText(base, head, { kind: 'text' });
    expect(diff.coarse).toBe(true);
    expect(applied(diff, base)).toEqual(splitLines(head));
  });

  it('a change in a very long line is marked, and nothing else of it', () => {
    const numbers = many(200_000, 10, 1e6);
    const changed = numbers.with(70_000, 'here').with(150_000, 'there');
    const { base, head } = markTokens(numbers.join(', '), changed.join(', '), {
      kind: 'text',
      filter: undefined,
    });
    const text = changed.join(', ');
    expect(head.map(([from, to]) => text.slice(from, to))).toEqual(['here', 'there']);
    expect(base).toHaveLength(2);
  });

  it('no mark cuts a grapheme, in a line of any length', () => {
    const family = '👨‍👩‍👧';
    const filler = 'word '.repeat(50_000);
    const [mine, theirs] = [`${filler}${family} x`, `${filler}👨‍👩‍👦 x`];
    const { head } = markTokens(mine, theirs, { kind: 'text', filter: undefined });
    expect(head.map(([from, to]) => theirs.slice(from, to))).toEqual(['👨‍👩‍👦']);
  });
});

/** The length of a longest common subsequence, by the textbook. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    b.forEach((y, j) =>
      next.push(x === y ? (row[j] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0)),
    );
    row = next;
  }
  return row[b.length] ?? 0;
}
