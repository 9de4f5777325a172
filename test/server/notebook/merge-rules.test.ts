import { describe, expect, it } from 'vitest';

import type { MergeChoices } from '../../../contract/merge.js';
import type { JsonObject } from '../../../server/notebook/json-value.js';
import { isArray, isObject } from '../../../server/notebook/json-value.js';
import { compactJson } from '../../../server/notebook/json.js';
import { applyMerge, planMerge } from '../../../server/notebook/merge/merge.js';
import type { MergePlan } from '../../../server/notebook/merge/plan.js';
import { findMergeValue, toMergeView } from '../../../server/notebook/merge/result.js';
import { mergeWords } from '../../../server/notebook/merge/words.js';
import { conflictsOf, planOf, reasonsOf, wordsOf } from './merge-notation.js';
import { cellsOf, notebookOf, parseText } from './notation.js';

type Versions = readonly [unknown, unknown, unknown];

const CELL = { cell_type: 'code', id: 'a', source: 'run()', execution_count: null, outputs: [] };

/** The merge of a cell with these metadata. */
function planCell(versions: Versions, more: object = {}): MergePlan {
  const [base, local, remote] = versions.map((metadata) =>
    notebookOf([{ ...CELL, ...more, metadata }]),
  );
  if (base === undefined || local === undefined || remote === undefined) throw new Error();
  return planMerge(base, local, remote);
}

/** The merge of a notebook with these metadata. */
function planNotebook([base, local, remote]: readonly [object, object, object]): MergePlan {
  return planMerge(notebookOf([], base), notebookOf([], local), notebookOf([], remote));
}

function firstCell(notebook: JsonObject): JsonObject {
  const cells = notebook.get('cells');
  const cell = isArray(cells) ? cells[0] : undefined;
  if (!isObject(cell)) throw new Error('there is no cell');
  return cell;
}

function metadataOf(plan: MergePlan, choices?: MergeChoices): unknown {
  const value = firstCell(applyMerge(plan, choices).notebook).get('metadata');
  return JSON.parse(compactJson(value ?? null));
}

describe('the metadata of a cell', () => {
  const CASES: readonly (readonly [string, Versions, unknown, string])[] = [
    ['merges by key', [{}, { a: 1 }, { b: 2 }], { a: 1, b: 2 }, ''],
    [
      'takes a key out that one side took out',
      [{ a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }],
      { b: 2 },
      '',
    ],
    [
      'merges in depth',
      [{ a: { x: 1 } }, { a: { x: 2 } }, { a: { x: 1, y: 3 } }],
      { a: { x: 2, y: 3 } },
      '',
    ],
    [
      'asks about one key with two values',
      [{ a: 1 }, { a: 2 }, { a: 3 }],
      { a: 2 },
      'metadata both_edited',
    ],
    [
      'asks about a key that was taken out and changed, and keeps it',
      [{ a: 1 }, {}, { a: 3 }],
      { a: 3 },
      'metadata both_edited',
    ],
    ['does not ask about one value of both', [{ a: 1 }, { a: 2 }, { a: 2 }], { a: 2 }, ''],
    [
      'unites tags',
      [{ tags: ['x'] }, { tags: ['x', 'y'] }, { tags: ['x', 'z'] }],
      { tags: ['x', 'y', 'z'] },
      '',
    ],
    [
      'takes tags out that a side took out',
      [{ tags: ['x', 'y'] }, { tags: ['y'] }, { tags: ['x', 'y', 'z'] }],
      { tags: ['y', 'z'] },
      '',
    ],
    [
      'unites tags that both added first',
      [{}, { tags: ['x'] }, { tags: ['y'] }],
      { tags: ['x', 'y'] },
      '',
    ],
    [
      'never asks about what editors write',
      [{ scrolled: true }, { scrolled: false }, { scrolled: 'auto' }],
      { scrolled: false },
      '',
    ],
    [
      'keeps names that JavaScript knows',
      [{}, { ['__proto__x']: 1 }, { constructor: 2 }],
      { __proto__x: 1, constructor: 2 },
      '',
    ],
  ];

  it.each(CASES)('%s', (_, versions, merged, conflicts) => {
    const plan = planCell(versions);
    expect(metadataOf(plan)).toEqual(merged);
    expect(conflictsOf(plan.decisions)).toBe(conflicts);
  });

  it('tells path and values of what it asks about', () => {
    const plan = planCell([{ a: { 'b/c': 1 } }, { a: { 'b/c': 2 } }, { a: { 'b/c': 3 } }]);
    expect(plan.decisions).toMatchObject([
      {
        id: 'metadata:b0:/a/b~1c',
        path: '/a/b~1c',
        values: { base: '1', local: '2', remote: '3' },
      },
    ]);
  });

  it('takes what a person chooses', () => {
    const plan = planCell([{ a: 1 }, { a: 2 }, { a: 3 }]);
    const of = (take: 'base' | 'local' | 'remote') =>
      metadataOf(plan, { decisions: { 'metadata:b0:/a': take }, sources: {} });
    expect([of('base'), of('local'), of('remote')]).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });
});

