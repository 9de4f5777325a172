import { expect, test } from 'vitest';

import { findParameters } from '../../../server/notebook/papermill.js';
import { parseNotebook } from '../../../server/notebook/read.js';

function code(source: string, ...tags: string[]) {
  return {
    ...{ cell_type: 'code', source, metadata: { tags }, outputs: [], execution_count: null },
    id: tags[0] ?? 'plain',
  };
}

function parameters(cells: readonly object[], noted?: object) {
  const metadata = noted === undefined ? {} : { papermill: { parameters: noted } };
  const file = { nbformat: 4, nbformat_minor: 5, metadata, cells };
  return findParameters(parseNotebook(Buffer.from(JSON.stringify(file))));
}

test('what papermill was given comes over what it put in, and that over what the notebook has', () => {
  const cells = [
    code('alpha = 0.1\nkind = "a"\ndepth = 3', 'parameters'),
    code('# Parameters\nalpha = 0.2\nkind = "b"\n', 'injected-parameters'),
    code('alpha = 9'),
  ];
  expect(parameters(cells, { alpha: 0.3, layers: [1, 2], note: null })).toEqual({
    cell: 'injected-parameters',
    params: { alpha: 0.3, kind: 'b', depth: 3, layers: '[1,2]', note: null },
  });
  expect(parameters(cells.slice(0, 1))?.params).toEqual({ alpha: 0.1, kind: 'a', depth: 3 });
  expect(parameters([code('alpha = 9')])).toBeUndefined();
  expect(parameters([], {})).toBeUndefined();
  expect(parameters([], { a: 1 })).toEqual({ cell: '', params: { a: 1 } });
});

test.each([
  ['x = 1', 1],
  ['x=-1.5e3 # many', -1500],
  ['x = 1_000', 1000],
  ['x <- 5L', 5],
  ['x: int = 4', 4],
  ["x = 'it # is'  # a word", 'it # is'],
  ['x = "a";', 'a'],
  ['x = True', true],
  ['x <- FALSE', false],
  ['x = None', null],
  ['x = nothing', null],
  ['x = [1, 2]  # two', '[1, 2]'],
  ['x = f(1)', 'f(1)'],
  ['x = "a\\n"', '"a\\n"'],
  ['x = [', undefined],
  ['x == 1', undefined],
  ['x.y = 2', undefined],
  ['  x = 2', undefined],
  ['x += 2', undefined],
  ['x = ', undefined],
  ['# x = 1', undefined],
  ['import x', undefined],
  ['x = """', undefined],
])('of %j x is %j', (source, value) => {
  expect(parameters([code(source, 'parameters')])?.params['x']).toBe(value);
});

test('names that JavaScript has for itself are names like others', () => {
  const found = parameters([code('__proto__ = 1\nconstructor = 2', 'parameters')]);
  expect(Object.entries(found?.params ?? {})).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

test.each([' ', '\t', '=', ':', '"', '[', '#', 'a.', "'a"])(
  'a cell of %j that is made to be slow is read in a moment',
  (piece) => {
    const line = `x ${piece.repeat(900)}`;
    // What goes back over it again and again takes hours.
    expect(() => parameters([code(`${line}\n`.repeat(5000), 'parameters')])).not.toThrow();
  },
);
