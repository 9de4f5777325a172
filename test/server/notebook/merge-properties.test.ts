import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { MergeChoices } from '../../../contract/merge.js';
import { mergeViewSchema } from '../../../contract/merge.js';
import { isArray, isObject } from '../../../server/notebook/json-value.js';
import { compactJson } from '../../../server/notebook/json.js';
import { applyMerge, formatMerged, planMerge } from '../../../server/notebook/merge/merge.js';
import type { MergePlan } from '../../../server/notebook/merge/plan.js';
import { toMergeView } from '../../../server/notebook/merge/result.js';
import { joinText, parseNotebook } from '../../../server/notebook/read.js';
import { faultsOf } from './nbformat.js';
import { cellsOf, notebookOf } from './notation.js';

type Cells = readonly Record<string, unknown>[];

/** How often the long form tries what the short one tries. */
const TIMES = process.env['CELLAR_TEST_FULL'] === '1' ? 20 : 1;

const WORDS = [
  'A',
  'B',
  'C',
  'D',
  'E',
  "A'",
  'B*',
  '_',
  'x',
  'x = 1',
  'x = 1⏎y = 2⏎z = 3',
  'md:A',
  'md:a text',
];
const toCells = (words: readonly string[]): Cells => cellsOf(words.join(' | ')) as Cells;

const start = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 7 })
  .map((words) => toCells(words).map((cell, n) => ({ ...cell, id: `c${n}` })));

/** One thing that a person does to a notebook; `at` and `to` are places, taken modulo its length. */
const deed = fc.record({
  kind: fc.constantFrom(
    'edit',
    'append',
    'delete',
    'insert',
    'move',
    'run',
    'tag',
    'type',
    'split',
    'copy',
    'note',
  ),
  at: fc.nat(20),
  to: fc.nat(20),
  word: fc.constantFrom(...WORDS),
  value: fc.constantFrom('1', '2', 'at 0x7f00000001', 'at 0x7f00000002'),
});
const deeds = fc.array(deed, { maxLength: 5 });
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

function textOf(cell: Cells[number]): string {
  return typeof cell['source'] === 'string' ? cell['source'] : '';
}

function act(cells: Cells, { kind, at, to, word, value }: Deed): Cells {
  const place = cells.length === 0 ? 0 : at % cells.length;
  const cell = cells[place];
  const without = cells.filter((_, n) => n !== place);
  const put = (...instead: Cells) => [
    ...cells.slice(0, place),
    ...instead,
    ...cells.slice(place + 1),
  ];
  const [fresh] = toCells([word]);
  if (kind === 'insert' || cell === undefined || fresh === undefined)
    return [...cells.slice(0, place), { ...fresh, id: `n${at}${to}` }, ...cells.slice(place)];
  const lines = textOf(cell).split('\n');
  switch (kind) {
    case 'edit': {
      const n = to % lines.length;
      return put({
        ...cell,
        source: lines.map((line, i) => (i === n ? `${line} # ${value}` : line)).join('\n'),
      });
    }
    case 'append':
      return put({ ...cell, source: `${textOf(cell)}\nmore(${value})` });
    case 'delete':
      return without;
    case 'move':
      return [...without.slice(0, to % cells.length), cell, ...without.slice(to % cells.length)];
    case 'run':
      return cell['cell_type'] === 'code'
        ? put({
            ...cell,
            execution_count: to,
            outputs: [{ output_type: 'stream', name: 'stdout', text: value }],
          })
        : cells;
    case 'tag':
      return put({ ...cell, metadata: { tags: [value, word], scrolled: to % 2 === 0 } });
    case 'type':
      return put({ ...fresh, id: cell['id'], source: textOf(cell) });
    case 'split': {
      const half = lines.length >> 1;
      const rest = { ...cell, id: `s${at}${to}`, source: lines.slice(half).join('\n') };
      return lines.length < 2
        ? cells
        : put({ ...cell, source: lines.slice(0, half).join('\n') }, rest);
    }
    case 'copy':
      return [...cells, { ...cell, id: `k${at}${to}` }];
    case 'note':
      return put({ ...cell, metadata: { note: value, deep: { [word]: to } } });
  }
}

const metadata = fc.constantFrom(
  {},
  { kernelspec: { name: 'a', display_name: 'A' } },
  { kernelspec: { name: 'b', display_name: 'B' }, title: 'x' },
);
const minor = fc.constantFrom(4, 5, 5, 5);

function build(cells: Cells, about: object, lesser: number) {
  const seen = new Set<unknown>();
  const own = cells.map(({ id, ...cell }, n) => {
    const name = seen.has(id) ? `${String(id)}x${n}` : id;
    seen.add(name);
    return lesser < 5 ? cell : { ...cell, id: name };
  });
  return notebookOf(own, about, lesser);
}

/** A notebook and two that people made of it. */
const triple = fc
  .record({
    cells: start,
    left: deeds,
    right: deeds,
    about: fc.tuple(metadata, metadata, metadata),
    minors: fc.tuple(minor, minor, minor),
  })
  .map(({ cells, left, right, about, minors }) => ({
    base: build(cells, about[0], minors[0]),
    local: build(left.reduce(act, cells), about[1], minors[1]),
    remote: build(right.reduce(act, cells), about[2], minors[2]),
  }));

function cellsIn(plan: MergePlan, choices?: MergeChoices) {
  const cells = applyMerge(plan, choices).notebook.get('cells');
  if (!isArray(cells)) throw new Error('there are no cells');
  return cells.filter(isObject);
}

function sourcesIn(plan: MergePlan, choices?: MergeChoices): string[] {
  return cellsIn(plan, choices).map((cell) => joinText(cell.get('source') ?? '') ?? '');
}

