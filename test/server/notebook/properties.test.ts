import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { notebookDiffSchema } from '../../../contract/diff.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { renderHtml } from '../../../server/notebook/html.js';
import { renderText } from '../../../server/notebook/text.js';
import { cellsOf, countsAgree, notebookOf } from './notation.js';

const word = fc.constantFrom(
  'A',
  'B',
  'C',
  "A'",
  "B'",
  'A<',
  'A>',
  'B<',
  'B>',
  'A*',
  '_',
  'x',
  'x = 1',
  'x = 2',
);
const text = fc.oneof(
  fc.constantFrom('1', '2', '<f at 0x7f1234567890>', 'a⏎b⏎c', 'a⏎c', '10%\r100%', ''),
  fc.string({ maxLength: 12 }),
);
const cell = fc
  .record({
    id: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
    type: fc.constantFrom('', 'md:', ''),
    word,
    output: fc.option(text),
  })
  .map(({ id, type, word, output }) => {
    const [made] = cellsOf(`${id === null ? '' : `#${id}:`}${type}${word}`);
    if (output === null || type !== '') return made ?? {};
    return {
      ...made,
      outputs: [{ output_type: 'stream', name: 'stdout', text: output.replaceAll('⏎', '\n') }],
    };
  });
const notebook = fc.array(cell, { maxLength: 9 }).map((cells) => notebookOf(cells));

describe('the diff of any two notebooks', () => {
  it('counts every cell of both sides once, as the contract says', () => {
    fc.assert(
      fc.property(notebook, notebook, (base, head) => {
        const diff = diffNotebooks(base, head);
        expect(countsAgree(diff, base, head)).toBe(true);
        const indices = (side: 'base' | 'head') =>
          diff.changes.flatMap((change) => change[side]).sort((a, b) => a - b);
        expect(indices('base')).toEqual([...base.cells.keys()]);
        expect(indices('head')).toEqual([...head.cells.keys()]);
      }),
      { numRuns: 400 },
    );
  });

  it('is empty for a notebook and itself', () => {
    fc.assert(
      fc.property(notebook, (base) => {
        const diff = diffNotebooks(base, base);
        expect(diff.cells).toEqual({
          unchanged: base.cells.length,
          modified: 0,
          added: 0,
          deleted: 0,
          moved: 0,
          moved_modified: 0,
          split: 0,
          merged: 0,
        });
        expect([diff.noise, diff.changed_lines, diff.outputs_changed]).toEqual([{}, 0, []]);
      }),
    );
  });

  it('is a valid result that both renderers take', () => {
    fc.assert(
      fc.property(notebook, notebook, (base, head) => {
        const diff = diffNotebooks(base, head);
        notebookDiffSchema.parse(diff);
        expect(renderText(diff, { color: false, base, head }).endsWith('\n')).toBe(true);
        expect(renderHtml(diff, base, head, { title: 'x' })).not.toContain('<script');
      }),
    );
  });

  it('lists the cells of head in order, and moves as few as a rising sequence allows', () => {
    fc.assert(
      fc.property(notebook, notebook, (base, head) => {
        const { changes } = diffNotebooks(base, head);
        const heads = changes.flatMap((change) => change.head);
        expect(heads).toEqual([...heads].sort((a, b) => a - b));
        const staying = changes
          .filter(({ kind }) => kind === 'same' || kind === 'modified')
          .map(({ base }) => base[0] ?? -1);
        expect(staying).toEqual([...staying].sort((a, b) => a - b));
      }),
    );
  });
});
