import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { getSnapshot, readNotebook } from '../../../server/history/history.js';
import { copyNotebook, renamePath } from '../../../server/history/move.js';
import { restoreSnapshot } from '../../../server/history/restore.js';
import { listNotebooks } from '../../../server/tracking/snapshots.js';
import { nodeDisk } from '../../../server/store/disk/disk.js';
import { interpose } from '../../faults/interpose.js';
import { makeFolder, notebookText, openTestHistory, writeInto } from '../scratch.js';
import { gitOf, keep, LONG } from './kept.js';

describe('a snapshot', () => {
  test('gives its bytes back', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a/train.ipynb', LONG);
    expect((await readNotebook(history.store, row)).toString()).toBe(notebookText(LONG));
    expect(gitOf(history)('show', 'main:a/train.ipynb')).toBe(notebookText(LONG));
  });

  test('of what is kept already is not made again, unless it has a message', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', LONG);
    expect(await keep(history, 'a.ipynb', LONG)).toEqual({
      row: first.row,
      created: false,
      warnings: [],
    });
    expect(await keep(history, 'a.ipynb', LONG, { message: ' ' })).toMatchObject({
      created: false,
    });
    const third = await keep(history, 'a.ipynb', LONG, { message: 'before the new split' });
    expect(third).toMatchObject({
      created: true,
      row: { message: 'before the new split', parent: first.row.id },
    });
    expect(gitOf(history)('log', '-1', '--format=%s').trim()).toBe('before the new split');
  });

  test('asked for twice with one key is made once', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', LONG, { key: 'k-12345678' });
    const again = await keep(history, 'a.ipynb', ['other'], { key: 'k-12345678' });
    expect(again).toEqual({ row: first.row, created: true, warnings: [] });
  });

  test('counts the cells that changed against the one before', async () => {
    const history = await openTestHistory();
    expect((await keep(history, 'a.ipynb', LONG)).row.changed).toBeNull();
    const { row } = await keep(history, 'a.ipynb', ['import polars', ...LONG.slice(1), 'more']);
    expect(row.changed).toEqual({ modified: 1, added: 1, deleted: 0 });
  });

  test('follows the order of acknowledgement, whatever the clock does', async () => {
    let now = Date.UTC(2026, 5, 1);
    const history = await openTestHistory(undefined, { now: () => now });
    const ids = [];
    for (const [index, time] of [now, now, now - 10 * 365 * 864e5, now + 1].entries()) {
      now = time;
      ids.push((await keep(history, 'a.ipynb', [`x = ${index}`])).row.id);
    }
    const notebook = (await history.store.catalog.notebooks())[0]?.id ?? '';
    expect((await history.store.catalog.history(notebook)).map(({ id }) => id)).toEqual(ids);
    expect([...ids].sort()).toEqual(ids);
  });

  test('is found by a unique prefix of its id, in any case', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', LONG);
    await keep(history, 'a.ipynb', ['x']);
    expect((await getSnapshot(history.store, row.id.slice(0, 20).toUpperCase())).id).toBe(row.id);
    await expect(getSnapshot(history.store, row.id.slice(0, 2))).rejects.toThrow(
      expect.objectContaining({ code: 'ambiguous_id' }),
    );
    for (const absent of ['zzz', '', '../x', '__proto__'])
      await expect(getSnapshot(history.store, absent)).rejects.toThrow(
        expect.objectContaining({ code: 'not_found' }),
      );
  });
});

describe('the two lines of history', () => {
  test('a save goes to its day, never an ancestor of main; a message goes to main', async () => {
    const history = await openTestHistory();
    const auto = await keep(history, 'a.ipynb', ['one'], { trigger: 'save' });
    const kept = await keep(history, 'a.ipynb', ['two'], { message: 'good' });
    const burst = await keep(history, 'a.ipynb', ['three'], { trigger: 'run-all' });
    expect([auto, kept, burst].map(({ row }) => row.line)).toEqual(['auto', 'main', 'auto']);
    expect(gitOf(history)('for-each-ref', '--format=%(refname)', 'refs/cellar').trim()).toBe(
      'refs/cellar/auto/2026-11-23',
    );
    expect(gitOf(history)('rev-list', 'main')).not.toContain(auto.row.commit);
    expect(gitOf(history)('rev-list', 'refs/cellar/auto/2026-11-23')).not.toContain(
      kept.row.commit,
    );
    expect(burst.row.parent).toBe(kept.row.id);
  });
});

