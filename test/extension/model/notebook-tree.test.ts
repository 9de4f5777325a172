import { expect, test } from 'vitest';

import { toTree } from '../../../extension/model/notebook-tree.js';
import { id, notebook } from './fixture.js';

const paths = (...all: string[]) =>
  all.map((path, at) => ({ ...notebook, id: id(at), path, deleted: path.includes('gone') }));

function show(all: string[], text = ''): string {
  return toTree(paths(...all), text)
    .map(({ kind, name, depth }) => `${String(depth)}${name}${kind === 'folder' ? '/' : ''}`)
    .join(' ');
}

test('puts folders first, sorts by name, and deleted notebooks last', () => {
  expect(show(['b.ipynb', 'gone.ipynb', 'a.ipynb', 'x/y/c.ipynb', 'x/b.ipynb'])).toBe(
    '0x/ 1y/ 2c.ipynb 1b.ipynb 0a.ipynb 0b.ipynb 0gone.ipynb',
  );
});

test('keeps what has all words anywhere in its path', () => {
  expect(show(['wine/Train.ipynb', 'wine/plot.ipynb', 'train.ipynb'], 'train wine')).toBe(
    '0wine/ 1Train.ipynb',
  );
});

test('takes names that objects have for ordinary ones', () => {
  expect(show(['__proto__/constructor.ipynb', '__proto__/b.ipynb'])).toBe(
    '0__proto__/ 1b.ipynb 1constructor.ipynb',
  );
});
