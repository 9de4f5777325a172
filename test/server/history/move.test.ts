import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { openHistory, type History } from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { restoreSnapshot } from '../../../server/history/restore.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import type { Catalog } from '../../../server/store/catalog/catalog.js';
import { listNotebooks } from '../../../server/tracking/snapshots.js';
import { makeFolder, notebookText, openTestHistory, openTestStore, writeInto } from '../scratch.js';

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
