import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findInvisible, INVISIBLES, revealInvisible } from '../../contract/invisible.js';

const HARMFUL =
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('a character that nobody sees', () => {
  it.each([
    ['a zero width space in a name', 'pass\u200bword', 'pass<U+200B>word'],
    ['an override of the direction', 'if a:\u202e #', 'if a:<U+202E> #'],
    ['isolates', '\u2066x\u2069', '<U+2066>x<U+2069>'],
    ['a byte order mark', '\ufeffimport', '<U+FEFF>import'],
    ['a no-break space', 'x\u00a0= 1', 'x<U+00A0>= 1'],
    ['a space of another width', 'x\u2003= 1', 'x<U+2003>= 1'],
    ['an ideographic space in code', 'x\u3000= 1', 'x<U+3000>= 1'],
    ['a soft hyphen', 'co\u00adop', 'co<U+00AD>op'],
    ['a hangul filler as a name', '\u3164 = 1', '<U+3164> = 1'],
    ['an escape', '\u001b[2J', '<U+001B>[2J'],
    ['a carriage return', 'a\rb', 'a<U+000D>b'],
    ['NUL', 'a\0b', 'a<U+0000>b'],
    ['a C1 control', 'a\u009b2J', 'a<U+009B>2J'],
    ['a line separator', 'a\u2028b', 'a<U+2028>b'],
    ['a joiner between latin letters', 'a\u200db', 'a<U+200D>b'],
    ['a variation selector after a letter', 'a\ufe0f', 'a<U+FE0F>'],
    ['a message in tags', 'x\u{e0041}\u{e0042}', 'x<U+E0041><U+E0042>'],
    ['half of a pair', 'a\ud83db', 'a<U+D83D>b'],
  ])('is spelled: %s', (_, text, expected) => {
    expect(revealInvisible(text)).toBe(expected);
  });

  it.each([
    ['tab and newline', 'a\tb\n'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a heart by its selector', '❤️'],
    ['a keycap', '1️⃣'],
    ['a skin tone with a joiner', '👩🏽‍💻'],
    ['the flag of Wales', '🏴󠁧󠁢󠁷󠁬󠁳󠁿'],
    ['Persian', 'می‌خواهم'],
    ['Hindi', 'क्‍ष'],
    ['an ideograph in a form of its own', '葛󠄀'],
    ['Japanese with its own space', '東京　大阪'],
    ['accents that combine', 'e\u0301'],
  ])('is left where people write so: %s', (_, text) => {
    expect(revealInvisible(text)).toBe(text);
    expect(findInvisible(text)).toEqual([]);
  });

  it('is found with its place and name', () => {
    expect(findInvisible('a\u202eb\u{e0041}')).toEqual([
      { from: 1, to: 2, code: 'U+202E', name: 'right-to-left override' },
      { from: 3, to: 5, code: 'U+E0041', name: 'tag' },
    ]);
  });

  it('stands in a table of ranges that rise and do not overlap', () => {
    INVISIBLES.forEach(([from, to, name], i) => {
      expect(from).toBeLessThanOrEqual(to);
      expect(from).toBeGreaterThan(INVISIBLES[i - 1]?.[1] ?? -1);
      expect(name).not.toBe('');
    });
  });

  it('never stays in what a terminal is given, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = revealInvisible(text);
        expect(shown).not.toMatch(HARMFUL);
        expect(revealInvisible(shown)).toBe(shown);
      }),
    );
  });

  it('is looked for in linear time', () => {
    const text = '\u200d'.repeat(200_000) + '🏴' + '\u{e0061}'.repeat(100_000);
    const started = performance.now();
    expect(findInvisible(text).length).toBeGreaterThan(290_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
