import { describe, expect, test } from 'vitest';

import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { createLineage } from '../../../server/lineage/lineage.js';
import { deleteRegistered } from '../../../server/registry/change-models.js';
import { deleteVersion } from '../../../server/registry/change-versions.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { logToRun, setDeleted } from '../../../server/tracking/log-run.js';
import { changeModel } from '../../../server/tracking/models.js';
import {
  type Filled,
  addFile,
  ask,
  beginRun,
  burst,
  draw,
  fill,
  logModel,
  nameOf,
  toPage,
  turns,
} from './filled.js';
import { ADA, openTestRegistry } from '../registry/opened.js';

const UP_FROM_VERSION_1 = [
  'c4 ran train',
  'forest registered wine/1',
  'train made forest',
  'train.ipynb keeps train.ipynb then',
  'train.ipynb then keeps c4',
  'wine.csv read train',
];

describe('lineage', () => {
  test('leads from a registered version up to its notebook, its cell and its data, and says so', async () => {
    const { lineage } = await fill();
    const up = await ask(lineage, { node: 'models:/wine/1', direction: 'up' });
    expect(draw(up)).toEqual(UP_FROM_VERSION_1);
    expect(up.words).toBe(
      'wine v1, from train.ipynb as of 2026-11-23 14:00 UTC (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run.',
    );
    expect(up).toMatchObject({ left: 0, deeper: false });
  });

  test.each([
    ['version', (at: Filled) => `snapshot:${at.snapshot}`],
    ['notebook', () => 'train.ipynb'],
    ['data', (at: Filled) => `dataset:${at.data}`],
    ['cell', (at: Filled) => `cell:${at.snapshot}/c4`],
  ])('leads from a %s down to what came of it', async (_, toNode) => {
    const filled = await fill();
    const down = await ask(filled.lineage, { node: toNode(filled), direction: 'down' });
    const names = down.nodes.map(nameOf);
    expect(names).toEqual(
      expect.arrayContaining(['train', 'fold', 'forest', 'wine.joblib', 'wine/1', 'wine/2']),
    );
    expect(down.totals).toMatchObject({ run: 2, model: 1, artifact: 1, version: 2 });
  });

  test('leads from a file to the versions that it is, or is part of, and back to its run', async () => {
    const { lineage, file, weights } = await fill();
    expect(draw(await ask(lineage, { node: file, direction: 'down' }))).toEqual([
      'wine.joblib registered wine/2',
    ]);
    expect(draw(await ask(lineage, { node: `sha256:${weights}`, direction: 'down' }))).toEqual([
      'forest registered wine/1',
      'model.pkl part forest',
    ]);
    const up = await ask(lineage, { node: `artifact:${weights}`, direction: 'up', depth: 1 });
    expect(draw(up)).toEqual(['train made model.pkl']);
    expect(up.deeper).toBe(true);
  });

  test('takes an equal file of another run for no origin of what came of one', async () => {
    const { lineage, history } = await fill();
    const other = await beginRun(history, 'another');
    const file = await addFile(history, other, 'copy.joblib', 'forest in a file');
    const up = await ask(lineage, { node: 'wine/2', direction: 'up' });
    expect(up.nodes.map(nameOf)).not.toContain('another');
    const down = await ask(lineage, { node: `run:${other}`, direction: 'down' });
    expect(draw(down)).toEqual(['another made copy.joblib']);
    // Asked for itself, it is of both.
    const both = await ask(lineage, { node: file, direction: 'up', depth: 1 });
    expect(draw(both)).toEqual(['another made copy.joblib', 'train made copy.joblib']);
  });

  test('tells data that was made of other data, and runs within others', async () => {
    const { lineage, data, child } = await fill();
    expect(draw(await ask(lineage, { node: 'features', direction: 'up' }))).toEqual([
      'wine.csv features features',
    ]);
    const { nodes } = await ask(lineage, { node: 'features', direction: 'up' });
    expect(nodes[0]).toMatchObject({ kind: 'dataset', rows: 89, columns: 2 });
    const down = await ask(lineage, { node: `dataset:${data}`, direction: 'down', depth: 1 });
    expect(draw(down)).toEqual(['wine.csv features features', 'wine.csv read train']);
    expect(draw(await ask(lineage, { node: child, direction: 'up', depth: 1 }))).toEqual([
      'train parent fold',
    ]);
    const read = down.edges.find(({ kind }) => kind === 'read');
    expect(read?.role).toBe('training');
  });

  test('tells a model that a run read from one that it logged', async () => {
    const { lineage, history, model } = await fill();
    const judge = await beginRun(history, 'evaluate');
    await logToRun(history, turns, judge, { inputs: [{ kind: 'model', id: model, tags: [] }] });
    const up = await ask(lineage, { node: judge, direction: 'up', depth: 2 });
    expect(draw(up)).toEqual(['forest read evaluate', 'train made forest']);
  });

  test('comes to an end where things came of each other', async () => {
    const { lineage, history, run, child, model } = await fill();
    await logToRun(history, turns, run, {
      tags: [['mlflow.parentRunId', child]],
      inputs: [{ kind: 'model', id: model, tags: [] }],
    });
    const both = await ask(lineage, { node: run });
    expect(draw(both)).toEqual(expect.arrayContaining(['fold parent train', 'train parent fold']));
    expect(both.left).toBe(0);
  });

  test('counts a run of several bursts for the version of each cell', async () => {
    const { lineage, history, run, snapshot } = await fill();
    const parts = { history, operating: openOperatingState(history.store.places) };
    await addCell(parts, run);
    const up = await ask(lineage, { node: run, direction: 'up', depth: 2 });
    const cells = up.nodes.flatMap((node) => (node.kind === 'cell' ? [node] : []));
    expect(cells.map(({ cell }) => cell)).toEqual(['c4', 'c9']);
    expect(cells[0]?.snapshot).toBe(snapshot);
    expect(cells[1]?.snapshot).not.toBe(snapshot);
  });

  test('marks what was deleted', async () => {
    const { lineage, history, child, model } = await fill();
    await setDeleted(history, child, true);
    await changeModel(history, turns, model, () => ({ deleted: true }));
    await deleteVersion(openTestRegistry(history), ADA, { name: 'wine', version: 1 });
    const down = await ask(lineage, { node: 'train.ipynb' });
    const gone = down.nodes.filter((node) => node.gone !== undefined);
    expect(gone.map((node) => [nameOf(node), node.gone]).sort()).toEqual([
      ['fold', 'deleted'],
      ['forest', 'deleted'],
      ['train.ipynb', 'deleted'],
      ['wine/1', 'deleted'],
    ]);
    await deleteRegistered(openTestRegistry(history), ADA, 'wine');
    const after = await ask(lineage, { node: 'train.ipynb' });
    expect(after.nodes.filter(({ kind, gone: how }) => kind === 'version' && how)).toHaveLength(2);
  });

  test('marks what a run names that is not here', async () => {
    const { lineage, history } = await fill();
    const run = await beginRun(history, 'lost', [['mlflow.parentRunId', 'e'.repeat(32)]]);
    await logToRun(history, turns, run, {
      inputs: [{ kind: 'dataset', id: 'd'.repeat(32), tags: [] }],
    });
    const up = await ask(lineage, { node: run, direction: 'up' });
    const gone = up.nodes.filter((node) => node.gone === 'missing').map(({ id }) => id);
    expect(gone).toEqual([`dataset:${'d'.repeat(32)}`, `run:${'e'.repeat(32)}`]);
  });

  test('says which files it is not sure of', async () => {
    const { lineage, history, run } = await fill();
    const row = await history.store.catalog.findRun(run);
    const artifacts = row?.artifacts.map((file) => ({ ...file, certainty: 'unsure' as const }));
    if (row === undefined || artifacts === undefined) throw new RangeError('no run');
    await history.store.catalog.apply({ runs: [{ ...row, artifacts }] });
    const { edges } = await ask(lineage, { node: run, direction: 'down', depth: 1 });
    expect(edges.find(({ to }) => to.startsWith('artifact:'))?.certainty).toBe('unsure');
  });

  test('says which cell is not sure to have made a run, in its words too', async () => {
    const { lineage, history, run } = await fill();
    const row = await history.store.catalog.findRun(run);
    if (row === undefined) throw new RangeError('no run');
    const trace = { kernel: 'k', session: 's', cell: 'c4', code: '', count: 5 };
    const unsure = { ...trace, certainty: 'unsure', because: 'thread' } as const;
    await history.store.catalog.apply({ runs: [{ ...row, traces: [unsure] }] });
    const up = await ask(lineage, { node: run, direction: 'up' });
    expect(up.edges.find(({ kind }) => kind === 'ran')?.certainty).toBe('unsure');
    expect(up.words).toContain('(probably cell 5)');
    const sure = { ...trace, certainty: 'sure', because: null } as const;
    await history.store.catalog.apply({ runs: [{ ...row, traces: [unsure, sure] }] });
    const down = await ask(lineage, { node: 'train.ipynb', direction: 'down' });
    expect(down.edges.find(({ kind }) => kind === 'ran')?.certainty).toBe('sure');
  });

  test('shows what leads to registered versions first, and counts what it leaves out', async () => {
    const { lineage, history, data } = await fill();
    const input = { kind: 'dataset' as const, id: data, tags: [] };
    for (let at = 0; at < 30; at += 1)
      await logToRun(history, turns, await beginRun(history, `more ${at}`), { inputs: [input] });
    const down = await ask(lineage, { node: `dataset:${data}`, direction: 'down', limit: 8 });
    expect(down.nodes).toHaveLength(8);
    expect(down.nodes.map(nameOf)).toEqual(expect.arrayContaining(['wine/1', 'wine/2', 'train']));
    expect(down.totals.run).toBe(32);
    const all = await ask(lineage, { node: `dataset:${data}`, direction: 'down' });
    expect(down.left).toBe(all.nodes.length - 8);
    const only = await ask(lineage, { node: 'wine.csv', direction: 'down', kinds: 'version' });
    expect(only.nodes.filter(({ kind }) => kind === 'run').map(nameOf)).toEqual(['train']);
    expect(only.left).toBe(0);
  });

  test('is the same after the catalog was built anew from git', async () => {
    const { lineage, history } = await fill();
    const before = await ask(lineage, { node: 'models:/wine@champion' });
    await sealPending(history);
    await reindex(history);
    expect(await ask(lineage, { node: 'models:/wine@champion' })).toEqual(before);
    const anew = createLineage(history.store, () => Promise.resolve(toPage));
    expect(await ask(anew, { node: 'wine/2' })).toEqual(before);
  });

  test('follows what is logged after it was asked for', async () => {
    const { lineage, history, run } = await fill();
    await ask(lineage, { node: run });
    const { model } = await logModel(history, run, 'second');
    const down = await ask(lineage, { node: run, direction: 'down', depth: 1 });
    expect(down.nodes.map(({ id }) => id)).toContain(`model:${model}`);
  });
});

/** A later burst, of another cell that logs to the same run. */
async function addCell(parts: Parameters<typeof burst>[0], run: string): Promise<void> {
  await burst(parts, { run, cell: 'c9', time: 9000, ran: ['c9'] });
}
