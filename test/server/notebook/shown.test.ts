import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { NotebookDiff } from '../../../contract/diff.js';
import { notebookDiffSchema } from '../../../contract/diff.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { NOISE_KINDS } from '../../../server/notebook/noise-kinds.js';
import { NOISE_RULES } from '../../../server/notebook/noise-rules.js';
import type { Notebook } from '../../../server/notebook/notebook.js';
import { countsAgree, display, notebookOf, outputsOf, stream, withOutputs } from './notation.js';
import { pngOf } from './picture-files.js';

function cellWith(more: object): Notebook {
  return notebookOf([
    {
      cell_type: 'code',
      id: 'a',
      metadata: {},
      source: 'x',
      execution_count: 1,
      outputs: [],
      ...more,
    },
  ]);
}

const png = (level: number) => pngOf({ width: 64, height: 9, level }, (x) => x);
const MODEL = 'application/vnd.jupyter.widget-view+json';

/** Two notebooks that differ in one kind of noise each, and what shows it when it is asked for. */
const PAIRS: readonly (readonly [
  string,
  Notebook,
  Notebook,
  (diff: NotebookDiff) => unknown,
  unknown,
])[] = [
  [
    'execution_count',
    cellWith({ execution_count: 1 }),
    cellWith({ execution_count: 2 }),
    ({ changes: [change] }) => [change?.aspects, change?.baseExecution, change?.headExecution],
    [['execution'], 1, 2],
  ],
  [
    'cell_id',
    cellWith({ id: 'a', source: 'x = load()' }),
    cellWith({ id: 'b', source: 'x = load()' }),
    ({ changes: [change] }) => [change?.aspects, change?.baseId, change?.id],
    [['id'], 'a', 'b'],
  ],
  [
    'line_ends',
    cellWith({ source: 'a\nb' }),
    cellWith({ source: 'a\r\nb' }),
    ({ changes: [change] }) => [change?.aspects, change?.source?.removed],
    [['source'], 1],
  ],
  [
    'editor_metadata',
    cellWith({ metadata: { collapsed: true } }),
    cellWith({ metadata: { collapsed: false } }),
    ({ changes: [change] }) => [change?.aspects, change?.metadata],
    [['metadata'], [{ path: '/collapsed', base: 'true', head: 'false' }]],
  ],
  [
    'execution_time',
    cellWith({ metadata: { ExecuteTime: { end: '1' } } }),
    cellWith({ metadata: { ExecuteTime: { end: '2' } } }),
    ({ changes: [change] }) => change?.metadata,
    [{ path: '/ExecuteTime/end', base: '"1"', head: '"2"' }],
  ],
  [
    'format',
    notebookOf([], {}, 4),
    notebookOf([], {}, 5),
    ({ formats, notebook_metadata_changed: changed }) => [formats, changed],
    [{ base: [4, 4], head: [4, 5] }, true],
  ],
  [
    'kernel_version',
    notebookOf([], { language_info: { name: 'python', version: '3.12.1' } }),
    notebookOf([], { language_info: { name: 'python', version: '3.12.2' } }),
    (diff) => [diff.notebook_metadata, diff.notebook_metadata_changed],
    [[{ path: '/language_info/version', base: '"3.12.1"', head: '"3.12.2"' }], true],
  ],
  [
    'widget_state',
    notebookOf([], { widgets: { a: 1 } }),
    notebookOf([], { widgets: { a: 2 } }),
    (diff) => diff.notebook_metadata,
    [{ path: '/widgets/a', base: '1', head: '2' }],
  ],
  [
    'stream_chunks',
    withOutputs(stream('a\n'), stream('b\n')),
    withOutputs(stream('a\nb\n')),
    (diff) => [diff.outputs_changed, outputsOf(diff)[0]?.facts],
    [[[0, 0]], [{ path: '/chunks', base: '2', head: '1' }]],
  ],
  [
    'output_metadata',
    withOutputs(display({ 'text/plain': 'a' }, { isolated: true })),
    withOutputs(display({ 'text/plain': 'a' }, { isolated: false })),
    (diff) => [diff.outputs_changed, outputsOf(diff)[0]?.facts],
    [[[0, 0]], [{ path: '/metadata/isolated', base: 'true', head: 'false' }]],
  ],
  [
    'address',
    withOutputs(stream('<A at 0x7f12345678a0>')),
    withOutputs(stream('<A at 0x7f99995678b0>')),
    (diff) => [diff.changed_lines, marksOf(diff)],
    [2, ['x7f12345678a0', 'x7f99995678b0']],
  ],
  [
    'progress',
    withOutputs(stream('10%\r100%')),
    withOutputs(stream('20%\r100%')),
    (diff) => diff.changed_lines,
    2,
  ],
  [
    'div_id',
    withOutputs(display({ 'text/html': '<p id="T_abcde">a</p>' })),
    withOutputs(display({ 'text/html': '<p id="T_fffff">a</p>' })),
    (diff) => outputsOf(diff)[0]?.parts.map(({ type }) => type),
    ['html'],
  ],
  [
    'widget_id',
    withOutputs(display({ [MODEL]: { model_id: 'a' } })),
    withOutputs(display({ [MODEL]: { model_id: 'b' } })),
    (diff) => outputsOf(diff)[0]?.parts.map((part) => part.type === 'json' && part.leaves),
    [[{ path: '/model_id', base: '"a"', head: '"b"' }]],
  ],
  [
    'base64_wrapping',
    withOutputs(display({ 'image/png': png(9) })),
    withOutputs(display({ 'image/png': png(9).replace(/.{76}/g, '$&\n') })),
    (diff) =>
      outputsOf(diff)[0]?.parts.map((part) => part.type === 'picture' && part.pixels?.changed),
    [0],
  ],
  [
    'picture_remarks',
    withOutputs(display({ 'image/png': png(0) })),
    withOutputs(display({ 'image/png': png(9) })),
    (diff) =>
      outputsOf(diff)[0]?.parts.map((part) => part.type === 'picture' && part.pixels?.changed),
    [0],
  ],
];