describe("the notebook's own metadata", () => {
  const A = { kernelspec: { name: 'a', display_name: 'A' } };
  const B = { kernelspec: { name: 'b', display_name: 'B' } };
  const C = { kernelspec: { name: 'c', display_name: 'A' } };
  const CASES: readonly (readonly [string, readonly [object, object, object], object, string])[] = [
    ['takes the kernel of the side that changed it', [A, A, B], B, ''],
    ['asks about two kernels, and mixes none', [A, B, C], B, 'notebook_metadata both_edited'],
    [
      'never asks about what a kernel says of itself',
      [
        {},
        { language_info: { name: 'python', version: '3.11.1' } },
        { language_info: { name: 'python', version: '3.12.0' } },
      ],
      { language_info: { name: 'python', version: '3.11.1' } },
      '',
    ],
    [
      'takes what the chosen kernel says of itself',
      [
        { ...A, language_info: { name: 'a' } },
        { ...A, language_info: { name: 'a', version: '1' } },
        { ...B, language_info: { name: 'b' } },
      ],
      { ...B, language_info: { name: 'b' } },
      '',
    ],
    [
      'unites the states of widgets',
      [{}, { widgets: { m: { state: { x: 1 } } } }, { widgets: { m: { state: { y: 2 } } } }],
      { widgets: { m: { state: { x: 1, y: 2 } } } },
      '',
    ],
    [
      'asks about two titles',
      [{ title: 'x' }, { title: 'y' }, { title: 'z' }],
      { title: 'y' },
      'notebook_metadata both_edited',
    ],
  ];

  it.each(CASES)('%s', (_, versions, merged, conflicts) => {
    const plan = planNotebook(versions);
    const metadata = applyMerge(plan).notebook.get('metadata') ?? null;
    expect(JSON.parse(compactJson(metadata))).toEqual(merged);
    expect(conflictsOf(plan.decisions)).toBe(conflicts);
  });
});

describe('attachments', () => {
  const picture = (data: string) => ({ 'image/png': data });
  const plan = (...files: readonly [object, object, object]) => {
    const [base, local, remote] = files.map((attachments) =>
      notebookOf([{ cell_type: 'markdown', id: 'a', source: '![](x)', metadata: {}, attachments }]),
    );
    if (base === undefined || local === undefined || remote === undefined) throw new Error();
    return planMerge(base, local, remote);
  };

  it('merge by name', () => {
    const merged = plan({}, { 'a.png': picture('AA==') }, { 'b.png': picture('BB==') });
    const attachments = firstCell(applyMerge(merged).notebook).get('attachments') ?? null;
    expect(JSON.parse(compactJson(attachments))).toEqual({
      'a.png': picture('AA=='),
      'b.png': picture('BB=='),
    });
    expect(conflictsOf(merged.decisions)).toBe('');
  });

  it('are asked about by name', () => {
    const merged = plan(
      { 'a.png': picture('AA==') },
      { 'a.png': picture('BB==') },
      { 'a.png': picture('CC==') },
    );
    expect(conflictsOf(merged.decisions)).toBe('attachments both_edited');
  });
});

