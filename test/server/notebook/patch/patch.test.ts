import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { notebookDiffSchema } from '../../../../contract/diff.js';
import { patchSchema } from '../../../../contract/patch.js';
import { diffNotebooks } from '../../../../server/notebook/diff.js';
import { compactJson } from '../../../../server/notebook/json.js';
import type { Notebook } from '../../../../server/notebook/notebook.js';
import { applyPatch } from '../../../../server/notebook/patch/apply.js';
import { invertPatch } from '../../../../server/notebook/patch/invert.js';
import { makePatch } from '../../../../server/notebook/patch/make.js';
import { cellsOf, notebookOf, parseText, stream, withOutputs } from '../notation.js';

/** The patch between two notebooks; throws unless it leads there and back. */
function roundTrip(base: Notebook, head: Notebook) {
  // Over the wire, as another process would read it.
  const wire: unknown = JSON.parse(JSON.stringify(makePatch(base, head)));
  const patch = patchSchema.parse(wire);
  expect(compactJson(applyPatch(patch, base.raw, head.raw))).toBe(compactJson(head.raw));
  const back = invertPatch(patch);
  expect(compactJson(applyPatch(back, head.raw, base.raw))).toBe(compactJson(base.raw));
  expect(invertPatch(back)).toEqual(patch);
  return patch;
}

const ofLine = (line: string) => notebookOf(cellsOf(line));
const ofMetadata = (json: string) =>
  parseText(`{"nbformat":4,"nbformat_minor":5,"metadata":${json},"cells":[]}`);

describe('a patch leads from base to head and back', () => {
  it.each([
    ['#a:A | #b:B', '#a:A | #b:B', 'nothing'],
    ['#a:A | #b:B', "#a:A' | #b:B", 'an edit'],
    ['#a:A | #b:B | #c:C', '#c:C | #a:A | #b:B', 'a move'],
    ['#a:A | #b:B | #c:C', "#c:C' | #a:A | #b:B", 'a move with an edit'],
    ['A | B | C', 'B | C | A', 'a move without ids'],
    ['#a:A', '#a:A< | #b:A>', 'a split'],
    ['#a:A< | #b:A>', '#a:A', 'two merged'],
    ['', 'A | B', 'additions to nothing'],
    ['A | B', '', 'deletion of all'],
    ['#a:A => 1', '#a:A => 2', 'an output'],
    ['#a:A => 1', 'md:A', 'another type'],
    ['_ | _ | _', '_ | A | _ | _ | _', 'empty cells'],
    ['#a:A | #a:A | #a:B', '#a:B | #a:A', 'ids that occur twice'],
  ])('%s → %s (%s)', (base, head) => {
    roundTrip(ofLine(base), ofLine(head));
  });

  it.each([
    ['{"x":1}', '{"x":1.0}'],
    ['{"x":NaN}', '{"x":-Infinity}'],
    ['{"x":12345678901234567890}', '{"x":12345678901234567891}'],
    ['{"x":1e5}', '{"x":100000}'],
    ['{"__proto__":1}', '{"__proto__":{"constructor":2}}'],
    ['{"x":"\\ud800"}', '{"x":"\\ud800\\ud800"}'],
    ['{"x":[1,2,3,4]}', '{"x":[1,3,4,5,2]}'],
    ['{"x":{"y":null}}', '{"x":{}}'],
    ['{"x":null}', '{"x":[]}'],
    ['{"":{"":""}}', '{"":{"":"a"}}'],
  ])('metadata %s → %s', (base, head) => {
    expect(roundTrip(ofMetadata(base), ofMetadata(head)).change).toBeDefined();
  });

  it('says nothing about two equal notebooks, however their names are ordered', () => {
    expect(makePatch(ofMetadata('{"a":1,"b":2}'), ofMetadata('{"b":2,"a":1}'))).toEqual({
      format: 1,
    });
  });

  it('keeps what a diff hides as noise', () => {
    const count = (n: number) =>
      notebookOf([
        { ...stream('x'), cell_type: 'code', execution_count: n, outputs: [], source: 'x' },
      ]);
    expect(roundTrip(count(1), count(7)).change).toBeDefined();
  });

  it('reads nbformat 3', () => {
    const old = (source: string) =>
      parseText(
        `{"nbformat":3,"nbformat_minor":0,"metadata":{},"worksheets":[{"cells":[{"cell_type":"code","input":"${source}","outputs":[]}]}]}`,
      );
    roundTrip(old('a'), old('b'));
    roundTrip(old('a'), ofLine('A'));
  });

  it('goes through nesting that is deeper than any stack', () => {
    const deep = (core: string) =>
      ofMetadata(`{"x":${'['.repeat(9000)}${core}${']'.repeat(9000)}}`);
    roundTrip(deep('1'), deep('2'));
  });
});

