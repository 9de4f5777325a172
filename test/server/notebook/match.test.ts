import { describe, expect, it } from 'vitest';

import { matchCells } from '../../../server/notebook/match.js';
import { changesOf, cpuNow, diffLine, notebookOf } from './notation.js';

const CASES: readonly (readonly [string, string, string])[] = [
  ['finds nothing between equal notebooks', 'A | B → A | B', '=0:0 =1:1'],
  ['finds nothing between empty notebooks', ' → ', ''],
  ['shows every cell of a new notebook as added', ' → A | B', '+0 +1'],
  ['shows every cell of an emptied notebook as deleted', 'A | B → ', '-0 -1'],
  ['sees an edited cell', "A | B | C → A | B' | C", '=0:0 ~1:1 =2:2'],
  ['sees an added cell at the top', 'A | B → C | A | B', '+0 =0:1 =1:2'],
  ['sees an added cell between', 'A | B → A | C | B', '=0:0 +1 =1:2'],
  ['sees an added cell at the end', 'A | B → A | B | C', '=0:0 =1:1 +2'],
  ['sees a deleted cell at the top', 'A | B | C → B | C', '-0 =1:0 =2:1'],
  ['keeps a deleted cell where it stood', 'A | B | C → A | C', '=0:0 -1 =2:1'],
  ['shows a replaced cell as deleted, then added', 'A | B | C → A | D | C', '=0:0 -1 +1 =2:2'],
  ['finds the one cell that moved down', 'A | B | C | D → B | C | D | A', '=1:0 =2:1 =3:2 ^0:3'],
  ['finds the one cell that moved up', 'A | B | C | D → D | A | B | C', '^3:0 =0:1 =1:2 =2:3'],
  ['moves one of two swapped neighbours', 'A | B → B | A', '=1:0 ^0:1'],
  ['sees a cell moved and edited', "A | B | C | D → D' | A | B | C", '^~3:0 =0:1 =1:2 =2:3'],
  ['sees a cell split in two', 'A | B | C → A | B< | B> | C', '=0:0 Y1:1,2 =2:3'],
  ['sees two cells merged', 'A | B< | B> | C → A | B | C', '=0:0 V1,2:1 =3:2'],
  ['sees a copy as added', 'A | B → A | B | A', '=0:0 =1:1 +2'],
  ['takes one of two equal cells as deleted', 'A | A | B → A | B', '=0:0 -1 =2:1'],
  ['sees a variable renamed everywhere as edits', 'A | B | C → A* | B* | C*', '~0:0 ~1:1 ~2:2'],
  ['sees a renamed cell that moved', 'A | B | C → C* | A* | B*', '^~2:0 ~0:1 ~1:2'],
  ['pairs short edited cells in place', 'A | x = 1 | B → A | x = 2 | B', '=0:0 ~1:1 =2:2'],
  ['does not pair short cells that share nothing', 'A | x | B → A | qq() | B', '=0:0 -1 +1 =2:2'],
  ['does not move a tiny cell by chance', 'x | A | B → A | B | x', '-0 =1:0 =2:1 +2'],
  ['leaves empty cells in place', '_ | A | _ | B → _ | A | _ | B', '=0:0 =1:1 =2:2 =3:3'],
  ['adds an empty cell where it came', 'A | B → A | _ | B', '=0:0 +1 =1:2'],
  [
    'deletes only the repeated call that went',
    'plot() | A | plot() | B | plot() → plot() | A | B | plot()',
    '=0:0 =1:1 -2 =3:2 =4:3',
  ],
  ['sees a cell of another type as edited', '#a:some words here → #a:md:some words here', '~0:0'],
  [
    'knows a cell of another type without ids',
    'A | note one | B → A | md:note one | B',
    '=0:0 ~1:1 =2:2',
  ],
  ['trusts an id over a rewrite', '#a:A | #b:B → #a:A | #b:C', '=0:0 ~1:1'],
  ['trusts an id over a rewrite of a tiny cell', '#a:A | #b:x → #a:A | #b:qq()', '=0:0 ~1:1'],
  ['follows an id through a move', '#a:A | #b:B | #c:C → #c:C | #a:A | #b:B', '^2:0 =0:1 =1:2'],
  ['follows a tiny cell by its id', '#a:x | #b:A | #c:B → #b:A | #c:B | #a:x', '=1:0 =2:1 ^0:2'],
  ['matches regenerated ids by content', '#a:A | #b:B → #p:A | #q:B', '=0:0 =1:1'],
  [
    'does not believe ids that number the cells',
    '#c0:A | #c1:B | #c2:C → #c0:D | #c1:A | #c2:B | #c3:C',
    '+0 =0:1 =1:2 =2:3',
  ],
  [
    'does not believe an id that was reused after a paste',
    '#a:A | #b:B → #a:C | #x:A | #b:B',
    '+0 =0:1 =1:2',
  ],
  [
    'keeps the id with the edited one when a copy took the text',
    "#a:A | #b:B → #a:A' | #x:A | #b:B",
    '~0:0 +1 =1:2',
  ],
  ['copes with one id used twice', '#a:A | #a:B → #a:A | #a:B', '=0:0 =1:1'],
  ['copes with one id used twice on one side', '#a:A | #b:B → #a:A | #a:C | #b:B', '=0:0 +1 =1:2'],
  ['copes with ids on one side only', '#a:A | #b:B → A | B', '=0:0 =1:1'],
  [
    'sees a split although an id stayed with one half',
    '#a:A | #b:B → #a:A< | #x:A> | #b:B',
    'Y0:0,1 =1:2',
  ],
  [
    'sees a split although the id went to the lower half',
    '#a:A | #b:B → #x:A< | #a:A> | #b:B',
    'Y0:0,1 =1:2',
  ],
  ['sees a merge although an id stayed', '#a:A< | #x:A> | #b:B → #a:A | #b:B', 'V0,1:0 =2:1'],
  ['does not take a short addition for a split', 'A | B → A | x = 1 | B', '=0:0 +1 =1:2'],
  [
    'sees a move and a deletion together',
    'A | B | C | D | E → E | A | C | D',
    '^4:0 =0:1 -1 =2:2 =3:3',
  ],
  ['moves two of five', 'A | B | C | D | E → D | E | A | B | C', '^3:0 ^4:1 =0:2 =1:3 =2:4'],
  ['reverses three with two moves', 'A | B | C → C | B | A', '=2:0 ^1:1 ^0:2'],
  [
    'ignores blank space at the end of a source for matching',
    'x = 1⏎ | A → A | x = 1⏎',
    '-0 =1:0 +1',
  ],
  ['sees outputs that changed', 'A => 1 → A => 2', '~0:0'],
  [
    'lets outputs decide between equal sources',
    'plot() => 1 | plot() => 2 → plot() => 2',
    '-0 =1:0',
  ],
  [
    'lets outputs decide between equal sources of several',
    'A | run(x) => 1 | run(x) => 2 | run(x) => 3 | B → A | run(x) => 1 | run(x) => 3 | B',
    '=0:0 =1:1 -2 =3:2 =4:3',
  ],
  [
    'finds a block of three that moved',
    'A | B | C | D | E | F | G → E | F | G | A | B | C | D',
    '^4:0 ^5:1 ^6:2 =0:3 =1:4 =2:5 =3:6',
  ],
  [
    'swaps two similar cells by what each says',
    'A | load(a, 1)⏎show(left) | load(b, 1)⏎show(right) | B → A | load(b, 1)⏎show(right) | load(a, 1)⏎show(left) | B',
    '=0:0 =2:1 ^1:2 =3:3',
  ],
  [
    'pairs all cells by content when all ids are new and one is edited',
    "#a:A | #b:B | #c:C → #x:A | #y:B' | #z:C",
    '=0:0 ~1:1 =2:2',
  ],
  [
    'pairs by ids and content where ids are partly missing',
    "#a:A | B | #c:C | D → #a:A' | B | #c:D | C",
    '~0:0 =1:1 =3:2 ^2:3',
  ],
  ['sees copies of one cell as added', 'A | B → A | A | A | B', '=0:0 +1 +2 =1:3'],
  ['keeps the first of three copies that went to one', 'A | A | A | B → A | B', '=0:0 -1 -2 =3:1'],
  [
    'sees a cell split in two with a line of one half edited',
    'A | k(1)⏎l(22)⏎m(333)⏎n(4444)⏎o(55555)⏎p(66) | C → A | k(1)⏎l(23)⏎m(333) | n(4444)⏎o(55555)⏎p(66) | C',
    '=0:0 Y1:1,2 =2:3',
  ],
  [
    'sees a split where the first line went',
    'A | import os⏎l(22)⏎m(333)⏎n(4444)⏎o(55555)⏎p(66) | C → A | l(22)⏎m(333) | n(4444)⏎o(55555)⏎p(66) | C',
    '=0:0 Y1:1,2 =2:3',
  ],
  [
    'sees two cells merged and edited',
    'A | k(1)⏎l(22)⏎m(333) | n(4444)⏎o(55555)⏎p(66) | C → A | k(1)⏎l(22)⏎m(333)⏎n(4444)⏎o(5)⏎p(66) | C',
    '=0:0 V1,2:1 =3:2',
  ],
  [
    'sees a rewrite by its id though another cell took its place',
    '#a:A | #b:B | #c:C → #a:D | #b:B | #c:C',
    '~0:0 =1:1 =2:2',
  ],
  [
    'sees two cells whose ids were exchanged',
    '#a:A | #b:B | C → #b:A | #a:B | C',
    '=0:0 =1:1 =2:2',
  ],
  [
    'lets neighbours decide between equal cells',
    'A | plot() | B | plot() | C → A | B | plot() | C',
    '=0:0 -1 =2:1 =3:2 =4:3',
  ],
  [
    'sees the edited cell among new ones',
    "A | B | C → A | D | E | B' | F | C",
    '=0:0 +1 +2 ~1:3 +4 =2:5',
  ],
  [
    'sees a cell moved, edited and renamed in all at once',
    "A | B | C | D → D* | A' | B | C",
    '^~3:0 ~0:1 =1:2 =2:3',
  ],
  [
    'keeps a tiny edit where its id moved',
    '#a:x | #b:A | #c:B → #b:A | #c:B | #a:y',
    '=1:0 =2:1 ^~0:2',
  ],
  ['sees a cell and its copy with an edit', "A | B → A | A' | B", '=0:0 +1 =1:2'],
  ['reverses four with three moves', 'A | B | C | D → D | C | B | A', '=3:0 ^2:1 ^1:2 ^0:3'],
  ['keeps markdown apart from code with equal text', 'md:title words → title words', '~0:0'],
];

