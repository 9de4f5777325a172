import { describe, expect, it } from 'vitest';

import type { DiffLine } from '../../../contract/diff.js';
import { joinWords } from '../../../server/notebook/render/word-diff.js';
import { renderPlain } from '../../../server/notebook/render/plain.js';
import { renderStat } from '../../../server/notebook/render/stat.js';
import { findRenames } from '../../../server/notebook/renames.js';
import { narrowDiff } from '../../../server/notebook/narrow.js';
import {
  cellsOf,
  countsAgree,
  diffLine,
  display,
  notebookOf,
  stream,
  withOutputs,
} from './notation.js';

describe('words joined in a line', () => {
  const joined = (...lines: DiffLine[]): string[] =>
    joinWords(lines).map((spans) =>
      spans.map(({ op, text }) => (op === ' ' ? text : `[${op}${text}]`)).join(''),
    );

  it('stand where they were, replaced, added or removed', () => {
    expect(
      joined(
        { op: '-', text: 'a(1, b)', marks: [[2, 3]] },
        { op: '+', text: 'a(22, b)', marks: [[2, 4]] },
      ),
    ).toEqual(['a([-1][+22], b)']);
    expect(
      joined({ op: '-', text: 'f(x)' }, { op: '+', text: 'f(x, y)', marks: [[3, 6]] }),
    ).toEqual(['f(x[+, y])']);
    expect(
      joined({ op: '-', text: 'f(x, y)', marks: [[3, 6]] }, { op: '+', text: 'f(x)' }),
    ).toEqual(['f(x[-, y])']);
  });

  it('leave lines without a counterpart whole, in order', () => {
    expect(
      joined(
        { op: ' ', text: 'same' },
        { op: '-', text: 'gone' },
        { op: '-', text: 'x = 1', marks: [[4, 5]] },
        { op: '+', text: 'new' },
        { op: '+', text: 'x = 2', marks: [[4, 5]] },
      ),
    ).toEqual(['same', '[-gone]', '[+new]', 'x = [-1][+2]']);
  });
});

describe('a notebook as plain text', () => {
  it('is the same for two runs that differ in noise alone', () => {
    const run = (count: number, address: string) =>
      notebookOf([
        {
          cell_type: 'code',
          id: `id${count}`,
          execution_count: count,
          metadata: { collapsed: count > 1, tags: ['t'] },
          source: 'run()',
          outputs: [stream(`<A at ${address}>\n`), display({ 'text/plain': '1' })],
        },
      ]);
    const text = renderPlain(run(1, '0x7f0000000001'));
    expect(text).toBe(renderPlain(run(2, '0x7f0000000002')));
    expect(text).toContain(
      '== code ==\nrun()\n-- tags: ["t"]\n-- stdout\n<A at <address>>\n-- output\n1\n',
    );
  });

  it('gives one line of facts for a picture, and no escape to the terminal', () => {
    const text = renderPlain(
      withOutputs(
        display({ 'image/png': 'AAAA', 'text/plain': '<Figure>' }),
        stream('\u001b[2J\u202e'),
      ),
    );
    expect(text).toMatch(/-- png 3 B, [0-9a-f]{8}\n-- stdout\n<U\+001B>\[2J<U\+202E>\n/);
    expect(text).not.toContain('<Figure>');
  });
});

describe('a summary', () => {
  it('has bars to one scale within the width, and totals', () => {
    const rows = [
      { name: 'a', added: 1000, removed: 0, outputs: 2 },
      { name: 'long', added: 1, removed: 1, outputs: 0 },
    ];
    const [first = '', second, total] = renderStat(rows, { color: false, width: 60 }).split('\n');
    expect(first.length).toBeLessThanOrEqual(60);
    expect(first).toMatch(/^ a {4}\| 1000 \++ 2 outputs$/);
    expect(second).toBe(' long |    2 +-');
    expect(total).toBe(' 2 notebooks changed, 1001 insertions(+), 1 deletion(-), 2 outputs');
  });
});

describe('a diff narrowed to a part', () => {
  const line = '#a:x | #b:y => 1 | #c:z → #a:x | #b:y => 2 | #c:w';

  it.each([
    ['source', 1, 0],
    ['outputs', 1, 1],
    ['metadata', 0, 0],
  ] as const)('%s counts what differs there', (part, modified, outputs) => {
    const narrow = narrowDiff(diffLine(line), [part]);
    expect([narrow.cells.modified, narrow.outputs_changed.length]).toEqual([modified, outputs]);
    const [base = '', head = ''] = line.split('→');
    expect(countsAgree(narrow, notebookOf(cellsOf(base)), notebookOf(cellsOf(head)))).toBe(true);
  });
});

describe('renamed notebooks', () => {
  const of = (name: string, cells: string) => ({ name, notebook: notebookOf(cellsOf(cells)) });

  it('are those most alike, at least by half, each in one pair', () => {
    const old = [of('a', 'A | B | C'), of('b', 'A | B | C | D'), of('c', 'X')];
    const now = [of('x', 'A | B | C | D'), of('y', 'A | B | C'), of('z', 'Y')];
    expect([...findRenames(old, now)].sort()).toEqual([
      ['a', 'y'],
      ['b', 'x'],
    ]);
    expect(findRenames([of('a', 'A | B | C')], [of('b', 'A | D | E')]).size).toBe(0);
    expect(findRenames([of('a', '')], [of('b', '_')]).size).toBe(0);
  });
});
