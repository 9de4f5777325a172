import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CellarError } from '../../../server/errors.js';
import { formatJson } from '../../../server/notebook/json.js';
import { applyMerge, planMerge } from '../../../server/notebook/merge/merge.js';
import type { RepairedSides } from '../../../server/notebook/merge/repair.js';
import { repairSides } from '../../../server/notebook/merge/repair.js';
import { toSharedBase } from '../../../server/notebook/merge/shared-base.js';
import { conflictsOf, wordsOf } from './merge-notation.js';
import { cellsOf, notebookOf } from './notation.js';

const encode = (text: string) => new TextEncoder().encode(text);

/** The file that git itself leaves when it merges three notebooks as text. */
function mergedByGit(
  line: string,
  style: 'merge' | 'diff3' | 'zdiff3',
  change = (text: string) => text,
): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'cellar-test-'));
  try {
    const paths = line.split(' / ').map((side, n) => {
      const path = join(folder, `${n}.ipynb`);
      const cells = cellsOf(side).map((cell) => ({ ...cell, source: linesOf(cell) }));
      writeFileSync(path, change(formatJson(notebookOf(cells).raw)));
      return path;
    });
    const [base = '', local = '', remote = ''] = paths;
    const labels = ['-L', 'main', '-L', 'ancestor', '-L', 'topic'];
    const how = style === 'merge' ? [] : [`--${style}`];
    try {
      execFileSync('git', ['merge-file', '--quiet', ...how, ...labels, local, base, remote]);
    } catch (error) {
      // Its exit code is the number of conflicts.
      if (!(error instanceof Error && 'status' in error && Number(error.status) < 128)) throw error;
    }
    return readFileSync(local);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function linesOf(cell: object): string[] {
  const source = 'source' in cell && typeof cell.source === 'string' ? cell.source : '';
  return source.split(/(?<=\n)/);
}

function repaired({ base, local, remote }: RepairedSides): string {
  const plan = planMerge(base ?? toSharedBase(local, remote), local, remote);
  const conflicts = conflictsOf(plan.decisions);
  return wordsOf(applyMerge(plan).notebook) + (conflicts === '' ? '' : ` ! ${conflicts}`);
}

describe('a file with conflict markers of git', () => {
  const CASES: readonly (readonly [string, string, string])[] = [
    [
      'two cells inserted at one place',
      '#a:A | #b:B / #a:A | #c:C | #b:B / #a:A | #d:D | #b:B',
      'A | C | D | B',
    ],
    ['two cells appended', '#a:A / #a:A | #c:C / #a:A | #d:D', 'A | C | D'],
    ['two runs', '#a:A => 1 / #a:A => 2 / #a:A => 3', 'A => 2 ! outputs both_ran'],
    [
      'two edits of one line',
      '#a:x = 1⏎y / #a:x = 2⏎y / #a:x = 3⏎y',
      '<<<<<<< local⏎x = 2⏎=======⏎x = 3⏎>>>>>>> remote⏎y ! source both_edited',
    ],
    [
      'conflicts in two cells',
      '#a:A => 1 | #b:B | #c:C => 1 / #a:A => 2 | #b:B | #c:C => 2 / #a:A => 3 | #b:B | #c:C => 3',
      'A => 2 | B | C => 2 ! outputs both_ran, outputs both_ran',
    ],
    ['cells added to an empty notebook', ' / #c:C / #d:D', 'C | D'],
  ];
  const STYLES = ['merge', 'diff3', 'zdiff3'] as const;

  it.each(STYLES.flatMap((style) => CASES.map((each) => [style, ...each] as const)))(
    'in the style %s gives back %s',
    (style, _, line, merged) => {
      const bytes = mergedByGit(line, style);
      const sides = repairSides(bytes);
      // What zdiff3 moves out of a conflict stands in base too, which then may be no notebook.
      if (style !== 'zdiff3') expect(sides.base === undefined).toBe(style === 'merge');
      expect(sides.labels).toEqual({
        base: style === 'merge' ? 'base' : 'ancestor',
        local: 'main',
        remote: 'topic',
      });
      expect(repaired(sides)).toBe(merged);
    },
  );

  it('may have any line ends, and any indentation', () => {
    const line = '#a:x = 1⏎y / #a:x = 2⏎y / #a:x = 3⏎y';
    const merged = '<<<<<<< local⏎x = 2⏎=======⏎x = 3⏎>>>>>>> remote⏎y ! source both_edited';
    for (const change of [
      (text: string) => text.replace(/\n/g, '\r\n'),
      (text: string) => text.replace(/^ +/gm, (indent) => indent.repeat(4)),
      (text: string) => text.replace(/^ +/gm, ''),
      (text: string) => `\ufeff${text}`,
    ])
      expect(repaired(repairSides(mergedByGit(line, 'diff3', change)))).toBe(merged);
  });

  const cell = (id: string, source: string) =>
    `{"cell_type": "code", "id": "${id}", "metadata": {}, "outputs": [], "execution_count": null, "source": "${source}"}`;
  const file = (...lines: readonly string[]) =>
    encode(
      ['{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [', ...lines, ']}', ''].join(
        '\n',
      ),
    );

  it('may have too few commas or too many on a side', () => {
    const few = file(
      cell('a', 'A'),
      '<<<<<<< HEAD',
      cell('b', 'B'),
      '=======',
      `,${cell('c', 'C')}`,
      '>>>>>>> topic',
    );
    expect(repaired(repairSides(few))).toBe('A | B | C');
    const many = file(
      `${cell('a', 'A')},`,
      '<<<<<<< HEAD',
      `${cell('b', 'B')},`,
      '=======',
      `${cell('c', 'C')},`,
      '>>>>>>> topic',
    );
    expect(repaired(repairSides(many))).toBe('A | B | C');
  });

  it('may cut through a cell and leave brackets open on a side', () => {
    const open = file(
      '<<<<<<< HEAD',
      cell('a', 'A'),
      '=======',
      cell('a', 'A').slice(0, -1),
      '>>>>>>> topic',
    );
    expect(repaired(repairSides(open))).toBe('A');
  });

  it('may have a base that git made up of several', () => {
    const nested = file(
      '<<<<<<< HEAD',
      cell('a', 'one'),
      '||||||| merged common ancestors',
      '<<<<<<<<< Temporary merge branch 1',
      cell('a', 'two'),
      '=========',
      cell('a', 'three'),
      '>>>>>>>>> Temporary merge branch 2',
      '=======',
      cell('a', 'four'),
      '>>>>>>> topic',
    );
    const sides = repairSides(nested);
    expect(sides.base).toBeUndefined();
    expect(sides.remote.cells.map(({ source }) => source)).toEqual(['four']);
  });

  it('keeps marker text that stands in a source', () => {
    const bytes = mergedByGit(
      '#a:A | #b:B / #a:A | #c:<<<<<<< x⏎======= | #b:B / #a:A | #d:D | #b:B',
      'diff3',
    );
    expect(repaired(repairSides(bytes))).toBe('A | <<<<<<< x⏎======= | D | B');
  });

  const BROKEN: readonly (readonly [string, Uint8Array, string, string])[] = [
    ['no markers', file(cell('a', 'A')), 'bad_request', 'no conflict markers'],
    [
      'a conflict that does not end',
      file('<<<<<<< HEAD', cell('a', 'A'), '======='),
      'conflict_markers',
      'in line 2',
    ],
    [
      'a conflict within a conflict',
      file('<<<<<<< HEAD', '<<<<<<< HEAD', '=======', '>>>>>>> x', '=======', '>>>>>>> y'),
      'conflict_markers',
      'in line 3',
    ],
    ['an end without a beginning', file('>>>>>>> x'), 'conflict_markers', 'in line 2'],
    [
      'a side that is no notebook',
      encode('<<<<<<< HEAD\n[1]\n=======\n{}\n>>>>>>> x\n'),
      'not_a_notebook',
      'not an object',
    ],
    ['bytes that are no text', Uint8Array.of(0x3c, 0xff), 'not_utf8', 'UTF-8'],
  ];

  it.each(BROKEN)('is refused with %s', (_, bytes, code, words) => {
    const attempt = () => repairSides(bytes, { path: 'n.ipynb' });
    expect(attempt).toThrow(CellarError);
    expect(attempt).toThrow(expect.objectContaining({ code }));
    expect(attempt).toThrow(words);
  });
});
