import { describe, expect, it } from 'vitest';

import { linesOf, mergedLine } from './merge-notation.js';
import { wordy } from './notation.js';

const CELLS: readonly (readonly [string, string, string])[] = [
  ['merges empty notebooks', ' /  / ', ''],
  ['changes nothing where nobody did', 'A | B / = / =', 'A | B'],
  ['takes what local changed', "A | B / A' | B / =", "A' | B"],
  ['takes what remote changed', "A | B / = / A | B'", "A | B'"],
  ['takes edits of different cells', "A | B / A' | B / A | B'", "A' | B'"],
  ['takes one edit of both', "A | B / A' | B / A' | B", "A' | B"],
  ['adds a cell of local at the top', 'A / B | A / =', 'B | A'],
  ['adds a cell of remote at the end', 'A / = / A | B', 'A | B'],
  ['adds cells of both at different places', 'A | B / C | A | B / A | B | D', 'C | A | B | D'],
  ['keeps both cells inserted at one place', 'A | B / A | C | B / A | D | B', 'A | C | D | B'],
  [
    'keeps several cells inserted at one place together',
    'A | B / A | C | D | B / A | E | F | B',
    'A | C | D | E | F | B',
  ],
  ['appends both at the end', 'A / A | B / A | C', 'A | B | C'],
  ['fills an empty notebook from both', ' / A | B / C', 'A | B | C'],
  ['takes equal insertions for one', 'A | B / A | C | B / A | C | B', 'A | C | B'],
  ['takes an empty cell that both added for one', 'A / A | _ / A | _', 'A | _'],
  [
    'orders what is around an insertion of both',
    'A | B / A | C | D | B / A | E | D | F | B',
    'A | C | E | D | F | B',
  ],
  [
    'keeps equal cells that were inserted at different places',
    'A | B / C | A | B / A | B | C',
    'C | A | B | C',
  ],
  [
    'does not take insertions of one id and unlike sources for one',
    'A / A | #n:C / A | #n:D',
    'A | C | D',
  ],
  ['deletes a cell that the other left alone', 'A | B / A / =', 'A'],
  ['deletes a cell that both deleted', 'A | B / A / A', 'A'],
  ['deletes different cells', 'A | B | C / A | B / B | C', 'B'],
  ['empties a notebook from both sides', 'A | B / A / B', ''],
  [
    'inserts beside a cell that the other deleted',
    'A | B | C / A | C / A | B | D | C',
    'A | D | C',
  ],
  ['replaces a cell and inserts another', 'A | B | C / A | X | C / A | B | D | C', 'A | X | D | C'],
  [
    'keeps what is left where one emptied the notebook',
    "A | B /  / A' | B",
    "A' ! presence edited_and_deleted",
  ],
  ['asks about delete against edit', "A | B / A / A | B'", "A | B' ! presence edited_and_deleted"],
  ['asks about edit against delete', "A | B / A | B' / A", "A | B' ! presence edited_and_deleted"],
  [
    'asks about delete against another type',
    'A | words here / A / A | md:words here',
    'A | md:words here ! presence edited_and_deleted',
  ],
  ['deletes a cell that was only run again', 'A | B => 1 / A / A | B => 2', 'A'],
  ['deletes a cell that was only cleared', 'A | B => 1 / A | B / A', 'A'],
  ['deletes a cell that was only moved', 'A | B | C / C | A | B / A | B', 'A | B'],
  ['moves a cell of local', 'A | B | C / B | C | A / =', 'B | C | A'],
  ['moves a cell of remote', 'A | B | C / = / C | A | B', 'C | A | B'],
  [
    'moves different cells',
    'A | B | C | D | E / B | A | C | D | E / A | B | C | E | D',
    'B | A | C | E | D',
  ],
  ['makes one move of the same on both', 'A | B | C / C | A | B / C | A | B', 'C | A | B'],
  ['swaps two cells once where both swapped them', 'A | B / B | A / B | A', 'B | A'],
  [
    'swaps two cells once though the sides changed more',
    "A | B | C | D / B | A | C' | D / B | A | C | D'",
    "B | A | C' | D'",
  ],
  ['gives an edited cell its new place', "A | B | C / B | C | A / A' | B | C", "B | C | A'"],
  [
    'gives a cell edited by local its place in remote',
    "A | B | C / A' | B | C / B | C | A",
    "B | C | A'",
  ],
  [
    'asks about two places of one cell',
    'A | B | C | D / B | A | C | D / B | C | D | A',
    'B | A | C | D ! place both_moved',
  ],
  ['inserts after a cell that stayed', 'A | B | C / A | B | X | C / B | A | C', 'B | X | A | C'],
  ['moves a block of cells', 'A | B | C | D | E / C | D | E | A | B / =', 'C | D | E | A | B'],
  ['reverses what one side reversed', 'A | B | C / C | B | A / =', 'C | B | A'],
  ['inserts into what one side reversed', 'A | B | C / C | B | A / A | B | C | X', 'C | B | A | X'],
  [
    'adds where the other side moved away',
    'A | B | C | D / A | C | D | B / A | B | X | C | D',
    'A | X | C | D | B',
  ],
  ['takes a split', 'A | B / A< | A> | B / =', 'A< | A> | B'],
  ['takes a split of remote', 'A | B / = / A | B< | B>', 'A | B< | B>'],
  ['takes one split of both', 'A | B / A< | A> | B / A< | A> | B', 'A< | A> | B'],
  ['takes a split beside an edit of another cell', "A | B / A< | A> | B / A | B'", "A< | A> | B'"],
  [
    'takes a split of a cell that was run again',
    'A => 1 | B / A< | A> => 1 | B / A => 2 | B',
    'A< | A> => 1 | B',
  ],
  [
    'asks about a split against an edit',
    "A | B / A< | A> | B / A' | B",
    "A< | A> | A' | B ! presence both_split",
  ],
  [
    'asks about an edit against a split',
    "A | B / A' | B / A< | A> | B",
    "A' | A< | A> | B ! presence both_split",
  ],
  [
    'asks about a split against a deletion',
    'A | B / A< | A> | B / B',
    'A< | A> | B ! presence edited_and_deleted',
  ],
  ['takes a merge of two cells', 'A< | A> | B / A | B / =', 'A | B'],
  ['takes one merge of both', 'A< | A> | B / A | B / A | B', 'A | B'],
  [
    'asks about a merge against an edit',
    'alpha = 1⏎beta = 2 | gamma = 3⏎delta = 4 | B / alpha = 1⏎beta = 2⏎gamma = 3⏎delta = 4 | B / alpha = 1⏎beta = 2 | gamma = 3⏎delta = 5 | B',
    'alpha = 1⏎beta = 2⏎gamma = 3⏎delta = 4 | alpha = 1⏎beta = 2 | gamma = 3⏎delta = 5 | B ! presence both_split',
  ],
  ['takes another type', 'A | some words / A | md:some words / =', 'A | md:some words'],
  ['takes another type beside an edit', "A | B / md:A | B / A' | B", "md:A' | B"],
  ['asks about two other types', 'A | B / md:A | B / raw:A | B', 'md:A | B ! type both_edited'],
  [
    'renames a variable in all cells beside an insertion',
    'A | B / A* | B* / A | C | B',
    'A* | C | B*',
  ],
  [
    'keeps repeated cells apart',
    'x() | A | x() | B / x() | A | x() | B | x() / x() | C | A | x() | B',
    'x() | C | A | x() | B | x()',
  ],
];