describe('matching cells', () => {
  it.each(CASES)('%s', (_, line, expected) => {
    expect(changesOf(diffLine(line))).toBe(expected);
  });

  it('says by how many places a cell moved', () => {
    const diff = diffLine('A | B | C | D → D | A | B | C');
    expect(diff.changes[0]?.movedBy).toBe(-3);
  });

  it('counts a moved and edited cell in all three counts', () => {
    const { cells, modified } = diffLine("A | B | C | D → D' | A | B | C");
    expect(cells).toMatchObject({ moved: 1, modified: 1, moved_modified: 1, unchanged: 3 });
    expect(modified).toEqual([{ base: 3, head: 0, aspects: ['source'] }]);
  });

  it('stays linear where a split of endless cells must be tried', () => {
    const many = (from: number) =>
      Array.from({ length: 60_000 }, (_, n) => `${from}${n % 7 === 0 ? n : n + 1e6 * from}`);
    const cells = (...sources: readonly string[][]) =>
      notebookOf(sources.map((lines) => ({ cell_type: 'code', source: lines.join('\n') }))).cells;
    const start = cpuNow();
    matchCells(cells(many(1)), cells(many(2).slice(0, 30_000), many(3).slice(30_000)));
    matchCells(cells(['start()', ...many(4)]), cells(['start()', ...many(5)], ['end()']));
    expect(cpuNow() - start).toBeLessThan(8000);
  });

  it('finds twenty moves of twenty among a thousand cells, with and without ids', () => {
    const cells = Array.from({ length: 1000 }, (_, i) => ({
      cell_type: 'code',
      id: `c${i}`,
      source: `alpha_${i} = compute(${i * 7})\nbeta_${i} = alpha_${i} + ${i}\nshow(beta_${i})`,
    }));
    const moved = cells.filter((_, i) => i % 50 === 7);
    const rest = cells.filter((_, i) => i % 50 !== 7);
    const line = (list: typeof cells, ids: boolean) =>
      list
        .map(({ id, source }) => (ids ? `#${id}:` : '') + source.replaceAll('\n', '⏎'))
        .join(' | ');
    for (const ids of [true, false]) {
      const diff = diffLine(`${line(cells, ids)} → ${line([...rest, ...moved], ids)}`);
      expect(diff.cells).toMatchObject({ moved: 20, added: 0, deleted: 0, modified: 0 });
    }
  });
});
