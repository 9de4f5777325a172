import { execFileSync } from 'node:child_process';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { DEFAULT_RETENTION } from '../../../contract/retention.js';
import type { History } from '../../../server/history/history.js';
import { collect } from '../../../server/history/gc.js';
import { purge } from '../../../server/history/purge.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { verifyStore } from '../../../server/history/verify.js';
import { setAlias } from '../../../server/registry/aliases.js';
import { deleteRegistered, register } from '../../../server/registry/change-models.js';
import { addVersion, deleteVersion } from '../../../server/registry/change-versions.js';
import { getVersion, listVersions } from '../../../server/registry/model-versions.js';
import { getRegistered } from '../../../server/registry/registered-models.js';
import { keepDataset } from '../../../server/tracking/datasets.js';
import { logToRun, startRun } from '../../../server/tracking/log-run.js';
import { changeModel, getModel, startModel } from '../../../server/tracking/models.js';
import { addRunFile, removeRunFiles } from '../../../server/tracking/run-files.js';
import { createTurns } from '../../../server/tracking/turns.js';
import { openTestHistory } from '../scratch.js';
import { ADA, openTestRegistry } from './opened.js';

const SECRET = 'hunter2hunter2';
const turns = createTurns();

async function* one(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}

/** A run with a dataset and a logged model with two files, registered as version 1 of "wine", which is its champion. */
async function fill(history: History): Promise<{ readonly run: string; readonly model: string }> {
  const { store } = history;
  const { id: run } = await startRun(history, {
    ...{ experiment: '0', name: 'r', user: '', time: 1, tags: [] },
  });
  const dataset = await keepDataset(history, {
    ...{ name: 'wine', digest: 'd1', sourceType: 'code', origin: SECRET, schema: '', profile: '' },
  });
  const model = await startModel(history, {
    ...{ name: 'forest', experiment: '0', run, modelType: SECRET, params: [], tags: [] },
  });
  const weights = await store.artifacts.add(one('weights'));
  const notes = await store.artifacts.add(one('notes'));
  await changeModel(history, turns, model.id, () => ({
    status: 'ready',
    artifacts: [
      { ...weights, name: 'model/weights.bin' },
      { ...notes, name: `for ${SECRET}.txt` },
    ],
  }));
  await logToRun(history, turns, run, {
    inputs: [{ kind: 'dataset', id: dataset, tags: [] }],
    outputs: [{ model: model.id, step: 0 }],
  });
  const registry = openTestRegistry(history);
  await register(registry, ADA, { name: 'wine', description: SECRET, tags: [] });
  const source = { origin: `models:/${model.id}`, run, runLink: '', logged: model.id };
  await addVersion(registry, ADA, 'wine', { ...source, description: '', tags: [] });
  await setAlias(registry, ADA, { name: 'wine', version: 1 }, 'champion');
  return { run, model: model.id };
}

test('a model, its files and its registration are in git, and the catalog comes back from there', async () => {
  const history = await openTestHistory();
  const { model } = await fill(history);
  const before = await history.store.catalog.rows();
  await sealPending(history);
  expect((await verifyStore(history)).damages).toEqual([]);
  await reindex(history);
  const after = await history.store.catalog.rows();
  expect(after).toEqual({ ...before, position: after.position });
  const args = ['--git-dir', history.store.places.git, 'ls-tree', '-r', '--name-only', 'main'];
  const paths = execFileSync('git', args).toString().split('\n');
  const folder = `.cellar/models/${model.slice(-2)}/${model}`;
  expect(paths).toContain(`${folder}/model.json`);
  expect(paths).toContain(`${folder}/artifacts/model/weights.bin`);
});

