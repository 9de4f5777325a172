import { expect, test } from 'vitest';

import { formatRoute, parseRoute, type PageRoute } from '../../../extension/page/routes.js';
import { createStorage } from '../../../extension/page/storage.js';

test.each<[string, PageRoute]>([
  ['#/', { kind: 'home' }],
  ['#/notebook/01ka', { kind: 'notebook', id: '01ka' }],
  ['#/diff/01ka/01kb', { kind: 'diff', base: '01ka', head: '01kb' }],
  ['#/diff/01ka/01kb?show=', { kind: 'diff', base: '01ka', head: '01kb', show: [] }],
  [
    '#/diff/01ka/01kb?show=address,timing',
    { kind: 'diff', base: '01ka', head: '01kb', show: ['address', 'timing'] },
  ],
  ['#/run/5f', { kind: 'run', id: '5f' }],
  ['#/run/5f?cell=a%20b', { kind: 'run', id: '5f', cell: 'a b' }],
  ['#/lineage/models%3A%2Fwine%2F3', { kind: 'lineage', node: 'models:/wine/3' }],
  ['#/merge', { kind: 'merge', path: '' }],
  ['#/merge?path=deep%2Fa%20%26%20b.ipynb', { kind: 'merge', path: 'deep/a & b.ipynb' }],
])('reads %s and writes it again', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
  expect(formatRoute(route)).toBe(hash);
});

test.each<[string, PageRoute]>([
  ['#/experiments/0/runs/5f', { kind: 'run', id: '5f' }],
  ['#/models/wine/versions/3', { kind: 'version', name: 'wine', version: 3 }],
])("reads %s, as MLflow's client writes it", (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

test.each([
  '',
  '#',
  '#/nowhere',
  '#/notebook/',
  '#/diff/01ka',
  '#/notebook/..%2F..',
  '#/notebook/%E0%A4%A',
  '#/diff/a/<b>',
])('takes %j for home', (hash) => {
  expect(parseRoute(hash)).toEqual({ kind: 'home' });
});

/** A browser's storage; `full` refuses to write. */
function storageOf(values: Map<string, string>, full = false): Storage {
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new DOMException('full', 'QuotaExceededError');
      values.set(key, value);
    },
  } as Storage;
}

test('remembers choices in the browser under its own names', () => {
  const values = new Map<string, string>();
  createStorage(() => storageOf(values)).set('theme', 'dark');
  expect([...values]).toEqual([['cellar:theme', '"dark"']]);
  expect(createStorage(() => storageOf(values)).get('theme')).toBe('dark');
});

test('keeps a choice for the page where the browser keeps nothing', () => {
  const full = createStorage(() => storageOf(new Map(), true));
  full.set('theme', 'dark');
  expect(full.get('theme')).toBe('dark');
  const forbidden = createStorage(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  forbidden.set('theme', 'light');
  expect(forbidden.get('theme')).toBe('light');
  expect(forbidden.get('other')).toBeUndefined();
});

test('passes over what another program left', () => {
  expect(
    createStorage(() => storageOf(new Map([['cellar:theme', 'no json']]))).get('theme'),
  ).toBeUndefined();
});