/** The marked texts of the changed lines of the first part. */
function marksOf(diff: NotebookDiff): string[] {
  const part = outputsOf(diff)[0]?.parts[0];
  if (part?.type !== 'text') return [];
  return part.diff.hunks.flatMap(({ lines }) =>
    lines.flatMap(({ text, marks = [] }) => marks.map(([from, to]) => text.slice(from, to))),
  );
}

/** True when nothing that a reader is shown differs. */
function isEmpty(diff: NotebookDiff): boolean {
  return (
    diff.cells.unchanged === diff.changes.length &&
    diff.changes.every(({ outputs }) => outputs.every(({ kind }) => kind === 'same')) &&
    diff.outputs_changed.length + diff.outputs_removed.length + diff.changed_lines === 0 &&
    !diff.notebook_metadata_changed &&
    diff.formats === undefined
  );
}

describe('noise that is asked for', () => {
  it.each(PAIRS)('is hidden and counted by default: %s', (kind, base, head) => {
    const diff = diffNotebooks(base, head);
    expect([isEmpty(diff), diff.noise, diff.shown]).toEqual([true, { [kind]: 1 }, undefined]);
  });

  it.each(PAIRS)('is shown as a change: %s', (kind, base, head, seen, expected) => {
    for (const show of [[kind], ['all']]) {
      const diff = diffNotebooks(base, head, { show });
      expect(seen(diff)).toEqual(expected);
      expect(diff.noise).toEqual({});
      expect(diff.shown).toContain(kind);
      expect(isEmpty(diff)).toBe(false);
      expect(countsAgree(diff, base, head)).toBe(true);
      notebookDiffSchema.parse(diff);
    }
  });

  it('is one kind and no other', () => {
    const diff = diffNotebooks(
      withOutputs(stream('<A at 0x7f12345678a0>\nWall time: 1 s')),
      withOutputs(stream('<A at 0x7f99995678b0>\nWall time: 2 s')),
      { show: ['address'] },
    );
    expect([diff.changed_lines, diff.noise, diff.shown]).toEqual([2, { duration: 1 }, ['address']]);
  });

  it('has words for each kind that a diff can count', () => {
    const kinds = NOISE_KINDS.map(({ kind }) => kind);
    expect(kinds).toEqual([...new Set(kinds)].sort());
    for (const { kind } of NOISE_RULES) expect(kinds).toContain(kind);
    for (const [kind] of PAIRS) expect(kinds).toContain(kind);
  });
});

const output = fc.oneof(
  fc.constantFrom(
    '<A at 0x7f12345678a0>',
    'Wall time: 1 s',
    '10%\r100%',
    '<p id="T_abcde">a</p>',
    '<svg><g id="m0a1b2c3d4e"/></svg>',
    png(6),
    '$a  b$',
  ),
  fc.string({ maxLength: 20 }),
);
const mime = fc.constantFrom(
  'text/plain',
  'text/html',
  'text/latex',
  'image/svg+xml',
  'image/png',
  'image/jpeg',
  'application/pdf',
  'application/x-unknown',
);
const json = fc.oneof(
  fc.constantFrom<unknown>(
    { model_id: 'a' },
    { data: [{ uid: 'x' }] },
    { dtype: 'f8', bdata: 'AAAAAAAAAAA=' },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const jsonMime = fc.constantFrom(
  'application/json',
  'application/vnd.plotly.v1+json',
  'application/vnd.cellar.v1+json',
  MODEL,
);
const anyOutput = fc.oneof(
  fc.tuple(mime, output).map(([type, value]) => display({ [type]: value })),
  // Values of the wrong type for their MIME type, and of the right one.
  fc.tuple(fc.oneof(mime, jsonMime), json).map(([type, value]) => display({ [type]: value })),
  output.map((text) => stream(text)),
  fc.tuple(output, output).map(([name, text]) => ({
    output_type: 'error',
    ename: name,
    evalue: text,
    traceback: [`Cell In[3], line 4\n----> 4 ${name}`, text],
  })),
);
const notebook = fc.array(anyOutput, { maxLength: 4 }).map((outputs) => withOutputs(...outputs));
const show = fc.subarray([...NOISE_KINDS.map(({ kind }) => kind), 'all']);

describe('the diff of any outputs', () => {
  it('never throws, keeps its counts and fits its contract, whatever noise is shown', () => {
    fc.assert(
      fc.property(notebook, notebook, show, (base, head, kinds) => {
        const diff = diffNotebooks(base, head, { show: kinds });
        notebookDiffSchema.parse(diff);
        expect(countsAgree(diff, base, head)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is empty for a notebook and itself, whatever noise is shown', () => {
    fc.assert(
      fc.property(notebook, show, (base, kinds) => {
        const diff = diffNotebooks(base, base, { show: kinds });
        expect([isEmpty(diff), diff.noise]).toEqual([true, {}]);
      }),
      { numRuns: 300 },
    );
  });
});