describe('the cells of a merge', () => {
  it.each(CELLS)('%s', (_, line, merged) => {
    expect(mergedLine(line)).toBe(merged);
  });
});

const LINES: readonly (readonly [string, string, string])[] = [
  ['lines of both', 'a⏎b⏎c⏎d / a1⏎b⏎c⏎d / a⏎b⏎c⏎d1', 'a1⏎b⏎c⏎d1'],
  ['a line that both changed alike', 'a⏎b⏎c / a⏎b1⏎c / a⏎b1⏎c', 'a⏎b1⏎c'],
  [
    'a line that both changed alike beside one that local changed',
    'a⏎b⏎c⏎d / a⏎b1⏎c⏎d1 / a⏎b1⏎c⏎d',
    'a⏎b1⏎c⏎d1',
  ],
  [
    'neighbouring lines replaced one for one',
    'a = 1⏎b = 2 / a = 10⏎b = 2 / a = 1⏎b = 20',
    'a = 10⏎b = 20',
  ],
  ['a line of local before one of remote', 'a⏎b⏎c / x⏎a⏎b⏎c / a⏎b⏎c⏎y', 'x⏎a⏎b⏎c⏎y'],
  ['a deleted line beside an edit elsewhere', 'a⏎b⏎c⏎d / b⏎c⏎d / a⏎b⏎c⏎d1', 'b⏎c⏎d1'],
  ['a final newline', 'a⏎b⏎c / a⏎b⏎c⏎ / a1⏎b⏎c', 'a1⏎b⏎c⏎'],
  ['an emptied source', 'some words / _ / =', '_'],
  ['a filled source', '#a:_ / #a:a = 1 / =', 'a = 1'],
  [
    'lines that both added alike and one went on',
    '#a:first() / #a:first()⏎x = 1 / #a:first()⏎x = 1⏎y = 2',
    'first()⏎x = 1⏎y = 2',
  ],
];