describe('formats and ids', () => {
  const words = ['A | B', "A' | B", "A | B'"] as const;
  const planOfMinors = (...minors: readonly [number, number, number]) => {
    const [base, local, remote] = minors.map((minor, n) => {
      const cells = cellsOf(words[n] ?? '').map((cell, i) =>
        minor < 5 ? cell : { ...cell, id: `c${i}` },
      );
      return notebookOf(cells, {}, minor);
    });
    if (base === undefined || local === undefined || remote === undefined) throw new Error();
    return planMerge(base, local, remote);
  };
  const idsOf = (plan: MergePlan) => {
    const { notebook } = applyMerge(plan);
    const cells = notebook.get('cells');
    return [
      notebook.get('nbformat_minor'),
      ...(isArray(cells) ? cells : []).map((cell) => (isObject(cell) ? cell.get('id') : null)),
    ];
  };

  it('take the greater minor, with an id for every cell', () => {
    expect(idsOf(planOfMinors(4, 5, 4))).toEqual([5, 'c0', 'c1']);
    expect(idsOf(planOfMinors(5, 4, 5))).toEqual([5, 'c0', 'c1']);
  });

  it('have no ids before 4.5', () => {
    expect(idsOf(planOfMinors(4, 4, 4))).toEqual([4, undefined, undefined]);
  });

  it('make the same ids each time where none are known, and no id twice', () => {
    const none = (line: string) => notebookOf(cellsOf(line), {}, 5);
    const plan = () => planMerge(none('A | x'), none('A | x | x'), none('B | A | x'));
    const [, ...ids] = idsOf(plan());
    expect(new Set(ids).size).toBe(4);
    expect(idsOf(plan()).slice(1)).toEqual(ids);
  });

  it('give a second cell of one id another', () => {
    const [, ...ids] = idsOf(planOf('#a:A / #a:A | #n:B / #a:A | #n:C'));
    expect(ids.slice(0, 2)).toEqual(['a', 'n']);
    expect(new Set(ids).size).toBe(3);
  });

  it('make nbformat 4 of nbformat 3', () => {
    const old = (input: string) =>
      parseText(
        JSON.stringify({
          nbformat: 3,
          nbformat_minor: 0,
          metadata: { name: 'old' },
          worksheets: [
            {
              cells: [
                { cell_type: 'heading', level: 2, source: 'Title', metadata: {} },
                {
                  cell_type: 'code',
                  language: 'python',
                  input,
                  collapsed: false,
                  prompt_number: 3,
                  outputs: [{ output_type: 'pyout', prompt_number: 3, text: ['1'], metadata: {} }],
                  metadata: {},
                },
              ],
            },
          ],
        }),
      );
    const plan = planMerge(old('one = 1'), old('one = 2'), old('one = 1'));
    const { notebook } = applyMerge(plan);
    expect(wordsOf(notebook)).toBe('md:## Title | one = 2 => 1');
    expect(compactJson(notebook)).not.toMatch(/prompt_number|worksheets|"input"|"level"/);
  });
});

