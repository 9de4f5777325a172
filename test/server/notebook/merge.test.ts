import { describe, expect, it } from 'vitest';

import { mergedLine } from './merge-notation.js';

const CASES: readonly (readonly [string, string, string])[] = [
  ['merges nothing', 'A | B / = / =', 'A | B'],
  ['takes an edit of local', "A | B / A' | B / =", "A' | B"],
  ['takes an edit of remote', "A | B / = / A | B'", "A | B'"],
  ['takes edits of different cells', "A | B / A' | B / A | B'", "A' | B'"],
  [
    'keeps both cells inserted at one place, local first',
    'A | B / A | C | B / A | D | B',
    'A | C | D | B',
  ],
  ['takes equal insertions for one', 'A | B / A | C | B / A | C | B', 'A | C | B'],
  ['deletes a cell that the other side left alone', 'A | B / A / =', 'A'],
  [
    'keeps an edited cell that the other side deleted',
    "A | B / A / A | B'",
    "A | B' ! presence edited_and_deleted",
  ],
  ['deletes a cell that was only run again', 'A | B => 1 / A / A | B => 2', 'A'],
  ['moves an edited cell', "A | B | C / B | C | A / A' | B | C", "B | C | A'"],
  ['takes a split', 'A | B / A< | A> | B / =', 'A< | A> | B'],
  ['takes a merge', 'A< | A> | B / A | B / =', 'A | B'],
  [
    'asks about a split against an edit',
    "A | B / A< | A> | B / A' | B",
    "A< | A> | A' | B ! presence both_split",
  ],
  ['takes one swap on both sides', 'A | B | C / B | A | C / B | A | C', 'B | A | C'],
];

describe('a merge of three notebooks', () => {
  it.each(CASES)('%s', (_, line, merged) => {
    expect(mergedLine(line)).toBe(merged);
  });
});
