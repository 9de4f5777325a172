import { expect, test } from 'vitest';

import type { Leaf } from '../../../contract/diff.js';
import { readablePath, toJsonTree, type JsonNode } from '../../../extension/model/json-tree.js';

function leaf(path: string): Leaf {
  return { path, base: '1', head: '2' };
}

/** A tree in one line: branches with their count, their children in brackets. */
function show(nodes: readonly JsonNode[]): string {
  return nodes
    .map((node) =>
      node.kind === 'leaf'
        ? node.name
        : `${node.name}*${String(node.count)}(${show(node.children)})`,
    )
    .join(' ');
}

test.each([
  ['/a', 'a'],
  ['/data/0/y', 'data › 0 › y'],
  ['/a/x /a/y', 'a*2(x y)'],
  ['/a/0/x /a/0/y /b', 'a › 0*2(x y) b'],
  ['/a/b/c /a/d/e', 'a*2(b › c d › e)'],
  ['', '(all)'],
  ['/a /a/b', 'a a*1(b)'],
])('shows %j as %j', (paths, shown) => {
  const leaves = paths === '' ? [leaf('')] : paths.split(' ').map(leaf);
  expect(show(toJsonTree(leaves))).toBe(shown);
});

test('takes the escapes of a pointer back', () => {
  expect(readablePath('/a~1b/~0c')).toBe('a/b › ~c');
  expect(readablePath('')).toBe('(all)');
});

test('passes over nothing of a tree that is deeper than a call stack likes', () => {
  const path = '/x'.repeat(3000);
  expect(toJsonTree([leaf(path)])).toHaveLength(1);
});