test('the files of a logged model are kept as long as it names them', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const { model } = await fill(history);
  await sealPending(history);
  const unused = await store.artifacts.add(one('nobody names it'));
  const age = async (): Promise<void> => {
    for await (const { sha256 } of store.artifacts.list()) {
      const folder = join(store.places.artifacts, 'sha256');
      await utimes(join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256), 1, 1);
    }
  };
  const clean = async (): Promise<readonly boolean[]> => {
    await age();
    const signal = new AbortController().signal;
    await collect(history, { retention: DEFAULT_RETENTION, grace: 0, dryRun: false, signal });
    const found = await Promise.all(
      [...files, unused].map(({ sha256 }) => store.artifacts.findSize(sha256)),
    );
    return found.map((size) => size !== undefined);
  };
  const files = (await getModel(store, model)).artifacts;
  expect(await clean()).toEqual([true, true, false]);
  await changeModel(history, turns, model, () => ({ artifacts: files.slice(0, 1) }));
  await sealPending(history);
  expect(await clean()).toEqual([true, false, false]);
});

test('a purge takes a text out of models, their files’ names, data and the registry', async () => {
  const history = await openTestHistory();
  const { model } = await fill(history);
  await sealPending(history);
  const signal = new AbortController().signal;
  await purge(history, { texts: [SECRET], dryRun: false, signal });
  expect(JSON.stringify(await history.store.catalog.rows())).not.toContain(SECRET);
  expect((await getRegistered(history.store, 'wine')).description).toBe('[redacted: purged]');
  expect((await getModel(history.store, model)).artifacts.map(({ name }) => name)).toEqual([
    'model/weights.bin',
    'for [purged].txt',
  ]);
  expect((await verifyStore(history)).damages).toEqual([]);
});

test('numbers of versions are never given twice, and a deleted name is free', async () => {
  const history = await openTestHistory();
  const registry = openTestRegistry(history);
  const start = { description: '', origin: 's3://b/k', run: '', runLink: '', logged: '', tags: [] };
  await register(registry, ADA, { name: 'wine', description: '', tags: [] });
  const made = await Promise.all([1, 2, 3].map(() => addVersion(registry, ADA, 'wine', start)));
  expect(made.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
  await deleteVersion(registry, ADA, { name: 'wine', version: 3 });
  expect((await addVersion(registry, ADA, 'wine', start)).version).toBe(4);
  await expect(getVersion(history.store, { name: 'wine', version: 3 })).rejects.toMatchObject({
    code: 'not_found',
  });
  const wine = await getRegistered(history.store, 'wine');
  expect((await listVersions(history.store, wine)).map(({ version }) => version)).toEqual([
    1, 2, 4,
  ]);
  await deleteRegistered(registry, ADA, 'wine');
  await expect(getRegistered(history.store, 'wine')).rejects.toMatchObject({ code: 'not_found' });
  await register(registry, ADA, { name: 'wine', description: 'again', tags: [] });
  expect((await addVersion(registry, ADA, 'wine', start)).version).toBe(1);
});

test('a file of a run gives way to a folder of its name in git, and takes its pointer along when it goes', async () => {
  const history = await openTestHistory();
  const { id } = await startRun(history, {
    ...{ experiment: '0', name: '', user: '', time: 1, tags: [] },
  });
  const stored = await history.store.artifacts.add(one('x'));
  const list = async (): Promise<readonly string[]> => {
    await sealPending(history);
    const args = ['--git-dir', history.store.places.git, 'ls-tree', '-r', '--name-only', 'main'];
    const paths = execFileSync('git', args).toString().split('\n');
    const folder = `.cellar/runs/${id.slice(0, 2)}/${id}/artifacts/`;
    return paths.flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length)] : []));
  };
  await addRunFile(history, id, { ...stored, name: 'model' });
  expect(await list()).toEqual(['model']);
  await addRunFile(history, id, { ...stored, name: 'model/weights' });
  expect(await list()).toEqual(['model%2F', 'model/weights']);
  expect(await removeRunFiles(history, id, 'nothing')).toBe(false);
  expect(await removeRunFiles(history, id, 'model')).toBe(true);
  expect(await list()).toEqual([]);
  expect((await verifyStore(history)).damages).toEqual([]);
});
