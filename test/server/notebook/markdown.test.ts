import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { diffBlocks, splitBlocks } from '../../../server/notebook/markdown.js';

const lines = (text: string) => text.replaceAll('⏎', '\n');

describe('markdown by rendered block', () => {
  it.each([
    ['parts a heading from its paragraph', '# A⏎text⏎more⏎⏎last', ['# A', 'text⏎more', 'last']],
    ['takes an underlined heading for one', 'Title⏎=====⏎text', ['Title⏎=====', 'text']],
    ['keeps a list with its blank lines whole', '- a⏎⏎- b⏎  c⏎⏎end', ['- a⏎⏎- b⏎  c', 'end']],
    ['keeps a numbered list whole', '1. a⏎2. b⏎⏎   more⏎⏎end', ['1. a⏎2. b⏎⏎   more', 'end']],
    ['keeps fenced code whole', '```py⏎# no heading⏎⏎x⏎```⏎a', ['```py⏎# no heading⏎⏎x⏎```', 'a']],
    ['closes a fence only with its like', '````⏎```⏎````⏎a', ['````⏎```⏎````', 'a']],
    ['keeps indented code whole', 'a⏎⏎    x⏎⏎    y⏎⏎b', ['a', '    x⏎⏎    y', 'b']],
    [
      'keeps a table whole',
      '| a | b |⏎|---|---|⏎| 1 | 2 |⏎⏎c',
      ['| a | b |⏎|---|---|⏎| 1 | 2 |', 'c'],
    ],
    ['keeps front matter whole', '---⏎a: 1⏎⏎b: 2⏎---⏎text', ['---⏎a: 1⏎⏎b: 2⏎---', 'text']],
    ['keeps HTML whole', '<div>⏎<b>x</b>⏎</div>⏎⏎a', ['<div>⏎<b>x</b>⏎</div>', 'a']],
    ['keeps a comment with blank lines whole', '<!-- a⏎⏎b -->⏎c', ['<!-- a⏎⏎b -->', 'c']],
    ['keeps a formula whole', '$$⏎a⏎⏎b⏎$$⏎c', ['$$⏎a⏎⏎b⏎$$', 'c']],
    ['keeps a quotation whole', '> a⏎> b⏎⏎c', ['> a⏎> b', 'c']],
    ['sees a rule', 'a⏎⏎***⏎b', ['a', '***', 'b']],
    ['sees nothing in nothing', '⏎ ⏎', []],
  ])('%s', (_, text, expected) => {
    expect(splitBlocks(lines(text))).toEqual(expected.map(lines));
  });

  it('loses no line but blank ones', () => {
    const line = fc.constantFrom(
      'a',
      '# b',
      '- c',
      '  d',
      '    e',
      '```',
      '---',
      '> f',
      '|g|',
      '|-|',
      '$$',
      '<i>',
      '<!--',
      '-->',
      '',
      '===',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), (all) => {
        const kept = (of: readonly string[]) =>
          of.map((each) => each.trimEnd()).filter((each) => each !== '');
        expect(kept(splitBlocks(all.join('\n')).flatMap((block) => block.split('\n')))).toEqual(
          kept(all),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['an edited paragraph', '# A⏎⏎one two three⏎⏎end', '# A⏎⏎one two four⏎⏎end', ' ~ '],
    ['a paragraph that came', 'a⏎⏎b', 'a⏎⏎new words⏎⏎b', ' + '],
    ['a list that went', 'a⏎⏎- x⏎- y⏎⏎b', 'a⏎⏎b', ' - '],
    ['one replaced by another', 'a⏎⏎one thing', 'a⏎⏎- quite different', ' -+'],
    ['blank lines alone', 'a⏎⏎b', 'a⏎⏎⏎⏎b⏎', '  '],
  ])('shows %s', (_, base, head, expected) => {
    const blocks = diffBlocks(lines(base), lines(head)) ?? [];
    expect(blocks.map(({ op }) => op).join('')).toBe(expected);
  });

  it('gives both texts of an edited block', () => {
    expect(diffBlocks('one two three', 'one two four')).toEqual([
      { op: '~', base: 'one two three', head: 'one two four' },
    ]);
  });
});