describe('what a patch holds', () => {
  const long = (seed: number) =>
    Array.from({ length: 3000 }, (_, i) => `line ${i} of ${(i * seed) % 997}`).join('\n');

  it('names long values by their hash, and finds them in the notebook that has them', () => {
    const [base, head] = [withOutputs(stream('short')), withOutputs(stream(long(7)))];
    const patch = roundTrip(base, head);
    expect(JSON.stringify(patch).length).toBeLessThan(1000);
    expect(() => applyPatch(patch, base.raw)).toThrow(/names a value of \d+ characters/);
  });

  it('says where a long text was edited, and no more', () => {
    const text = long(7);
    const edited = text.replace('line 5 ', 'line five ').replace('line 2500 ', 'line 25OO ');
    const patch = roundTrip(withOutputs(stream(text)), withOutputs(stream(edited)));
    expect(JSON.stringify(patch).length).toBeLessThan(1000);
    const line = (at: number) => `${'x = 1, '.repeat(at)}y = 2, ${'x = 1, '.repeat(100_000 - at)}`;
    const one = roundTrip(withOutputs(stream(line(3))), withOutputs(stream(line(60_000))));
    expect(JSON.stringify(one).length).toBeLessThan(1000);
  });

  it('says that a cell moved, and does not repeat it', () => {
    const cells = Array.from({ length: 50 }, (_, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      source: `value_${i} = compute_${i}(${'x'.repeat(100)})`,
      outputs: [],
      execution_count: null,
    }));
    const moved = [...cells.slice(10), ...cells.slice(0, 10)];
    const patch = roundTrip(notebookOf(cells), notebookOf(moved));
    expect(JSON.stringify(patch).length).toBeLessThan(300);
  });

  it('is refused where it does not fit, and says at which place', () => {
    const patch = makePatch(ofMetadata('{"x":{"y":1}}'), ofMetadata('{"x":{"y":2}}'));
    expect(() => applyPatch(patch, ofMetadata('{"x":{"y":3}}').raw)).toThrow(
      /at "\/metadata\/x\/y"/,
    );
    expect(() => applyPatch(patch, ofMetadata('{"x":[]}').raw)).toThrow(/at "\/metadata\/x"/);
    const edit = makePatch(ofLine('#a:A'), ofLine("#a:A'"));
    expect(() => applyPatch(edit, ofLine('#a:B').raw)).toThrow(/does not fit/);
    expect(() => applyPatch(edit, ofLine('#a:A | #b:B').raw)).toThrow(/does not fit/);
  });
});

const scalar = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 20 }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('a\nb\nc\nd', 'a\nc\nd\n', 'long '.repeat(3000)),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('tree'), { maxKeys: 5 }),
  ),
}));
const cell = fc.record({
  cell_type: fc.constantFrom('code', 'markdown', 'raw'),
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  source: fc.constantFrom(
    'x = 1',
    'x = 2',
    'import os\nimport sys\nprint(os)',
    'import os\nimport sys',
    '',
  ),
  metadata: fc.dictionary(fc.string({ maxLength: 3 }), tree, { maxKeys: 3 }),
  outputs: fc.array(
    fc.record({
      output_type: fc.constant('display_data'),
      data: fc.dictionary(fc.constantFrom('text/plain', 'application/json', 'x/y'), tree),
      metadata: fc.constant({}),
    }),
    { maxLength: 3 },
  ),
});
const notebook = fc
  .record({ cells: fc.array(cell, { maxLength: 6 }), metadata: fc.dictionary(fc.string(), tree) })
  .map(({ cells, metadata }) => notebookOf(cells, metadata));

describe('a diff', () => {
  it('holds its patch where that was asked for, and else not', () => {
    const [base, head] = [ofLine('#a:A | #b:B'), ofLine("#b:B' | #a:A")];
    expect(diffNotebooks(base, head).patch).toBeUndefined();
    const { patch } = notebookDiffSchema.parse(diffNotebooks(base, head, { patch: true }));
    expect(patch === undefined ? '' : compactJson(applyPatch(patch, base.raw))).toBe(
      compactJson(head.raw),
    );
  });
});

describe('of any two notebooks', () => {
  it('apply(patch(a, b), a) is b, and the inverse leads back', () => {
    fc.assert(
      fc.property(notebook, notebook, (base, head) => {
        roundTrip(base, head);
      }),
      { numRuns: 300 },
    );
  });

  it('the patch of a notebook and itself is empty', () => {
    fc.assert(
      fc.property(notebook, (base) => {
        expect(makePatch(base, parseText(compactJson(base.raw)))).toEqual({ format: 1 });
      }),
    );
  });
});