describe('choices', () => {
  const wordsWith = (plan: MergePlan, choices: Partial<MergeChoices>) => {
    const { notebook, unresolved } = applyMerge(plan, { decisions: {}, sources: {}, ...choices });
    return `${wordsOf(notebook)} (${unresolved})`;
  };

  it('keep or delete a cell', () => {
    const plan = planOf("A | B / A / A | B'");
    const of = (take: 'base' | 'local' | 'remote' | 'both') =>
      wordsWith(plan, { decisions: { 'presence:b1': take } });
    expect([of('base'), of('local'), of('remote'), of('both')]).toEqual([
      'A | B (0)',
      'A (0)',
      "A | B' (0)",
      "A | B' (0)",
    ]);
  });

  it('take a split, the edited cell, both, or what was', () => {
    const plan = planOf("A | B / A< | A> | B / A' | B");
    const id = plan.decisions.find(({ reason }) => reason === 'both_split')?.id ?? '';
    const of = (take: 'base' | 'local' | 'remote' | 'both') =>
      wordsWith(plan, { decisions: { [id]: take } });
    expect([of('base'), of('local'), of('remote'), of('both')]).toEqual([
      'A | B (0)',
      'A< | A> | B (0)',
      "A' | B (0)",
      "A< | A> | A' | B (0)",
    ]);
  });

  it('put a cell where either side or base has it', () => {
    const plan = planOf('A | B | C | D / B | A | C | D / B | C | D | A');
    const of = (take: 'base' | 'local' | 'remote') =>
      wordsWith(plan, { decisions: { 'place:b0': take } });
    expect([of('base'), of('local'), of('remote')]).toEqual([
      'A | B | C | D (0)',
      'B | A | C | D (0)',
      'B | C | D | A (0)',
    ]);
  });

  it('settle a source chunk by chunk', () => {
    const plan = planOf('#a:a⏎b⏎c / #a:a1⏎b⏎c1 / #a:a2⏎b⏎c2');
    const of = (
      first: 'base' | 'local' | 'remote' | 'both',
      second: 'base' | 'local' | 'remote' | 'both',
    ) => wordsWith(plan, { decisions: { 'source:b0:0': first, 'source:b0:2': second } });
    expect([of('local', 'remote'), of('both', 'base')]).toEqual(['a1⏎b⏎c2 (0)', 'a1⏎a2⏎b⏎c (0)']);
    expect(wordsWith(plan, { decisions: { 'source:b0:0': 'local' } })).toBe(
      'a1⏎b⏎<<<<<<< local⏎c1⏎=======⏎c2⏎>>>>>>> remote (1)',
    );
  });

  it('take a source that was written by hand before its chunks', () => {
    const plan = planOf('#a:a⏎b⏎c / #a:a1⏎b⏎c1 / #a:a2⏎b⏎c2');
    expect(
      wordsWith(plan, { sources: { b0: 'mine' }, decisions: { 'source:b0:0': 'remote' } }),
    ).toBe('mine (0)');
  });

  it('undo what was decided without asking', () => {
    const plan = planOf("A | B / A' | B / A | B | C");
    expect(wordsWith(plan, { decisions: { 'source:b0': 'base', 'presence:r2': 'local' } })).toBe(
      'A | B (0)',
    );
  });

  it('take the outputs of either run', () => {
    const plan = planOf('A => 1 / A => 2 / A => 3');
    const of = (take: 'base' | 'local' | 'remote' | 'both') =>
      wordsWith(plan, { decisions: { 'outputs:b0': take } });
    expect([of('base'), of('local'), of('remote'), of('both')]).toEqual([
      'A => 1 (0)',
      'A => 2 (0)',
      'A => 3 (0)',
      'A => 2 (0)',
    ]);
  });

  it('ignore names that this merge does not know', () => {
    expect(
      wordsWith(planOf('A / A / A'), {
        decisions: { 'source:b9': 'base', 'presence:x': 'local' },
        sources: { b9: 'x' },
      }),
    ).toBe('A (0)');
  });
});