describe('identity', () => {
  test('a renamed notebook keeps its history, under the old path too', async () => {
    const history = await openTestHistory();
    const { store } = history;
    const first = await keep(history, 'Untitled.ipynb', LONG);
    renameSync(join(store.places.root, 'Untitled.ipynb'), join(store.places.root, 'train.ipynb'));
    await renamePath(history, 'Untitled.ipynb', 'train.ipynb');
    const second = await keep(history, 'train.ipynb', ['new', ...LONG]);
    expect(second.row.notebook).toBe(first.row.notebook);
    expect(second.row.parent).toBe(first.row.id);
    for (const path of ['Untitled.ipynb', 'train.ipynb'])
      expect((await store.catalog.findNotebookByPath(path))?.id).toBe(first.row.notebook);
    expect(gitOf(history)('ls-tree', '-r', '--name-only', 'main')).not.toContain('Untitled.ipynb');
    const other = await keep(history, 'Untitled.ipynb', ['print("something else")']);
    expect(other.row.notebook).not.toBe(first.row.notebook);
  });

  test('a folder takes its notebooks along', async () => {
    const history = await openTestHistory();
    await keep(history, 'old/a.ipynb', LONG);
    await keep(history, 'old/deep/b.ipynb', ['b = 1']);
    await keep(history, 'older/c.ipynb', ['c = 1']);
    const moved = await renamePath(history, 'old', 'new');
    expect(moved.map(({ path }) => path).sort()).toEqual(['new/a.ipynb', 'new/deep/b.ipynb']);
  });

  test('a notebook moved outside of JupyterLab is known by its cells', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', LONG);
    rmSync(join(history.store.places.root, 'a.ipynb'));
    const second = await keep(history, 'sub/b.ipynb', [...LONG.slice(0, 2), 'changed()'], {
      ids: ['x', 'y', 'z'],
    });
    expect(second.row.notebook).toBe(first.row.notebook);
  });

  test('a copy starts its own history and names its origin', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', LONG);
    const copy = await keep(history, 'a-copy.ipynb', LONG);
    expect(copy.row.notebook).not.toBe(first.row.notebook);
    expect(copy.row.parent).toBeNull();
    const row = await history.store.catalog.findNotebook(copy.row.notebook);
    expect(row?.origin).toEqual({
      notebook: first.row.notebook,
      path: 'a.ipynb',
      snapshot: first.row.id,
    });
    const told = await copyNotebook(history, 'a.ipynb', 'b.ipynb');
    expect((await keep(history, 'b.ipynb', ['b'])).row.notebook).toBe(told.id);
  });

  test('two empty notebooks have nothing to do with each other', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', [''], { ids: ['one'] });
    rmSync(join(history.store.places.root, 'a.ipynb'));
    expect((await keep(history, 'b.ipynb', [''], { ids: ['two'] })).row.notebook).not.toBe(
      first.row.notebook,
    );
  });

  test('a deleted notebook is listed as such and can be brought back', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', LONG);
    rmSync(join(history.store.places.root, 'a.ipynb'));
    expect(await listNotebooks(history.store)).toMatchObject([{ path: 'a.ipynb', deleted: true }]);
    const restored = await restoreSnapshot(history, { id: row.id, write: true });
    expect(restored.before).toBeUndefined();
    expect(await listNotebooks(history.store)).toMatchObject([{ path: 'a.ipynb', deleted: false }]);
  });

  test('names that JavaScript knows are ordinary names', async () => {
    const history = await openTestHistory();
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      const { row } = await keep(history, `${name}/${name}`, [name, LONG[1] ?? '']);
      expect((await history.store.catalog.findNotebookAt(`${name}/${name}`))?.id).toBe(
        row.notebook,
      );
    }
    expect(({} as Record<string, unknown>)['ipynb']).toBeUndefined();
  });
});

