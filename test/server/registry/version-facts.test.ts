import { expect, test } from 'vitest';

import type { History } from '../../../server/history/history.js';
import { setRule, register } from '../../../server/registry/change-models.js';
import { approve } from '../../../server/registry/approvals.js';
import { addVersion, setStage } from '../../../server/registry/change-versions.js';
import { getVersion, type VersionStart } from '../../../server/registry/model-versions.js';
import { getRegistered } from '../../../server/registry/registered-models.js';
import { listRegistrations } from '../../../server/registry/registrations.js';
import type { Registry } from '../../../server/registry/registry.js';
import { readFacts, toVersionPage } from '../../../server/registry/version-facts.js';
import { keepDataset } from '../../../server/tracking/datasets.js';
import { logToRun, startRun } from '../../../server/tracking/log-run.js';
import { changeModel, startModel } from '../../../server/tracking/models.js';
import { addRunFile } from '../../../server/tracking/run-files.js';
import { createTurns } from '../../../server/tracking/turns.js';
import { openTestHistory } from '../scratch.js';
import { ADA, openTestRegistry, START } from './opened.js';

const turns = createTurns();

async function* one(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}

type Page = Awaited<ReturnType<typeof toVersionPage>>;

async function show(registry: Registry, start: Partial<VersionStart>): Promise<Page> {
  await addVersion(registry, ADA, 'wine', { ...START, ...start });
  return pageOf(registry.history, 1);
}

async function pageOf({ store }: History, version: number): Promise<Page> {
  const model = await getRegistered(store, 'wine');
  const facts = await readFacts(store, model, await getVersion(store, { name: 'wine', version }));
  return toVersionPage(store, facts, ADA);
}

async function open(): Promise<{ readonly history: History; readonly registry: Registry }> {
  const history = await openTestHistory();
  const registry = openTestRegistry(history);
  await register(registry, ADA, { name: 'wine', description: '', tags: [] });
  return { history, registry };
}

test('a version that came of a logged model has its files, and what was measured of it over what its run logged', async () => {
  const { history, registry } = await open();
  const { store } = history;
  const { id: run } = await startRun(history, {
    ...{ experiment: '0', name: 'forest run', user: '', time: 1, tags: [] },
  });
  const dataset = await keepDataset(history, {
    ...{ name: 'wine.csv', digest: 'd1', sourceType: 'local', origin: 'wine.csv', schema: '' },
    profile: '{"num_rows": 178}',
  });
  const logged = await startModel(history, {
    ...{ name: 'forest', experiment: '0', run, modelType: '', tags: [] },
    params: [{ name: 'depth', value: '4' }],
  });
  const weights = await store.artifacts.add(one('weights'));
  await changeModel(history, turns, logged.id, () => ({
    status: 'ready',
    artifacts: [{ ...weights, name: 'model.pkl' }],
    metrics: [{ name: 'accuracy', value: 0.9, step: 0, time: 2, run, dataset: null }],
  }));
  const tags = [{ name: 'mlflow.data.context', value: 'training' }];
  await logToRun(history, turns, run, {
    inputs: [{ kind: 'dataset', id: dataset, tags }],
    outputs: [{ model: logged.id, step: 0 }],
    points: [
      { name: 'accuracy', value: 0.5, step: 0, time: 1 },
      { name: 'loss', value: 0.1, step: 0, time: 1 },
    ],
    params: [['trees', '60']],
  });
  const page = await show(registry, { origin: `models:/${logged.id}`, run, logged: logged.id });
  expect(page).toMatchObject({
    ...{ metrics: { accuracy: 0.9, loss: 0.1 }, params: { trees: '60', depth: '4' } },
    data: [{ name: 'wine.csv', digest: 'd1', rows: 178, context: 'training' }],
    files: [{ name: 'model.pkl', sha256: weights.sha256, size: 7 }],
    ...{ runName: 'forest run', size: 7, snapshot: null },
  });
  expect(await listRegistrations(store, [run])).toMatchObject({
    registrations: [{ name: 'wine', version: 1, run, files: [weights.sha256] }],
    candidates: [{ of: { kind: 'logged', model: logged.id }, name: 'forest', size: 7 }],
  });
});

test('a folder of a run is a version of the files below it', async () => {
  const { history, registry } = await open();
  const { id: run } = await startRun(history, {
    ...{ experiment: '0', name: '', user: '', time: 1, tags: [] },
  });
  for (const name of ['model/a.bin', 'model/deep/b.bin', 'models/c.bin'])
    await addRunFile(history, run, { ...(await history.store.artifacts.add(one(name))), name });
  const page = await show(registry, {
    ...{ origin: `mlflow-artifacts:/0/${run}/artifacts/model`, run },
  });
  expect(page.files.map(({ name }) => name)).toEqual(['a.bin', 'deep/b.bin']);
});

test('warns of what is not known, and of what is used without approval', async () => {
  const { history, registry } = await open();
  const codes = (page: Page): readonly string[] => page.warnings.map(({ code }) => code);
  expect(codes(await show(registry, {}))).toEqual(['no_run', 'no_files']);
  const { id: run } = await startRun(history, {
    ...{ experiment: '0', name: '', user: '', time: 1, tags: [] },
  });
  await addVersion(registry, ADA, 'wine', { ...START, run });
  expect(codes(await pageOf(history, 2))).toEqual(['no_snapshot', 'no_files']);
  const two = { name: 'wine', version: 2 };
  await setStage(registry, ADA, two, { stage: 'Production', archives: false });
  const rule = { aliases: ['champion'], persons: ['Ben'], needed: 1, own: false };
  await setRule(registry, ADA, 'wine', rule);
  expect(codes(await pageOf(history, 2))).toContain('not_approved');
  await approve(registry, { person: 'Ben', grant: 'viewer' }, two, '');
  expect(codes(await pageOf(history, 2))).not.toContain('not_approved');
});
