import { expect, onTestFinished, test } from 'vitest';

import type { NotebookDiff } from '../../../contract/diff.js';
import { compareNotebooks, type CompareRequest } from '../../../server/work/compare.js';
import { createPool, type Pool } from '../../../server/work/pool.js';
import { notebookText } from '../scratch.js';
import { buildWorkers } from './built.js';

async function openPool(): Promise<Pool> {
  const pool = createPool({ folder: await buildWorkers(), size: 1 });
  onTestFinished(() => pool.close());
  return pool;
}

/** Sources that are large enough for a thread. */
function request(base: readonly string[], head: readonly string[], more = {}): CompareRequest {
  const filler = `# ${'x'.repeat(70_000)}`;
  const side = (sources: readonly string[]): CompareRequest['base'] => {
    const bytes = Buffer.from(notebookText([...sources, filler]));
    return {
      path: 'a.ipynb',
      size: bytes.length,
      read: () => Promise.resolve(new Uint8Array(bytes)),
    };
  };
  return { base: side(base), head: side(head), show: [], patterns: [], ...more };
}

function toDiff(bytes: Uint8Array): NotebookDiff {
  return JSON.parse(new TextDecoder().decode(bytes)) as NotebookDiff;
}

test('compares large notebooks on a thread as small ones without', async () => {
  const pool = await openPool();
  const asked = request(['a = 1', 'b'], ['a = 2', 'b']);
  const large = await compareNotebooks(pool, asked);
  expect([large.coarse, toDiff(large.diff).cells]).toMatchObject([
    false,
    { modified: 1, unchanged: 2 },
  ]);
});

test('compares the coarse way when the time box runs out, and says so', async () => {
  const pool = await openPool();
  const base = ['a = 1', 'b', 'gone', 'c'];
  const head = ['c', 'a = 2', 'b', 'c'];
  const { coarse, diff } = await compareNotebooks(
    pool,
    request(base, head, { timeBoxes: [0, 60_000] }),
  );
  const result = toDiff(diff);
  expect([coarse, result.coarse]).toEqual([true, true]);
  const { cells } = result;
  expect(
    cells.unchanged + cells.modified + cells.deleted + cells.moved - cells.moved_modified,
  ).toBe(5);
  expect(cells.unchanged + cells.modified + cells.added + cells.moved - cells.moved_modified).toBe(
    5,
  );
});

test('says what can be done when the coarse way takes too long as well', async () => {
  const pool = await openPool();
  const asked = request(['a'], ['b'], { timeBoxes: [0, 0] });
  await expect(compareNotebooks(pool, asked)).rejects.toMatchObject({
    code: 'timed_out',
    message: expect.stringContaining('cellar diff') as string,
  });
});

test('names the side that is no notebook', async () => {
  const pool = await openPool();
  const asked = request(['a'], ['b']);
  const bad = Buffer.from('['.repeat(100_000));
  const head = {
    path: 'b.ipynb',
    size: bad.length,
    read: () => Promise.resolve(new Uint8Array(bad)),
  };
  await expect(compareNotebooks(pool, { ...asked, head })).rejects.toMatchObject({
    facts: { side: 'head', path: 'b.ipynb' },
  });
});
