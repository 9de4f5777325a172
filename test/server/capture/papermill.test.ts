import { expect, test } from 'vitest';

import type { Burst } from '../../../contract/capture.js';
import { keepFile } from '../../../server/capture/keep.js';
import { toSnapshot } from '../../../server/tracking/snapshots.js';
import { writeInto } from '../scratch.js';
import { keep, openParts, ran } from './opened.js';

test("a burst has the parameters of papermill's cell when that ran, under what its code says", async () => {
  const parts = await openParts();
  const cell = (id: string, source: string, tags: readonly string[]) => ({
    ...{ cell_type: 'code', id, source, metadata: { tags }, outputs: [], execution_count: 1 },
  });
  const cells = [cell('c0', 'alpha = 0.1\ntrees = 60', ['parameters']), cell('c1', 'x', [])];
  const content = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
  const bundles = [{ cell: 'c1', bundle: { metrics: { accuracy: 1 }, params: { trees: 70 } } }];
  const paramsOf = async (executions: Burst['executions']) =>
    (
      await toSnapshot(
        parts.history.store,
        (await keep(parts, { content, executions, bundles })).row,
      )
    ).runs[0]?.params;
  expect(await paramsOf([ran('c0', 1, 2), ran('c1', 2, 3)])).toEqual({
    alpha: '0.1',
    trees: '70',
  });
  expect(await paramsOf([ran('c1', 2, 3)])).toEqual({ trees: '70' });
});

/** A notebook as papermill writes it. */
function written(alpha: number, auc: number): string {
  const cell = (id: string, source: string, tags: readonly string[], outputs: object[] = []) => ({
    ...{ cell_type: 'code', id, source, metadata: { tags }, outputs, execution_count: 1 },
  });
  const scrap = { name: 'auc', data: auc, encoder: 'json', version: 1 };
  const glued = {
    ...{ output_type: 'display_data', metadata: {} },
    data: { 'application/scrapbook.scrap.json+json': scrap },
  };
  const cells = [
    cell('c0', 'alpha = 0\ntrees = 5', ['parameters']),
    cell('c1', `alpha = ${alpha}`, ['injected-parameters']),
    cell('c2', 'sb.glue("auc", auc)', [], [glued]),
  ];
  const metadata = { papermill: { parameters: { alpha } } };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells });
}

test('a file that papermill wrote is a run with its parameters and what scrapbook glued, anew whenever one of them is', async () => {
  const parts = await openParts();
  const { store } = parts.history;
  const take = async (alpha: number, auc: number) => {
    await writeInto(parts.root, 'p.ipynb', written(alpha, auc));
    const { row } = await keepFile(parts, { path: 'p.ipynb', trigger: 'manual' });
    return (await toSnapshot(store, row)).runs;
  };
  expect(await take(0.5, 0.9)).toMatchObject([
    { metrics: { auc: 0.9 }, params: { alpha: '0.5', trees: '5' } },
  ]);
  // The same file again is no new run, nor another version.
  const count = await store.catalog.snapshotCount();
  await take(0.5, 0.9);
  expect(await store.catalog.snapshotCount()).toBe(count);
  expect(await take(0.5, 0.95)).toMatchObject([
    { metrics: { auc: 0.95 }, params: { alpha: '0.5', trees: '5' } },
  ]);
  expect(await take(0.6, 0.95)).toMatchObject([{ metrics: {}, params: { alpha: '0.6' } }]);
});
