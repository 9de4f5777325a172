import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { burstSchema } from '../../../contract/capture.js';
import { keepBurst } from '../../../server/capture/keep.js';
import { reindex } from '../../../server/history/reindex.js';
import { verifyStore } from '../../../server/history/verify.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { planExport } from '../../../server/tracking/export.js';
import { toSnapshots } from '../../../server/tracking/snapshots.js';
import { gitOf } from '../history/kept.js';
import { notebookText, openTestHistory, writeInto } from '../scratch.js';

const FILES = process.env['CELLAR_TEST_FULL'] === '1' ? 10_000 : 500;

test('a run with thousands of files is one version, from which every file comes back', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const artifacts = [];
  for (let at = 0; at < FILES; at += 1) {
    const name = `out/${at % 100}/model-${at}.pkl`;
    await writeInto(store.places.root, name, `weights ${at}`);
    artifacts.push({ name, path: join(store.places.root, name) });
  }
  const burst = burstSchema.parse({
    key: 'many-files',
    path: 'a.ipynb',
    trigger: 'run-all',
    content: notebookText(['fit()']),
    bundles: [{ cell: 'c0', bundle: { metrics: { loss: 0.5 }, artifacts } }],
  });
  const capture = { history, operating: openOperatingState(store.places) };
  const { row, warnings } = await keepBurst(capture, burst);
  expect(warnings).toEqual([]);
  const readBack = async (): Promise<void> => {
    const [snapshot] = await toSnapshots(store, [row]);
    expect(snapshot?.artifacts).toHaveLength(FILES);
    expect(new Set(snapshot?.artifacts.map(({ name }) => name)).size).toBe(FILES);
    const last = snapshot?.artifacts.find(({ name }) => name.endsWith(`model-${FILES - 1}.pkl`));
    const sha256 = createHash('sha256')
      .update(`weights ${FILES - 1}`)
      .digest('hex');
    expect(last).toMatchObject({ sha256, size: `weights ${FILES - 1}`.length });
    expect(await store.artifacts.findSize(sha256)).toBe(last?.size);
  };
  await readBack();
  const pointers = gitOf(history)('ls-tree', '-r', '--name-only', '-z', 'main').split('\0');
  expect(pointers.filter((path) => path.includes('/artifacts/'))).toHaveLength(FILES);
  const plan = await planExport(store, { snapshot: row.id, artifacts: true });
  expect(plan.files.filter(({ source }) => source.kind === 'artifact')).toHaveLength(FILES);
  expect(plan.missing).toEqual([]);
  await reindex(history);
  await readBack();
  expect((await verifyStore(history)).damages).toEqual([]);
  // The next version of it takes none of them again.
  const next = await keepBurst(
    capture,
    burstSchema.parse({ ...burst, key: 'the-next', content: notebookText(['fit()', 'more()']) }),
  );
  expect(next.row.id).not.toBe(row.id);
}, 300_000);
