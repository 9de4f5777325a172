import { describe, expect, test } from 'vitest';

import { getSnapshot, readNotebook } from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { setPin } from '../../../server/history/pin.js';
import { promotePinned } from '../../../server/history/promote.js';
import { record } from '../../../server/history/record.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';
import { rowsOf } from './days.js';
import { gitOf, keep } from './kept.js';

describe('a pin', () => {
  test('brings an automatic version to main with its id, time, message and bytes', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', ['one'], { trigger: 'save' });
    expect(await setPin(history, row.id.slice(0, 20), true)).toBe(row.id);
    const now = await getSnapshot(history.store, row.id);
    expect(now).toEqual({ ...row, line: 'main', commit: now.commit });
    expect(await history.store.catalog.findPin(row.id)).toMatchObject({ notebook: row.notebook });
    const git = gitOf(history);
    expect(git('show', 'main:a.ipynb')).toBe(notebookText(['one']));
    expect(git('log', '-1', '--format=%(trailers:key=Snapshot-Id,valueonly)', 'main').trim()).toBe(
      row.id,
    );
    expect(git('log', '-1', '--format=%at %s', 'main').trim()).toBe(
      git('log', '-1', '--format=%at %s', row.commit).trim(),
    );
    git('fsck', '--full', '--strict');
  });

  test('never takes main back: an older version is kept beside the newest', async () => {
    const history = await openTestHistory();
    const { row: old } = await keep(history, 'a.ipynb', ['old'], { trigger: 'save' });
    await keep(history, 'a.ipynb', ['new'], { message: 'good' });
    await setPin(history, old.id, true);
    const git = gitOf(history);
    expect(git('show', 'main:a.ipynb')).toBe(notebookText(['new']));
    expect(git('show', `main:.cellar/notebooks/${old.notebook}/kept/${old.id}.ipynb`)).toBe(
      notebookText(['old']),
    );
    const now = await getSnapshot(history.store, old.id);
    expect(now.line).toBe('main');
    expect((await readNotebook(history.store, now)).toString()).toBe(notebookText(['old']));
    expect((await history.store.catalog.history(old.notebook)).map(({ id }) => id)[0]).toBe(old.id);
  });

  test('leaves the path alone when another notebook has it by now', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', ['mine'], { trigger: 'save' });
    const other = await keep(history, 'b.ipynb', ['other']);
    await renamePath(history, 'b.ipynb', 'a.ipynb');
    await setPin(history, row.id, true);
    expect((await history.store.catalog.findNotebookAt('a.ipynb'))?.id).toBe(other.row.notebook);
    expect(gitOf(history)('show', 'main:a.ipynb')).toBe(notebookText(['other']));
  });

  test('is there again after a restart, before and after it was sealed, and in a catalog built anew', async () => {
    const root = await makeFolder();
    const first = await openTestHistory(root);
    const { row } = await keep(first, 'a.ipynb', ['one'], { message: 'm' });
    await setPin(first, row.id, true);
    await first.store.close();
    const second = await openTestHistory(root);
    expect(await second.store.catalog.findPin(row.id)).toBeDefined();
    expect(await sealPending(second)).toBe(true);
    const live = await rowsOf(second);
    await reindex(second);
    expect(await rowsOf(second)).toEqual(live);
    await setPin(second, row.id, false);
    await reindex(second);
    expect(await second.store.catalog.pins()).toEqual([]);
    expect(
      JSON.parse(gitOf(second)('show', `main:.cellar/notebooks/${row.notebook}/pins.json`)),
    ).toMatchObject({ pins: [] });
  });

  test('taken off leaves the version where it is, and done twice does nothing more', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', ['one'], { trigger: 'save' });
    await setPin(history, row.id, true);
    const head = gitOf(history)('rev-parse', 'main');
    await setPin(history, row.id, true);
    expect(gitOf(history)('rev-parse', 'main')).toBe(head);
    await setPin(history, row.id, false);
    expect((await getSnapshot(history.store, row.id)).line).toBe('main');
    expect(await history.store.catalog.findPin(row.id)).toBeUndefined();
  });

  test('that was kept before a kill is made good later', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', ['one'], { trigger: 'save' });
    const time = new Date(0).toISOString();
    const data = { snapshot: row.id, notebook: row.notebook, pinned: true, time };
    await record(history, 'pin', data);
    await promotePinned(history);
    expect((await getSnapshot(history.store, row.id)).line).toBe('main');
  });

  test('of a version that is not there is refused', async () => {
    const history = await openTestHistory();
    await expect(setPin(history, 'zzz', true)).rejects.toMatchObject({ code: 'not_found' });
  });
});
