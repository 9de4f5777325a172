import { expect, test } from 'vitest';

import { parseNotebook } from '../../../server/notebook/read.js';
import { findPrinted } from '../../../server/notebook/printed.js';

function printed(text: string, names: readonly string[], name = 'stdout') {
  const outputs = [{ output_type: 'stream', name, text }];
  const cell = { cell_type: 'code', source: '', metadata: {}, execution_count: 1, outputs };
  const file = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] };
  const [read] = parseNotebook(Buffer.from(JSON.stringify(file))).cells;
  if (read === undefined) throw new Error('no cell');
  return findPrinted(read, names);
}

test.each([
  ['accuracy: 0.93', 0.93],
  ['accuracy = 1e-3\n', 0.001],
  ['accuracy:.5', 0.5],
  ['the accuracy:   -2 of it', -2],
  ['(accuracy=3.)', 3],
  ['accuracy: 93%', 93],
  ['accuracy: nan', 'NaN'],
  ['accuracy: -inf', '-Infinity'],
  ['accuracy: Infinity', 'Infinity'],
  ['accuracy: 1e999', 'Infinity'],
  ['accuracy: 1,000', 1],
  ['val_accuracy: 0.9', undefined],
  ['accuracy_score: 0.9', undefined],
  ['Accuracy: 0.9', undefined],
  ['accuracy 0.9', undefined],
  ['accuracy:', undefined],
  ['accuracy: high', undefined],
  ['accuracy: 0.9.1', undefined],
  ['accuracy: 12abc34', undefined],
  ['accuracy: nano', undefined],
  [`accuracy: ${'9'.repeat(50)}`, undefined],
])('of %j the accuracy is %j', (text, value) => {
  const found = printed(text, ['accuracy']);
  expect(found).toEqual(value === undefined ? undefined : { metrics: { accuracy: value } });
});

test('values of a course are points in their order, of several names at once', () => {
  const text = '1/2 - loss: 0.5 - val loss: 0.7\r2/2 - loss: 0.25 - val loss: 0.6';
  expect(printed(text, ['loss', 'val loss', 'other'])).toEqual({
    metrics: {
      loss: [0.5, 0.7, 0.25, 0.6].map((value, step) => ({ value, step })),
      'val loss': [
        { value: 0.7, step: 0 },
        { value: 0.6, step: 1 },
      ],
    },
  });
});

test('of very many values the last thousand are kept', () => {
  const text = Array.from({ length: 3000 }, (_, at) => `loss: ${at}`).join('\n');
  const found = printed(text, ['loss'])?.metrics?.['loss'];
  expect(found).toHaveLength(1000);
  expect(found).toMatchObject([{ value: 2000, step: 2000 }, ...Array<object>(999).fill({})]);
});

test('what went to stderr, and nothing at all, say nothing', () => {
  expect(printed('loss: 1', ['loss'], 'stderr')).toBeUndefined();
  expect(printed('loss: 1', [])).toBeUndefined();
  expect(printed('', ['loss'])).toBeUndefined();
});

test.each([
  ['a'.repeat(1_000_000), 'a'.repeat(50)],
  ['loss: '.repeat(150_000), 'loss'],
  [`loss:${' '.repeat(900_000)}`, 'loss'],
  [`loss: ${'1'.repeat(900_000)}`, 'loss'],
  [`loss: 1${'.a'.repeat(400_000)}`, 'loss'],
  [`loss: 1${'.a'.repeat(200)} `.repeat(2000), 'loss'],
])('a text that is made to be slow is read in a moment', (text, name) => {
  // What goes back over it again and again takes hours.
  expect(() => printed(text, [name])).not.toThrow();
});
