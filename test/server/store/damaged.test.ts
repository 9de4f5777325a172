import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { getSnapshot, readNotebook, type History } from '../../../server/history/history.js';
import { setPin } from '../../../server/history/pin.js';
import { repairStore } from '../../../server/history/repair/repair.js';
import { verifyStore } from '../../../server/history/verify.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { MAIN } from '../../../server/store/create.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { fileOf, ruin } from '../history/damage.js';
import { gitOf, keep, LONG } from '../history/kept.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';

interface Filled {
  readonly history: History;
  readonly root: string;
  readonly rows: readonly SnapshotRow[];
}

async function fill(): Promise<Filled> {
  const root = await makeFolder();
  const history = await openTestHistory(root);
  const rows = [
    (await keep(history, 'a.ipynb', LONG, { message: 'one' })).row,
    (await keep(history, 'b.ipynb', ['b'], { trigger: 'save' })).row,
    (await keep(history, 'a.ipynb', [...LONG, 'more'], { message: 'two' })).row,
  ];
  await logPoints(history, 'd'.repeat(32), { points: [{ name: 'n', value: 1, step: 1, time: 1 }] });
  return { history, root, rows };
}

/** What each file of the store holds, but for its lock. */
function sumsOf(root: string): Readonly<Record<string, string>> {
  const cellar = join(root, '.cellar');
  const files = readdirSync(cellar, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.startsWith('lock') && statSync(join(cellar, path)).isFile(),
  );
  return Object.fromEntries(
    files.sort().map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(cellar, path)))
        .digest('hex'),
    ]),
  );
}

const DAMAGES: Readonly<Record<string, (history: History) => void>> = {
  'a main of nonsense': ({ store }) => writeFileSync(join(store.places.git, MAIN), 'nonsense'),
  'an empty main': ({ store }) => writeFileSync(join(store.places.git, MAIN), ''),
  'a main that is gone': ({ store }) => rmSync(join(store.places.git, MAIN)),
  'a main that leads to nothing': ({ store }) =>
    writeFileSync(join(store.places.git, MAIN), `${'1'.repeat(40)}\n`),
  ...Object.fromEntries(
    ['main', 'main^{tree}', 'main:.cellar', 'main:.cellar/format.json'].map((name) => [
      `a ruined ${name}`,
      (history: History) => ruin(fileOf(history, gitOf(history)('rev-parse', name).trim())),
    ]),
  ),
};

describe.each(Object.entries(DAMAGES))('%s', (_, damage) => {
  test.each([true, false])(
    'lets the store be read, and nothing be written (with its catalog: %s)',
    async (hasCatalog) => {
      const { history, root, rows } = await fill();
      await history.store.close();
      damage(history);
      if (!hasCatalog) rmSync(history.store.places.catalog, { recursive: true });
      const before = sumsOf(root);
      const reported: string[] = [];
      const again = await openTestHistory(root, {
        report: (error) => reported.push(String(error)),
      });
      const { store } = again;
      expect(store.readOnly).toBe(true);
      expect(store.damage).toMatchObject({ code: 'store_damaged' });
      expect(store.damage?.message).toContain('cellar verify --repair');
      expect(reported.join()).toContain(store.damage?.message);
      const refused = { code: 'store_damaged', message: store.damage?.message };
      await expect(keep(again, 'a.ipynb', ['lost?'], { message: 'm' })).rejects.toMatchObject(
        refused,
      );
      await expect(logPoints(again, 'd'.repeat(32), { points: [] })).rejects.toMatchObject(refused);
      await expect(setPin(again, rows[0]?.id ?? '', true)).rejects.toMatchObject(refused);
      async function* bytes(): AsyncGenerator<Buffer> {
        yield await Promise.resolve(Buffer.from('x'));
      }
      await expect(store.artifacts.add(bytes())).rejects.toMatchObject(refused);
      await expect(store.uploads.start('x', 1)).rejects.toMatchObject(refused);
      const texts = [notebookText(LONG), notebookText(['b']), notebookText([...LONG, 'more'])];
      // Without a catalog it is made from what git can still show.
      const shown = hasCatalog ? rows : await listShown(again, rows);
      for (const row of shown)
        expect((await readNotebook(store, await getSnapshot(store, row.id))).toString()).toBe(
          texts[rows.indexOf(row)],
        );
      expect(shown.length).toBeGreaterThanOrEqual(2);
      const found = await verifyStore(again);
      expect(found.status).toBe('damaged');
      expect(found.damages.length).toBeGreaterThan(0);
      await store.close();
      const after = sumsOf(root);
      for (const [path, sum] of Object.entries(before)) expect(after[path], path).toBe(sum);
    },
  );
});

async function listShown(
  history: History,
  rows: readonly SnapshotRow[],
): Promise<readonly SnapshotRow[]> {
  const shown = await history.store.catalog.snapshotsById(rows.map(({ id }) => id));
  return rows.filter(({ id }) => shown.has(id));
}

test('a store in which nothing at all can be read is left alone, and mended out of a copy only', async () => {
  const { history, root } = await fill();
  await history.store.close();
  const { git, catalog } = history.store.places;
  const copy = await makeFolder();
  cpSync(git, join(copy, 'store.git'), { recursive: true, verbatimSymlinks: true });
  const main = readFileSync(join(git, 'refs/heads/main'), 'utf8');
  rmSync(catalog, { recursive: true });
  for (const folder of readdirSync(join(git, 'objects')))
    if (/^[0-9a-f]{2}$/.test(folder)) rmSync(join(git, 'objects', folder), { recursive: true });
  const opened = await openTestHistory(root, { report: () => undefined });
  expect(opened.store).toMatchObject({ readOnly: true, damage: { code: 'store_damaged' } });
  expect((await verifyStore(opened)).status).toBe('damaged');
  await expect(repairStore(opened)).rejects.toThrow(/--from/);
  expect(readFileSync(join(git, 'refs/heads/main'), 'utf8')).toBe(main);
  const repaired = await repairStore(opened, { from: [copy] });
  expect(repaired).toMatchObject({ status: 'ok', damages: [], lost: [] });
  expect(opened.store).toMatchObject({ readOnly: false, damage: undefined });
});