describe('a restore', () => {
  test('keeps what is there first, and can be undone', async () => {
    const history = await openTestHistory();
    const { store } = history;
    const first = await keep(history, 'a.ipynb', ['one']);
    await keep(history, 'a.ipynb', ['two']);
    await writeInto(store.places.root, 'a.ipynb', notebookText(['three']));
    const restored = await restoreSnapshot(history, { id: first.row.id, write: true });
    expect((await store.files.read('a.ipynb')).toString()).toBe(notebookText(['one']));
    expect(restored.before).toMatchObject({ trigger: 'before-restore' });
    expect(restored.row).toMatchObject({ restored: first.row.id, parent: first.row.id });
    await restoreSnapshot(history, { id: restored.before?.id ?? '', write: true });
    expect((await store.files.read('a.ipynb')).toString()).toBe(notebookText(['three']));
  });

  test('over a file that is no notebook keeps its bytes all the same', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', ['one']);
    await writeInto(history.store.places.root, 'a.ipynb', '<<<<<<< broken');
    const { before } = await restoreSnapshot(history, { id: first.row.id, write: true });
    expect(before === undefined ? '' : (await readNotebook(history.store, before)).toString()).toBe(
      '<<<<<<< broken',
    );
  });

  test('keeps what is saved while it goes on', async () => {
    const root = await makeFolder();
    const saved = ['four', 'five'].map((source) => notebookText([source]));
    let armed = false;
    const disk = interpose(nodeDisk, async (call, make) => {
      const answer = await make();
      // The restored bytes lie beside the notebook, and are about to take its place.
      const isThen = call.kind === 'file.datasync' && !call.path.includes('.cellar');
      const text = armed && isThen ? saved.shift() : undefined;
      if (text !== undefined) writeFileSync(join(root, 'a.ipynb'), text);
      return answer;
    });
    const history = await openTestHistory(root, { disk });
    const { store } = history;
    const first = await keep(history, 'a.ipynb', ['one']);
    await keep(history, 'a.ipynb', ['two']);
    await writeInto(root, 'a.ipynb', notebookText(['three']));
    armed = true;
    await restoreSnapshot(history, { id: first.row.id, write: true });
    expect((await store.files.read('a.ipynb')).toString()).toBe(notebookText(['one']));
    const rows = await store.catalog.history(first.row.notebook);
    const texts = await Promise.all(
      rows.map(async (row) => (await readNotebook(store, row)).toString()),
    );
    expect(texts).toEqual(
      ['one', 'two', 'three', 'four', 'five', 'one'].map((source) => notebookText([source])),
    );
  });

  test('keeps the file too where it is neither what the editor holds nor any version', async () => {
    const history = await openTestHistory();
    const { store } = history;
    const first = await keep(history, 'a.ipynb', ['one']);
    await writeInto(store.places.root, 'a.ipynb', notebookText(['by a script']));
    const { before } = await restoreSnapshot(history, {
      id: first.row.id,
      content: notebookText(['unsaved']),
      write: true,
    });
    const rows = await store.catalog.history(first.row.notebook);
    const texts = await Promise.all(
      rows.map(async (row) => (await readNotebook(store, row)).toString()),
    );
    expect(texts).toEqual(
      ['one', 'by a script', 'unsaved', 'one'].map((each) => notebookText([each])),
    );
    expect(before?.id).toBe(rows[2]?.id);
  });

  test('of what the editor holds keeps the editor’s state, and writes nothing when it is told so', async () => {
    const history = await openTestHistory();
    const first = await keep(history, 'a.ipynb', ['one']);
    await keep(history, 'a.ipynb', ['two']);
    const { before } = await restoreSnapshot(history, {
      id: first.row.id,
      content: notebookText(['unsaved']),
      write: false,
    });
    expect(before === undefined ? '' : (await readNotebook(history.store, before)).toString()).toBe(
      notebookText(['unsaved']),
    );
    expect((await history.store.files.read('a.ipynb')).toString()).toBe(notebookText(['two']));
  });
});
