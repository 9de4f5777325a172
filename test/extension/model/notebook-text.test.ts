import { expect, test } from 'vitest';

import { readCells } from '../../../extension/model/notebook-text.js';

test.each([
  [
    'format 4',
    '{"cells":[{"cell_type":"markdown","source":["# a\\n","b"]},{"cell_type":"code","source":"c"}]}',
  ],
  [
    'format 3',
    '{"worksheets":[{"cells":[{"cell_type":"markdown","source":"# a\\nb"}]},{"cells":[{"cell_type":"code","input":"c"}]}]}',
  ],
  [
    'a byte order mark',
    '\uFEFF{"cells":[{"cell_type":"markdown","source":"# a\\nb"},{"cell_type":"code","source":"c"}]}',
  ],
  [
    'bare NaN',
    '{"cells":[{"cell_type":"markdown","source":"# a\\nb","metadata":{"x":[NaN, -Infinity]}},{"cell_type":"code","source":"c"}]}',
  ],
])('reads the cells of %s', (_, text) => {
  expect(readCells(text)).toEqual([
    { type: 'markdown', source: '# a\nb' },
    { type: 'code', source: 'c' },
  ]);
});

test.each(['', '[]', 'no json', '{"metadata":{}}', 'null'])('reads nothing from %j', (text) => {
  expect(readCells(text)).toBeUndefined();
});

test('takes a cell that is none for an empty one, so that places stay', () => {
  expect(readCells('{"cells":[7,{"cell_type":"code","source":"c"}]}')).toEqual([
    { type: 'raw', source: '' },
    { type: 'code', source: 'c' },
  ]);
});