describe('what a merge says of itself', () => {
  it('names its reasons', () => {
    expect(reasonsOf(planOf("A | B | C / B | C | A / A' | B | C"), 'place')).toBe(
      'moved_and_edited',
    );
    expect(reasonsOf(planOf('A | B => 1 / A / A | B => 2'), 'presence')).toBe('deleted_and_rerun');
    expect(reasonsOf(planOf('A | B / A | C | B / A | D | B'), 'presence')).toBe(
      'both_inserted both_inserted',
    );
    expect(reasonsOf(planOf('a⏎b⏎c / a1⏎b⏎c / a⏎b⏎c1'), 'source')).toBe('merged_by_line');
    expect(reasonsOf(planOf("A => 1 / A' => 2 / A => 3"), 'outputs')).toBe('fits_source');
  });

  it('says one line a conflict, and the sum', () => {
    expect(mergeWords(planOf('x = 1 / x = 2 / x = 3'))).toEqual([
      'conflict in cell 1: its source: local "x = 2", remote "x = 3"',
      'merged with 1 conflict',
    ]);
    expect(mergeWords(planOf("A | B / A / A | B'"))).toEqual([
      'conflict in cell 2: whether it is there: local deleted it, remote changed it; it stands',
      'merged with 1 conflict',
    ]);
    expect(mergeWords(planOf('A / A / A'))).toEqual(['merged']);
  });

  it('shows every cell with its chunks and where each side has it', () => {
    const plan = planOf("a⏎b | B | C / a1⏎b | C / a2⏎b | B | C'");
    const labels = { base: 'base', local: 'main', remote: 'topic' };
    const view = toMergeView(plan, { path: 'n.ipynb', labels, origin: 'files', fingerprint: 'f' });
    expect(view.cells.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'b0 conflict',
      'b1 deleted',
      'b2 merged',
    ]);
    expect(view.cells[0]?.chunks).toEqual([
      { kind: 'conflict', base: 'a\n', local: 'a1\n', remote: 'a2\n', decision: 'source:b0:0' },
      { kind: 'same', base: 'b', local: 'b', remote: 'b' },
    ]);
    expect(view.cells[2]).toMatchObject({
      base: { index: 2 },
      local: { index: 1 },
      remote: { index: 2 },
    });
  });

  it('finds the outputs of each side by hash', () => {
    const plan = planOf('A => one / A => two / A => three');
    const labels = { base: 'base', local: 'local', remote: 'remote' };
    const view = toMergeView(plan, { path: 'n.ipynb', labels, origin: 'files', fingerprint: 'f' });
    const [cell] = view.cells;
    const texts = [cell?.base, cell?.local, cell?.remote].map(
      (side) => findMergeValue(plan, side?.outputs[0]?.hash ?? '')?.text,
    );
    expect(texts).toEqual(['one', 'two', 'three']);
    expect(findMergeValue(plan, 'unknown')).toBeUndefined();
  });
});

describe('the chunks of a view', () => {
  it.each([
    ['appended by both', '#a:a / #a:a⏎x / #a:a⏎y'],
    ['appended by one', '#a:a / #a:a⏎x / #a:a'],
    ['put at the end of a conflict by both', '#a:m⏎n / #a:z / #a:n⏎z'],
    ['behind an addition', '#a:a⏎b / #a:a⏎q⏎b⏎x / #a:a⏎b⏎y'],
    ['of a side that ends its last line', '#a:a⏎b / #a:a⏎b⏎ / #a:a⏎b1'],
  ])('make up each side for lines %s', (_, line) => {
    const view = toMergeView(planOf(line), {
      path: 'n.ipynb',
      labels: { base: 'base', local: 'local', remote: 'remote' },
      origin: 'files',
      fingerprint: '',
    });
    for (const side of ['base', 'local', 'remote'] as const)
      for (const cell of view.cells)
        expect(cell.chunks.map((chunk) => chunk[side]).join('')).toBe(cell[side]?.source);
  });
});

describe('base, chosen for the type of a cell that both sides added', () => {
  it('leaves it the type of local, since base knows none', () => {
    const plan = planOf('#z:Z / #z:Z | #n:md:A / #z:Z | #n:A');
    const type = plan.decisions.find(({ about }) => about === 'type');
    const { notebook } = applyMerge(plan, {
      decisions: { [type?.id ?? '']: 'base' },
      sources: {},
    });
    const cells = notebook.get('cells');
    const added = isArray(cells) ? cells[1] : undefined;
    expect(type?.conflict).toBe(true);
    expect(isObject(added) ? added.get('cell_type') : undefined).toBe('markdown');
  });
});
