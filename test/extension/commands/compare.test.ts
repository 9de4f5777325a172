import { expect, test } from 'vitest';

import type { CompareSides } from '../../../contract/compare.js';
import { compareDisk } from '../../../extension/commands/compare-disk.js';
import { compareSelected } from '../../../extension/commands/compare-selected.js';
import { compare } from '../../../extension/commands/compare.js';
import type { Args, Command, Parts } from '../../../extension/commands/parts.js';

/** Parts of a JupyterLab with `open` in front and `selected` in the file browser; what is compared is noted. */
function partsOf(open: string | undefined, selected: readonly string[] = []) {
  const opened: CompareSides[] = [];
  const panel = open === undefined ? undefined : { context: { localPath: open } };
  const parts = {
    currentNotebook: () => panel,
    selectedFiles: () =>
      selected.map((path) => ({ path, type: path.endsWith('.ipynb') ? 'notebook' : 'file' })),
    captures: { findPanel: (path: string) => (path === open ? panel : undefined) },
    openComparison: (asked: CompareSides) => {
      opened.push(asked);
      return Promise.resolve();
    },
  } as unknown as Parts;
  return { parts, opened };
}

async function run(command: Command, parts: Parts, args: Args = {}): Promise<void> {
  await command.execute(parts, args);
}

test.each([
  [[], false],
  [['a.ipynb'], false],
  [['a.ipynb', 'data.csv'], false],
  [['a.ipynb', 'b.ipynb'], true],
  [['a.ipynb', 'b.ipynb', 'c.ipynb'], false],
])('offers to compare %j: %s', (selected, offered) => {
  const { parts } = partsOf(undefined, selected);
  expect(compareSelected.isVisible?.(parts, {})).toBe(offered);
  expect(compareSelected.isEnabled?.(parts, {})).toBe(offered);
});

test('compares the two selected notebooks as their files are', async () => {
  const { parts, opened } = partsOf('c.ipynb', ['a.ipynb', 'b.ipynb']);
  await run(compareSelected, parts);
  expect(opened).toEqual([
    { base: { kind: 'file', path: 'a.ipynb' }, head: { kind: 'file', path: 'b.ipynb' } },
  ]);
});

test('compares the file with the editor, of an open notebook alone', async () => {
  const { parts, opened } = partsOf('a.ipynb');
  expect(compareDisk.isEnabled?.(parts, { path: 'b.ipynb' })).toBe(false);
  expect(compareDisk.isEnabled?.(partsOf(undefined).parts, {})).toBe(false);
  await run(compareDisk, parts);
  expect(opened).toEqual([
    { base: { kind: 'file', path: 'a.ipynb' }, head: { kind: 'now', path: 'a.ipynb' } },
  ]);
});

test('takes versions by their ids and any side as the server knows it, as a restored tab gives them', async () => {
  const { parts, opened } = partsOf(undefined);
  await run(compare, parts, { base: 'one', head: 'two' });
  await run(compare, parts, { base: 'one', path: 'a.ipynb' });
  const asked: CompareSides = {
    base: { kind: 'git', path: 'a.ipynb', revision: 'HEAD~1' },
    head: { kind: 'now', path: 'a.ipynb' },
    show: ['address'],
  };
  await run(compare, parts, { ...asked });
  expect(opened).toEqual([
    { base: { kind: 'snapshot', id: 'one' }, head: { kind: 'snapshot', id: 'two' } },
    { base: { kind: 'snapshot', id: 'one' }, head: { kind: 'now', path: 'a.ipynb' } },
    asked,
  ]);
});

test('refuses to compare what is no side', async () => {
  const { parts, opened } = partsOf(undefined);
  await expect(run(compare, parts, { base: 'one', head: { kind: 'moon' } })).rejects.toThrow(
    RangeError,
  );
  expect(opened).toEqual([]);
});
