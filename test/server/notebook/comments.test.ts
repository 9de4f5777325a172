import { describe, expect, it } from 'vitest';

import { onlyDifference } from '../../../server/notebook/comments.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { cpuNow, notebookOf } from './notation.js';

type Case = readonly [string, string, string, string, 'whitespace' | 'comments' | undefined];

const CASES: readonly Case[] = [
  ['blanks around operators', 'python', 'x=1', 'x = 1', 'whitespace'],
  ['blanks within brackets', 'python', 'f( a )', 'f(a)', 'whitespace'],
  ['a blank line', 'python', 'a⏎b', 'a⏎⏎b⏎', 'whitespace'],
  ['a call broken over lines', 'python', 'f(a, b)', 'f(⏎    a,⏎    b⏎)', 'whitespace'],
  ['another width of the indentation', 'python', 'if x:⏎  a⏎b', 'if x:⏎    a⏎b', 'whitespace'],
  ['a line that left its block', 'python', 'if x:⏎  a⏎  b', 'if x:⏎  a⏎b', undefined],
  ['two statements become one line', 'python', 'a⏎b', 'a b', undefined],
  ['a word cut in two', 'python', 'ab', 'a b', undefined],
  ['blanks in a string', 'python', 'x = "a b"', 'x = "a  b"', undefined],
  ['a comment behind code', 'python', 'x = 1', 'x = 1  # one', 'comments'],
  ['a comment of its own line', 'python', 'if x:⏎    a', 'if x:⏎# why⏎    a', 'comments'],
  ['another comment and other blanks', 'python', 'x=1 # a', 'x = 1  # b', 'comments'],
  ['a comment taken away', 'python', '# a⏎x', 'x', 'comments'],
  ['blanks within a comment', 'python', '#  a   b', '# a b', 'whitespace'],
  ['code beside a comment', 'python', 'x = 1 # a', 'x = 2 # b', undefined],
  ['a sign of comment in a string', 'python', 'x = "#a"', 'x = "#b"', undefined],
  ['a sign of comment behind an escaped quote', 'python', 'x = "\\"#a"', 'x = "\\"#b"', undefined],
  ['a sign of comment in a raw string', 'python', "x = r'\\'#a'", "x = r'\\'#b'", undefined],
  ['a sign of comment in a long string', 'python', '"""⏎#a⏎"""', '"""⏎#b⏎"""', undefined],
  ['a quote within a long string', 'python', '"""a"#"""  # b', '"""a"#"""  # c', 'comments'],
  ['a docstring', 'python', 'def f():⏎  """a"""', 'def f():⏎  """b"""', undefined],
  ['a code line commented out', 'python', 'a⏎b', 'a⏎# b', undefined],
  ['a magic', 'python', '%time  f() # a', '%time  f() # b', undefined],
  ['a call of the shell', 'python', '!ls # a⏎x', '!ls # b⏎x', undefined],
  ['a remainder at the start of a line', 'python', 'f(a⏎% b) # c', 'f(a⏎% b) # d', 'comments'],
  [
    'a comment below a magic of the own language',
    'python',
    '%%time⏎x # a',
    '%%time⏎x # b',
    'comments',
  ],
  [
    'a comment of another language',
    'python',
    '%%javascript⏎x // a',
    '%%javascript⏎x // b',
    'comments',
  ],
  [
    'no comment of another language',
    'python',
    '%%javascript⏎x # a',
    '%%javascript⏎x # b',
    undefined,
  ],
  ['a comment of a shell cell', 'python', '%%bash⏎ls # a', '%%bash⏎ls # b', 'comments'],
  ['a length in a shell cell', 'python', '%%bash⏎echo $#a', '%%bash⏎echo $#b', undefined],
  ['a here document', 'python', '%%bash⏎cat <<E⏎# a⏎E', '%%bash⏎cat <<E⏎# b⏎E', undefined],
  ['a file that a cell writes', 'python', '%%writefile a⏎x  # a', '%%writefile a⏎x # a', undefined],
  ['another magic', 'python', '%%bash⏎ls', '%%sh⏎ls', undefined],
  ['a comment of R', 'r', 'x <- "#" # a', 'x <- "#" # b', 'comments'],
  ['a comment over lines', 'julia', 'x #= a⏎b =# + 1', 'x #= c =# + 1', 'comments'],
  ['a comment of Scala', 'scala', 'val x = 1 // a', 'val x = 1', 'comments'],
  ['an address in a string', 'javascript', 'f("http://a")', 'f("http://b")', undefined],
  ['lines of C++', 'c++', 'int a; int b;', 'int a;⏎int b;', 'whitespace'],
  ['a comment of SQL', 'sql', "select '--a' -- b", "select '--a' -- c", 'comments'],
  ['a paragraph broken anew', 'markdown', 'a (b⏎c)', 'a (b c)', 'whitespace'],
  ['a comment of HTML in markdown', 'markdown', 'a <!-- b -->', 'a <!-- c -->', 'comments'],
  ['a heading', 'markdown', '# a', '# b', undefined],
  ['a language that nobody knows', 'brainbow', 'a # b', 'a  # b', undefined],
];

describe('what alone differs between two sources', () => {
  it.each(CASES)('%s (%s)', (_, language, base, head, expected) => {
    const lines = (text: string) => text.replaceAll('⏎', '\n');
    expect(onlyDifference(lines(base), lines(head), language)).toBe(expected);
    expect(onlyDifference(lines(head), lines(base), language)).toBe(expected);
  });

  it.each([
    '"\\'.repeat(200_000),
    '\\"'.repeat(200_000),
    '("'.repeat(200_000),
    ' \n'.repeat(200_000),
  ])('stays linear on hostile text', (text) => {
    const start = cpuNow();
    onlyDifference(text, `${text}x`, 'python');
    expect(cpuNow() - start).toBeLessThan(5000);
  });
});

describe('the diff of a cell', () => {
  const cell = (source: string, cell_type = 'code') => ({
    cell_type,
    id: 'a',
    source,
    metadata: {},
  });
  const python = { kernelspec: { name: 'python3', language: 'python' } };
  const changeOf = (base: string, head: string, type?: string) =>
    diffNotebooks(notebookOf([cell(base, type)], python), notebookOf([cell(head, type)], python))
      .changes[0];

  it("says what alone differs, by the kernel's language", () => {
    expect(changeOf('x=1', 'x = 1')?.source?.only).toBe('whitespace');
    expect(changeOf('x', 'x # why')?.source?.only).toBe('comments');
    expect(changeOf('x', 'y # why')?.source).not.toHaveProperty('only');
    expect(changeOf('x', 'x # why', 'raw')?.source).not.toHaveProperty('only');
  });

  it('has rendered blocks for markdown alone', () => {
    expect(changeOf('# A\n\nb c d', '# A\n\nb c e', 'markdown')?.blocks).toEqual([
      { op: ' ', head: '# A' },
      { op: '~', base: 'b c d', head: 'b c e' },
    ]);
    expect(changeOf('# A', '# B')).not.toHaveProperty('blocks');
  });
});
