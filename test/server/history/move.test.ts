import { readFileSync, renameSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { openHistory, type History } from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { reindex } from '../../../server/history/reindex.js';
import { restoreSnapshot } from '../../../server/history/restore.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import type { Catalog } from '../../../server/store/catalog/catalog.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { listNotebooks } from '../../../server/tracking/snapshots.js';
import { makeFolder, notebookText, openTestHistory, openTestStore, writeInto } from '../scratch.js';
import { gitOf } from './kept.js';

async function keep(history: History, path: string, text: string): Promise<SnapshotRow> {
  await writeInto(history.store.places.root, path, text);
  const bytes = Buffer.from(text);
  const request = { path, bytes, notebook: parseNotebook(bytes), trigger: 'manual' as const };
  return (await takeSnapshot(history, request)).row;
}

async function move(history: History, from: string, to: string): Promise<readonly string[]> {
  const { root } = history.store.places;
  renameSync(join(root, from), join(root, to));
  return (await renamePath(history, from, to)).map(({ id }) => id);
}

describe('a notebook that is moved over another', () => {
  test('takes the path, and takes it along alone when it is moved on', async () => {
    const history = await openTestHistory();
    const { catalog } = history.store;
    const a = await keep(history, 'a.ipynb', notebookText(['a = 1'], ['a']));
    const b = await keep(history, 'b.ipynb', notebookText(['b = 1'], ['b']));
    await move(history, 'a.ipynb', 'b.ipynb');
    expect((await catalog.findNotebookAt('b.ipynb'))?.id).toBe(a.notebook);
    const listed = await listNotebooks(history.store);
    expect(listed.map(({ id, deleted }) => [id, deleted])).toEqual(
      [
        [a.notebook, false],
        [b.notebook, true],
      ].sort(),
    );
    expect(await move(history, 'b.ipynb', 'c.ipynb')).toEqual([a.notebook]);
    expect((await catalog.findNotebook(b.notebook))?.path).toBe('b.ipynb');
    expect((await catalog.findNotebookByPath('b.ipynb'))?.id).toBe(b.notebook);
  });

  test('leaves the same answers after a restart as before it', async () => {
    const root = await makeFolder();
    const store = await openTestStore(root);
    const history = await openHistory(store, []);
    await keep(history, 'a.ipynb', notebookText(['a = 1'], ['a']));
    await keep(history, 'b.ipynb', notebookText(['b = 1'], ['b']));
    await move(history, 'a.ipynb', 'b.ipynb');
    await move(history, 'b.ipynb', 'c.ipynb');
    const paths = ['a.ipynb', 'b.ipynb', 'c.ipynb'];
    const idsIn = (catalog: Catalog): Promise<(string | undefined)[]> =>
      Promise.all(paths.map(async (path) => (await catalog.findNotebookByPath(path))?.id));
    const before = await idsIn(store.catalog);
    await store.close();
    const again = await openTestStore(root);
    expect(await idsIn(again.catalog)).toEqual(before);
  });

  test('two that change places keep their histories apart', async () => {
    const history = await openTestHistory();
    const { catalog } = history.store;
    const a = await keep(history, 'a.ipynb', notebookText(['a = 1'], ['a']));
    const b = await keep(history, 'b.ipynb', notebookText(['b = 1'], ['b']));
    await move(history, 'a.ipynb', 't.ipynb');
    await move(history, 'b.ipynb', 'a.ipynb');
    await move(history, 't.ipynb', 'b.ipynb');
    expect((await catalog.findNotebookAt('a.ipynb'))?.id).toBe(b.notebook);
    expect((await catalog.findNotebookAt('b.ipynb'))?.id).toBe(a.notebook);
    const next = await keep(history, 'a.ipynb', notebookText(['b = 2'], ['b']));
    expect([next.notebook, next.parent]).toEqual([b.notebook, b.id]);
  });
});

describe('a folder that is renamed', () => {
  /** Each notebook's path by what main's tree has there. */
  const readTip = (history: History): Readonly<Record<string, string>> => {
    const listed = gitOf(history)('ls-tree', '-r', 'main').trim().split('\n');
    const entries = listed.map((line) => /^\S+ blob (\S+)\t(.*)$/.exec(line));
    return Object.fromEntries(
      entries.flatMap((entry) =>
        entry?.[2]?.endsWith('.ipynb') === true ? [[entry[1] ?? '', entry[2]]] : [],
      ),
    );
  };

  test('takes all its notebooks along in one move of the ref, with a commit for each', async () => {
    const root = await makeFolder();
    const history = await openTestHistory(root);
    const kept: SnapshotRow[] = [];
    for (let at = 0; at < 20; at += 1)
      kept.push(await keep(history, `old/${at}.ipynb`, notebookText([`a = ${at}`], [`id-${at}`])));
    const position = await history.store.catalog.position();
    await mkdir(join(root, 'new'));
    const ids = await move(history, 'old', 'new/deep');
    expect([...ids].sort()).toEqual(kept.map(({ notebook }) => notebook).sort());
    const moved = kept.map(({ blob }, at) => [blob, `new/deep/${at}.ipynb`] as const);
    expect(readTip(history)).toEqual(Object.fromEntries(moved));
    const git = gitOf(history);
    const since = `${position['refs/heads/main'] ?? ''}..main`;
    const subjects = git('log', '--reverse', '--format=%s', since).trim().split('\n');
    expect(subjects).toEqual(
      ids.map(() => expect.stringMatching(`^Rename old/.* to new/deep/`) as unknown),
    );
    git('fsck', '--strict');
    const before = await history.store.catalog.rows();
    await reindex(history);
    expect(await history.store.catalog.rows()).toEqual(before);
  });

  test('leaves all where they were when it fails', async () => {
    const root = await makeFolder();
    let isFull = false;
    const disk: Disk = {
      ...nodeDisk,
      rename: async (from, to) => {
        if (isFull && String(to).endsWith('refs/heads/main'))
          throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        await nodeDisk.rename(from, to);
      },
    };
    const history = await openTestHistory(root, { disk });
    for (let at = 0; at < 3; at += 1)
      await keep(history, `old/${at}.ipynb`, notebookText([`a = ${at}`], [`id-${at}`]));
    const before = await history.store.catalog.rows();
    const tip = readTip(history);
    isFull = true;
    await expect(renamePath(history, 'old', 'new')).rejects.toThrow('No space');
    isFull = false;
    expect(await history.store.catalog.rows()).toEqual(before);
    expect(readTip(history)).toEqual(tip);
    expect(await renamePath(history, 'old', 'new')).toHaveLength(3);
  });

  test.each([
    ['d', 'd/d'],
    ['d/d', 'd'],
  ])('from %s to %s keeps each notebook at its own path in the tree', async (from, to) => {
    const history = await openTestHistory();
    const paths = ['d/a.ipynb', 'd/d/a.ipynb', 'd/d/d/a.ipynb'];
    const expected = new Map<string, string>();
    for (const path of paths) {
      const { blob } = await keep(history, path, notebookText([path], [`id-of-${path}`]));
      const isBelow = path.startsWith(`${from}/`);
      const after = isBelow ? to + path.slice(from.length) : path;
      // What is moved over another leaves that one's bytes out of the tree.
      for (const [other, at] of expected) if (at === after) expected.delete(other);
      expected.set(blob, after);
    }
    await renamePath(history, from, to);
    expect(readTip(history)).toEqual(Object.fromEntries(expected));
  });
});

describe('a restore', () => {
  test('that is asked for twice under one key does not undo what was edited in between', async () => {
    const history = await openTestHistory();
    const { root } = history.store.places;
    const first = await keep(history, 'a.ipynb', notebookText(['x = 1']));
    await keep(history, 'a.ipynb', notebookText(['x = 2']));
    await writeInto(root, 'a.ipynb', notebookText(['x = 3']));
    const request = { id: first.id, key: 'restore-key-1', write: true };
    const done = await restoreSnapshot(history, request);
    await writeInto(root, 'a.ipynb', notebookText(['x = 4']));
    const again = await restoreSnapshot(history, request);
    expect([again.row.id, again.before?.id]).toEqual([done.row.id, done.before?.id]);
    expect(done.before?.trigger).toBe('before-restore');
    expect(readFileSync(join(root, 'a.ipynb'), 'utf8')).toBe(notebookText(['x = 4']));
  });

  test('can be undone where the file before was no notebook', async () => {
    const history = await openTestHistory();
    const { root } = history.store.places;
    const first = await keep(history, 'a.ipynb', notebookText(['x = 1']));
    await writeInto(root, 'a.ipynb', '<<<<<<< half a merge');
    const { before } = await restoreSnapshot(history, { id: first.id, write: true });
    await restoreSnapshot(history, { id: before?.id ?? '', write: true });
    expect(readFileSync(join(root, 'a.ipynb'), 'utf8')).toBe('<<<<<<< half a merge');
  });
});
