import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { openHistory, type History } from '../../../server/history/history.js';
import { renamePath } from '../../../server/history/move.js';
import { promote } from '../../../server/history/promote.js';
import { INDEXERS, RECORDERS } from '../../../server/main/subjects.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { makeFolder, openTestHistory, openTestStore } from '../scratch.js';
import { gitOf, keep, LONG } from './kept.js';

const IDS = ['a1b2c3', 'd4e5f6', 'a7b8c9'];

interface Damaged {
  readonly history: History;
  readonly reports: string[];
  readonly first: SnapshotRow;
}

/** A store in which main's state of a.ipynb has a wrong byte, opened anew; `more` is kept before that. */
async function openDamaged(more?: (history: History) => Promise<unknown>): Promise<Damaged> {
  const root = await makeFolder();
  const before = await openTestHistory(root);
  const { row: first } = await keep(before, 'a.ipynb', LONG, { ids: IDS });
  await more?.(before);
  const state = `main:.cellar/notebooks/${first.notebook}/state.json`;
  const oid = gitOf(before)('rev-parse', state).trim();
  await before.store.close();
  const file = join(root, '.cellar/store.git/objects', oid.slice(0, 2), oid.slice(2));
  await chmod(file, 0o644);
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  await writeFile(file, bytes);
  const reports: string[] = [];
  const store = await openTestStore(root, { report: (error) => reports.push(String(error)) });
  const history = await openHistory(store, INDEXERS, RECORDERS);
  return { history, reports, first };
}

describe('where the state of one notebook on main is damaged', () => {
  test('new versions of it are kept, and that one is compared with nothing', async () => {
    const { history, reports, first } = await openDamaged();
    const { row, created } = await keep(history, 'a.ipynb', ['changed'], { ids: IDS });
    expect([created, row.notebook, row.changed]).toEqual([true, first.notebook, null]);
    expect(reports.join()).toContain(`What version ${first.id} of a.ipynb consists of`);
    const next = await keep(history, 'a.ipynb', ['changed', 'more'], { ids: IDS });
    expect(next.row.changed).toEqual({ modified: 0, added: 1, deleted: 0 });
  });

  test('new notebooks are kept', async () => {
    const { history, reports, first } = await openDamaged();
    const { row, created } = await keep(history, 'other.ipynb', ['quite', 'another']);
    expect([created, row.path]).toEqual([true, 'other.ipynb']);
    expect(reports.join()).toContain(`What version ${first.id} of a.ipynb consists of`);
  });

  test('a new notebook is compared with all others', async () => {
    const { history, first } = await openDamaged();
    const origin = await keep(history, 'other.ipynb', ['quite', 'another']);
    const { row } = await keep(history, 'copy.ipynb', ['quite', 'another']);
    const copy = await history.store.catalog.findNotebook(row.notebook);
    expect(copy?.origin?.notebook).toBe(origin.row.notebook);
    expect(copy?.origin?.notebook).not.toBe(first.notebook);
  });

  test('it can be renamed, and goes on there', async () => {
    const { history, first } = await openDamaged();
    const { root } = history.store.places;
    await rename(join(root, 'a.ipynb'), join(root, 'b.ipynb'));
    const moved = await renamePath(history, 'a.ipynb', 'b.ipynb');
    expect(moved.map(({ id, path }) => [id, path])).toEqual([[first.notebook, 'b.ipynb']]);
    const { row } = await keep(history, 'b.ipynb', ['changed'], { ids: IDS });
    expect(row.notebook).toBe(first.notebook);
  });

  test('an automatic version of it can be kept for ever', async () => {
    let saved: SnapshotRow | undefined;
    const { history } = await openDamaged(async (before) => {
      const more = [...LONG, 'more'];
      saved = (await keep(before, 'a.ipynb', more, { ids: IDS, trigger: 'save' })).row;
    });
    await history.store.exclusively(() => promote(history, saved?.id ?? ''));
    expect((await history.store.catalog.findSnapshot(saved?.id ?? ''))?.line).toBe('main');
  });
});
