import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readAnsi } from '../../../extension/view/ansi.js';
import { highlightLines } from '../../../extension/view/highlight.js';
import { toPieces, type Piece } from '../../../extension/view/paint.js';

const ESC = '\u001b';

function show(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'left') return `…${String(piece.count)}…`;
      if (piece.kind === 'invisible') return `<${piece.invisible.code}>`;
      const text = piece.look === undefined ? piece.text : `${piece.look.className}(${piece.text})`;
      return piece.marked ? `[${text}]` : text;
    })
    .join('');
}

test('cuts a line where looks, marks and cuts change', () => {
  const looks = [
    { from: 0, to: 5, className: 'a' },
    { from: 8, to: 10, className: 'b' },
  ];
  const line = {
    text: '0123456789',
    marks: [[3, 9] as [number, number]],
    cuts: [{ at: 6, length: 40 }],
  };
  expect(show(toPieces(line, looks))).toBe('a(012)[a(34)][5]…40…[67][b(8)]b(9)');
});

test('draws all of the text once, whatever lies over it', () => {
  const range = fc
    .tuple(fc.nat(12), fc.nat(12))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
  fc.assert(
    fc.property(
      fc.string({ maxLength: 10 }),
      fc.array(range),
      fc.array(range),
      (text, marks, looks) => {
        const pieces = toPieces(
          { text, marks },
          looks.map(([from, to]) => ({ from, to, className: 'x' })),
        );
        expect(pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('')).toBe(
          text,
        );
      },
    ),
  );
});

test('takes escape sequences out and keeps marks on the same letters', () => {
  const text = `acc ${ESC}[1;31m0.83${ESC}[0m end`;
  const at = text.indexOf('0.83');
  const { line, looks } = readAnsi({ op: '-', text, marks: [[at + 2, at + 4]] });
  expect(line).toEqual({ op: '-', text: 'acc 0.83 end', marks: [[6, 8]] });
  expect(looks).toEqual([
    {
      from: 4,
      to: 8,
      className: 'cellar-ansi-bold cellar-ansi-red-fg',
      color: undefined,
      background: undefined,
    },
  ]);
});

test.each([
  ['a cursor movement', `a${ESC}[2Kb`],
  ['a link', `a${ESC}]8;;https://evil.example${ESC}\\b`],
  ['a title', `a${ESC}]0;title\u0007b`],
  ['a character set', `a${ESC}(Bb`],
])('drops %s', (_, text) => {
  expect(readAnsi({ op: ' ', text }).line.text).toBe('ab');
});

test('knows the 256 and the 16 million colours, and only as numbers', () => {
  const colourOf = (codes: string): string | undefined =>
    readAnsi({ op: ' ', text: `${ESC}[${codes}mx${ESC}[0m` }).looks[0]?.color;
  expect(colourOf('38;5;196')).toBe('rgb(255, 0, 0)');
  expect(colourOf('38;5;232')).toBe('rgb(8, 8, 8)');
  expect(colourOf('38;2;1;2;3')).toMatch(/^rgb\(1, ?2, ?3\)$/);
});

function tokens(source: string, language: string): string {
  const lines = source.split('\n');
  return highlightLines(lines, language)
    .flatMap((line, at) =>
      line.map(
        ({ from, to, className }) =>
          `${className.replace('cellar-tok-', '')}:${lines[at]?.slice(from, to) ?? ''}`,
      ),
    )
    .join(' ');
}

test('colours Python, also over several lines', () => {
  expect(tokens('def f(x):  # why\n    return 3', 'python')).toBe(
    'keyword:def definition:f comment:# why keyword:return number:3',
  );
  expect(tokens('"""a\nb"""', 'ipython3')).toBe('string:"""a string:b"""');
});

test.each([
  ['r', 'if (TRUE) "a" # b', 'keyword:if'],
  ['julia', 'function f() 1 end', 'keyword:function'],
])('colours %s', (language, source, expected) => {
  expect(tokens(source, language)).toContain(expected);
});

test('draws a language it does not know, or a very long source, plain', () => {
  expect(tokens('int x = 3;', 'brainfuck')).toBe('');
  expect(tokens('x = 3', 'constructor')).toBe('');
  expect(tokens(`x = ${'3'.repeat(300_000)}`, 'python')).toBe('');
});

test('shows what would not be seen by its code, between pieces that keep their looks', () => {
  const line = { text: 'ab\u200bcd', marks: [[1, 4] as [number, number]] };
  expect(show(toPieces(line, [{ from: 0, to: 5, className: 'a' }]))).toBe(
    'a(a)[a(b)]<U+200B>[a(c)]a(d)',
  );
});