function takeAll(plan: MergePlan, take: 'local' | 'remote' | 'both' | 'base'): MergeChoices {
  const conflicts = plan.decisions.filter(({ conflict }) => conflict);
  return { decisions: Object.fromEntries(conflicts.map(({ id }) => [id, take])), sources: {} };
}

describe('the merge of any three notebooks', () => {
  it('is the one that changed, exactly, where only one did', () => {
    fc.assert(
      fc.property(triple, ({ base, local }) => {
        for (const plan of [
          planMerge(base, base, local),
          planMerge(base, local, base),
          planMerge(base, local, local),
        ]) {
          expect(plan.decisions.filter(({ conflict }) => conflict)).toEqual([]);
          expect(compactJson(applyMerge(plan).notebook)).toBe(compactJson(local.raw));
        }
      }),
      { numRuns: 300 * TIMES },
    );
  });

  it('is mirrored when the sides are exchanged', () => {
    fc.assert(
      fc.property(triple, ({ base, local, remote }) => {
        const [plan, mirrored] = [planMerge(base, local, remote), planMerge(base, remote, local)];
        const about = ({ decisions }: MergePlan) =>
          decisions
            .filter(({ conflict }) => conflict)
            .map(({ about, reason, base: i }) => `${about} ${reason} ${i ?? ''}`)
            .sort();
        expect(about(mirrored)).toEqual(about(plan));
        for (const [take, other] of [
          ['local', 'remote'],
          ['remote', 'local'],
        ] as const)
          expect(sourcesIn(mirrored, takeAll(mirrored, other)).sort()).toEqual(
            sourcesIn(plan, takeAll(plan, take)).sort(),
          );
      }),
      { numRuns: 300 * TIMES },
    );
  });

  it('loses no line that a side wrote, unless both agree or it was deleted untouched', () => {
    fc.assert(
      fc.property(triple, ({ base, local, remote }) => {
        const plan = planMerge(base, local, remote);
        const linesOf = (sources: readonly string[]) =>
          new Set(sources.flatMap((source) => source.split('\n')));
        const old = linesOf(base.cells.map(({ source }) => source));
        const merged = linesOf(sourcesIn(plan));
        for (const side of [local, remote])
          for (const line of linesOf(side.cells.map(({ source }) => source)))
            if (!old.has(line)) expect(merged).toContain(line);
      }),
      { numRuns: 300 * TIMES },
    );
  });

  it('never glues two cells: each cell holds lines of one cell of each side, and markers', () => {
    fc.assert(
      fc.property(triple, ({ base, local, remote }) => {
        const plan = planMerge(base, local, remote);
        const standing = plan.cells.filter(({ presence }) => presence.stands[presence.take]);
        const sources = sourcesIn(plan);
        expect(sources.length).toBe(standing.length);
        standing.forEach(({ cells }, n) => {
          const own = new Set(
            [cells.base, cells.local, cells.remote].flatMap(
              (side) => side?.cell.source.split('\n') ?? [],
            ),
          );
          const strange = (sources[n] ?? '')
            .split('\n')
            .filter((line) => !own.has(line) && !/^(<{7} local|={7}|>{7} remote)$/.test(line));
          expect(strange).toEqual([]);
        });
        const places = (side: 'local' | 'remote') =>
          plan.cells.flatMap(({ indices }) => indices[side] ?? []).sort((a, b) => a - b);
        expect(places('local')).toEqual([...local.cells.keys()]);
        expect(places('remote')).toEqual([...remote.cells.keys()]);
      }),
      { numRuns: 300 * TIMES },
    );
  });

  it('is a view that the contract knows, whose chunks make up the sources of each side', () => {
    fc.assert(
      fc.property(triple, ({ base, local, remote }) => {
        const plan = planMerge(base, local, remote);
        const labels = { base: 'base', local: 'local', remote: 'remote' };
        const view = mergeViewSchema.parse(
          toMergeView(plan, { path: 'x', labels, origin: 'files', fingerprint: 'f' }),
        );
        for (const { chunks, local: side, decisions } of view.cells) {
          if (side !== null)
            expect(
              chunks
                .map((chunk) => chunk.local)
                .join('')
                .trimEnd(),
            ).toBe(side.source.trimEnd());
          for (const id of decisions)
            expect(view.decisions.filter((decision) => decision.id === id)).toHaveLength(1);
        }
      }),
      { numRuns: 200 * TIMES },
    );
  });

  it('is valid by the schema of nbformat whatever is chosen, and counts what is left to choose', () => {
    const texts: string[] = [];
    const take = fc.constantFrom('local', 'remote', 'both', 'base');
    const settle = fc.array(fc.option(take), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(triple, settle, ({ base, local, remote }, takes) => {
        const plan = planMerge(base, local, remote);
        const pairs = plan.decisions.flatMap(({ id }, n) => {
          const chosen = takes[n % takes.length] ?? null;
          return chosen === null ? [] : [[id, chosen] as const];
        });
        const choices: MergeChoices = { decisions: Object.fromEntries(pairs), sources: {} };
        const applied = applyMerge(plan, choices);
        texts.push(compactJson(applied.notebook), compactJson(applyMerge(plan).notebook));
        expect(applyMerge(plan, takeAll(plan, 'local')).unresolved).toBe(0);
        const conflicts = plan.decisions.filter(({ conflict }) => conflict).length;
        expect(applyMerge(plan).unresolved).toBe(conflicts);
        expect(applied.unresolved).toBeLessThanOrEqual(conflicts);
        expect(parseNotebook(formatMerged(applied.notebook)).cells).toHaveLength(
          cellsIn(plan, choices).length,
        );
      }),
      { numRuns: 300 * TIMES },
    );
    expect(faultsOf(texts)).toEqual([]);
  });
});
