import { describe, expect, it } from 'vitest';

import type { MergeChoices } from '../../../contract/merge.js';
import type { JsonObject } from '../../../server/notebook/json-value.js';
import { isArray, isObject } from '../../../server/notebook/json-value.js';
import { compactJson } from '../../../server/notebook/json.js';
import { applyMerge, planMerge } from '../../../server/notebook/merge/merge.js';
import type { MergePlan } from '../../../server/notebook/merge/plan.js';
import { conflictsOf, planOf, wordsOf } from './merge-notation.js';
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
