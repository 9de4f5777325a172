import { expect, test } from 'vitest';

import { repairStore } from '../../../../server/history/repair/repair.js';
import { sealPending } from '../../../../server/history/seal.js';
import { verifyStore } from '../../../../server/history/verify.js';
import { addLink, getLink } from '../../../../server/external/links.js';
import { createExperiment, listExperiments } from '../../../../server/tracking/experiments.js';
import { changeModel, getModel, startModel } from '../../../../server/tracking/models.js';
import { createTurns } from '../../../../server/tracking/turns.js';
import { fileOf, ruin } from '../damage.js';
import { gitOf } from '../kept.js';
import { open, reopen, type Opened } from './opened.js';

const turns = createTurns();

/** An experiment, a logged model of it with a file, and a link of that. */
async function openWithEntries(): Promise<
  Opened & { readonly model: string; readonly link: string }
> {
  const opened = await open();
  const { history } = opened;
  await createExperiment(history, turns, { name: 'wine', files: null, tags: { team: 'ml' } });
  const { id } = await startModel(history, {
    ...{ name: 'forest', experiment: '1', run: '', modelType: 'tree', params: [], tags: [] },
  });
  await changeModel(history, turns, id, () => ({
    artifacts: [{ name: 'weights', sha256: 'a'.repeat(64), size: 1 }],
  }));
  await changeModel(history, turns, id, () => ({ artifacts: [] }));
  const link = await addLink(history, {
    ...{ of: { kind: 'model', model: id }, registry: 'prod', address: '', entry: 'wine' },
    ...{ version: null, state: 'waiting', description: '' },
  });
  await sealPending(history);
  return { ...opened, model: id, link: link.id };
}

test.each([
  ['the file of an experiment', () => 'main:.cellar/experiments/1.json'],
  ['the folder of experiments', () => 'main:.cellar/experiments'],
  ['the file of a model', (id: string) => `main:.cellar/models/${id.slice(-2)}/${id}/model.json`],
  ['the folder of all models', () => 'main:.cellar/models'],
  ['the folder of links', () => 'main:.cellar/links'],
  ['the commit that brought them', () => 'main'],
  ['the tree that holds them', () => 'main^{tree}'],
])('%s is made good after it was ruined', async (_, nameOf) => {
  const opened = await openWithEntries();
  const oid = gitOf(opened.history)('rev-parse', nameOf(opened.model)).trim();
  const again = await reopen(opened, () => ruin(fileOf(opened.history, oid)));
  expect((await verifyStore(again)).status).toBe('damaged');
  const { status } = await repairStore(again);
  expect(status).toBe('ok');
  expect((await listExperiments(again.store)).map(({ name, tags }) => [name, tags])).toEqual([
    ['Default', {}],
    ['wine', { team: 'ml' }],
  ]);
  expect((await getModel(again.store, opened.model)).name).toBe('forest');
  expect((await getLink(again.store, opened.link)).state).toBe('waiting');
  expect((await verifyStore(again)).damages).toEqual([]);
});
