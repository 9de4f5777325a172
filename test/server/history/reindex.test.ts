import { rmSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { newestOf, type History } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { copyNotebook, renamePath } from '../../../server/history/move.js';
import { verifyStore } from '../../../server/history/verify.js';
import { MAIN } from '../../../server/store/create.js';
import { commitByHand } from '../git.js';
import { makeFolder, openTestHistory, readHistories, writeInto } from '../scratch.js';
import { gitOf, keep, LONG } from './kept.js';

describe('the catalog', () => {
  const rowsOf = async ({ store }: History): Promise<unknown> => {
    const notebooks = [...(await store.catalog.notebooks())].sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      notebooks,
      histories: await Promise.all(notebooks.map(({ id }) => store.catalog.history(id))),
      position: { ...(await store.catalog.position()) },
      last: await store.catalog.lastNumber(),
    };
  };

  async function fill(history: History): Promise<void> {
    await keep(history, 'a.ipynb', LONG, { trigger: 'save' });
    await keep(history, 'a.ipynb', ['one', ...LONG], { message: 'm' });
    await renamePath(history, 'a.ipynb', 'b.ipynb');
    await keep(history, 'c.ipynb', ['c = 1'], { trigger: 'run-all' });
    await copyNotebook(history, 'c.ipynb', 'd.ipynb');
    await keep(history, 'b.ipynb', ['two'], { key: 'k-12345678' });
  }

  test('rebuilt from git is equal to the live one, row for row', async () => {
    const history = await openTestHistory();
    await fill(history);
    const live = await rowsOf(history);
    expect(await reindex(history)).toBeGreaterThan(6);
    expect(await rowsOf(history)).toEqual(live);
  });

  test('is the same after a restart, with its documents, without them, and with broken ones', async () => {
    const root = await makeFolder();
    const first = await openTestHistory(root);
    await fill(first);
    const live = await rowsOf(first);
    await first.store.close();
    const catalog = '.cellar/catalog';
    const spoilSnapshots = async (spoil: (path: string) => Promise<void>): Promise<void> => {
      const names = (await readdir(join(root, catalog))).filter((name) => /^snapshots-/.test(name));
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) await spoil(`${catalog}/${name}`);
    };
    const changePaths = async (path: string): Promise<void> => {
      const text = await readFile(join(root, path), 'utf8');
      expect(text).toContain('"a.ipynb"');
      await writeInto(root, path, text.replaceAll('"a.ipynb"', '"z.ipynb"'));
    };
    // How often it is told of, and what breaks it.
    const breaks: readonly (readonly [number, () => Promise<void>])[] = [
      [0, () => Promise.resolve()],
      [0, () => rm(join(root, catalog), { recursive: true })],
      [1, () => writeInto(root, `${catalog}/meta.json`, '{"format":')],
      [1, () => spoilSnapshots((path) => writeInto(root, path, '[]'))],
      [1, () => spoilSnapshots((path) => writeInto(root, path, ''))],
      [1, () => spoilSnapshots((path) => rm(join(root, path)))],
      [1, () => spoilSnapshots(changePaths)],
      [1, () => writeInto(root, `${catalog}/meta.json`, '{"format":0,"position":{}}')],
    ];
    for (const [at, [reports, spoil]] of breaks.entries()) {
      await spoil();
      const reported: unknown[] = [];
      const again = await openTestHistory(root, { report: (error) => void reported.push(error) });
      expect(await rowsOf(again), `break ${at}`).toEqual(live);
      expect(reported, `break ${at}`).toHaveLength(reports);
      await again.store.close();
    }
  });

  test('takes in what git itself committed meanwhile', async () => {
    const history = await openTestHistory();
    const { row } = await keep(history, 'a.ipynb', LONG);
    const extra = commitByHand(gitOf(history), row.commit);
    gitOf(history)('update-ref', MAIN, extra);
    const next = await keep(history, 'a.ipynb', ['x']);
    expect(gitOf(history)('rev-parse', 'main~1').trim()).toBe(extra);
    expect((await newestOf(history.store, row.notebook))?.id).toBe(next.row.id);
    expect((await history.store.catalog.position())[MAIN]).toBe(next.row.commit);
  });

  test('a day that was deleted takes its rows along', async () => {
    const root = await makeFolder();
    const first = await openTestHistory(root);
    await fill(first);
    gitOf(first)('update-ref', '-d', 'refs/cellar/auto/2026-11-23');
    await first.store.close();
    const again = await openTestHistory(root);
    const rows = (await readHistories(again.store)).flat();
    expect(new Set(rows.map(({ line }) => line))).toEqual(new Set(['main']));
  });
});

test('verify finds nothing in a sound store, and names a damaged object', async () => {
  const history = await openTestHistory();
  const { row } = await keep(history, 'a.ipynb', LONG);
  expect(await verifyStore(history)).toMatchObject({ status: 'ok', damages: [] });
  const object = join(history.store.places.git, 'objects', row.blob.slice(0, 2), row.blob.slice(2));
  rmSync(object);
  const found = await verifyStore(history);
  expect(found.status).toBe('damaged');
  expect(found.damages[0]?.what).toContain('a.ipynb');
});