describe('the lines of a source', () => {
  it.each(LINES)('merges %s', (_, line, merged) => {
    expect(mergedLine(line)).toBe(merged);
  });

  const CONFLICTS: readonly (readonly [string, string, string])[] = [
    ['one line changed by both', '#a:a⏎b⏎c / #a:a⏎b1⏎c / #a:a⏎b2⏎c', 'a⏎{b1|b2}⏎c'],
    ['a line deleted and changed', '#a:a⏎b⏎c / #a:a⏎c / #a:a⏎b2⏎c', 'a⏎{|b2}⏎c'],
    ['lines added at one place', '#a:a⏎b / #a:a⏎x⏎b / #a:a⏎y⏎b', 'a⏎{x|y}⏎b'],
    ['lines appended by both', '#a:a / #a:a⏎x / #a:a⏎y', 'a⏎{x|y}'],
    ['a line added beside a changed one', '#a:a⏎b⏎c / #a:a⏎x⏎b⏎c / #a:a⏎b1⏎c', 'a⏎{x⏎b|b1}⏎c'],
    ['a stretch and a line of it', '#a:a⏎b⏎c⏎d / #a:a⏎b1⏎c1⏎d / #a:a⏎b2⏎c⏎d', 'a⏎{b1⏎c1|b2⏎c}⏎d'],
    [
      'without what both wrote alike at its ends',
      '#a:a⏎b⏎c / #a:a⏎n⏎b1⏎m⏎c / #a:a⏎n⏎b2⏎m⏎c',
      'a⏎n⏎{b1|b2}⏎m⏎c',
    ],
  ];

  it('asks about what differs in insertions of one id', () => {
    const [a, b] = ['n:A', "n:A'"].map((word) => `#${word}`);
    expect(mergedLine(` / ${a ?? ''} / ${b ?? ''}`)).toBe(
      `${linesOf('A', { 2: `<<<<<<< local⏎${wordy('A')[2] ?? ''}⏎=======⏎${wordy('A')[2] ?? ''}  # edited⏎>>>>>>> remote` })} ! source both_edited`,
    );
  });

  it.each(CONFLICTS)('shows as a conflict %s', (_, line, merged) => {
    const shown = mergedLine(line)
      .replace(/⏎?<<<<<<< local⏎/g, (found) => (found.startsWith('⏎') ? '⏎{' : '{'))
      .replace(/⏎?=======⏎/g, '|')
      .replace(/⏎?>>>>>>> remote/g, '}')
      .replace(/ ! .*/, '');
    expect(shown).toBe(merged);
  });
});

const OUTPUTS: readonly (readonly [string, string, string])[] = [
  ['of the side that ran', 'A => 1 / A => 2 / =', 'A => 2'],
  ['of the side that ran beside an edit of the other', "A => 1 / A => 2 / A' => 1", "A' => 2"],
  ['of both alike', 'A => 1 / A => 2 / A => 2', 'A => 2'],
  [
    'of local where they differ in noise alone',
    'A => 1 / A => at 0x7f0000001 / A => at 0x7f0000002',
    'A => at 0x7f0000001',
  ],
  ['that were cleared', 'A => 1 / A / =', 'A'],
  ['that fit the source of local', "A => 1 / A' => 2 / A => 3", "A' => 2"],
  ['that fit the source of remote', "A => 1 / A => 2 / A' => 3", "A' => 3"],
  ['and asks where both ran one source', 'A => 1 / A => 2 / A => 3', 'A => 2 ! outputs both_ran'],
  [
    'of local where remote only saw other noise',
    'A => at 0x7f0000001 / A => 2 / A => at 0x7f0000002',
    'A => 2',
  ],
  [
    'and asks about two runs of one added cell',
    'A / A | C => 1 / A | C => 2',
    'A | C => 1 ! outputs both_ran',
  ],
  ['of the run of a cell that both added', 'A / A | C / A | C => 2', 'A | C => 2'],
  [
    'of no side for a cell that became text',
    'some words => 1 / md:some words / some words => 2',
    'md:some words',
  ],
];

describe('the outputs of a merge', () => {
  it.each(OUTPUTS)('are those %s', (_, line, merged) => {
    expect(mergedLine(line)).toBe(merged);
  });
});
