import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { toObject } from '../../../../server/store/git/object.js';
import {
  editTree,
  FILE_MODE,
  findInTree,
  FOLDER_MODE,
  formatTree,
  parseTree,
  type Tree,
} from '../../../../server/store/git/tree.js';
import { makeFolder } from '../../scratch.js';

const OID = 'a'.repeat(40);

function memory(): {
  trees: Map<string, Tree>;
  readTree(oid: string): Promise<Tree>;
  addTree(tree: Tree): string;
} {
  const trees = new Map<string, Tree>();
  return {
    trees,
    readTree: (oid) => Promise.resolve(trees.get(oid) ?? new Map()),
    addTree: (tree) => {
      const { oid } = toObject('tree', formatTree(tree));
      trees.set(oid, tree);
      return oid;
    },
  };
}

const name = fc.stringMatching(/^[a-c.~0-]{1,4}$/).filter((text) => !['.', '..'].includes(text));

test('an entry is found as by parsing, also among names that look like one', () => {
  const id = fc.stringMatching(/^[0-9a-z]{26}$/);
  const odd = id.map((each) => `x ${FOLDER_MODE} ${each}`);
  const entry = fc.record({
    mode: fc.constantFrom(FILE_MODE, FOLDER_MODE, '100755'),
    name: fc.oneof(id, odd, fc.constantFrom('a', 'state.json')),
    // Zeros are what stands before an oid, too.
    oid: fc.stringMatching(/^(00|20|[0-9a-f]{2}){20}$/),
  });
  fc.assert(
    fc.property(fc.array(entry), fc.array(id), (entries, others) => {
      const content = formatTree(new Map(entries.map((each) => [each.name, each])));
      const tree = parseTree(content);
      for (const wanted of [
        ...tree.keys(),
        ...others,
        ...entries.map((each) => each.name.slice(-26)),
      ])
        expect(findInTree(content, wanted)).toEqual(tree.get(wanted));
    }),
    { numRuns: 500 },
  );
});

test('parse is the inverse of format', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const tree: Tree = new Map(
        names.map((each) => [each, { mode: FILE_MODE, name: each, oid: OID }]),
      );
      expect([...parseTree(formatTree(tree)).keys()].sort()).toEqual([...tree.keys()].sort());
    }),
  );
});

test('edits give the tree that git gives for the same files', async () => {
  const folder = await makeFolder();
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  git('init', '-q');
  const files = ['a.ipynb', 'a/b.ipynb', 'a-b/c.ipynb', 'a.d/e.ipynb', 'z/y/x/w.ipynb'];
  const edits = [];
  for (const path of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), path);
    edits.push({ path: path.split('/'), oid: toObject('blob', Buffer.from(path)).oid });
  }
  git('add', '-A');
  expect(await editTree(memory(), undefined, edits)).toBe(git('write-tree'));
});

test('taking out the last file of a folder takes out the folder', async () => {
  const store = memory();
  const root = await editTree(store, undefined, [
    { path: ['a', 'b', 'c'], oid: OID },
    { path: ['d'], oid: OID },
  ]);
  const after = await editTree(store, root, [{ path: ['a', 'b', 'c'], oid: null }]);
  expect([...(store.trees.get(after ?? '') ?? new Map()).keys()]).toEqual(['d']);
  expect(await editTree(store, after, [{ path: ['d'], oid: null }])).toBeUndefined();
});

test('a file that is not there can be taken out', async () => {
  const store = memory();
  const root = await editTree(store, undefined, [{ path: ['d'], oid: OID }]);
  expect(await editTree(store, root, [{ path: ['x', 'y'], oid: null }])).toBe(root);
});
