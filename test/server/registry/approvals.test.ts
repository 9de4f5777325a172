import { expect, test } from 'vitest';

import type { ApprovalRule } from '../../../contract/models.js';
import type { History } from '../../../server/history/history.js';
import { setAlias } from '../../../server/registry/aliases.js';
import { approve, findStanding, withdraw } from '../../../server/registry/approvals.js';
import {
  deleteRegistered,
  register,
  rename,
  setRule,
} from '../../../server/registry/change-models.js';
import { addVersion } from '../../../server/registry/change-versions.js';
import { getVersion } from '../../../server/registry/model-versions.js';
import { verifyStore } from '../../../server/history/verify.js';
import { restateModel } from '../../../server/registry/restate.js';
import { getRegistered } from '../../../server/registry/registered-models.js';
import type { Actor, Registry } from '../../../server/registry/registry.js';
import { startRun } from '../../../server/tracking/log-run.js';
import { addRunFile } from '../../../server/tracking/run-files.js';
import { openTestHistory } from '../scratch.js';
import { ADA, openTestRegistry, START } from './opened.js';

const BEN: Actor = { person: 'Ben', grant: 'viewer' };
const CARA: Actor = { person: 'Cara <cara@example.org>', grant: 'viewer' };
const KERNEL: Actor = { ...ADA, grant: 'kernel' };
const WINE = { name: 'wine', version: 1 };
const RULE: ApprovalRule = {
  ...{ aliases: ['champion'], persons: ['Ada', 'Ben', 'cara@example.org'], needed: 1, own: false },
};

async function open(
  rule: Partial<ApprovalRule> = {},
): Promise<{ readonly history: History; readonly registry: Registry }> {
  const history = await openTestHistory();
  const registry = openTestRegistry(history);
  await register(registry, ADA, { name: 'wine', description: '', tags: [] });
  await addVersion(registry, ADA, 'wine', START);
  await setRule(registry, ADA, 'wine', { ...RULE, ...rule });
  return { history, registry };
}

const move = (registry: Registry): Promise<void> => setAlias(registry, KERNEL, WINE, 'champion');

test('an alias that asks for approval moves only to a version that has it', async () => {
  const { registry } = await open();
  await expect(move(registry)).rejects.toMatchObject({
    code: 'approval_needed',
    message:
      'The alias "champion" cannot move to "wine" version 1 without approval. 1 more of Ben, cara@example.org must approve it first. They do it at page of wine 1',
  });
  await setAlias(registry, KERNEL, WINE, 'challenger');
  await approve(registry, BEN, WINE, 'tried it');
  await move(registry);
  expect((await getRegistered(registry.history.store, 'wine')).aliases).toEqual([
    { name: 'challenger', version: 1 },
    { name: 'champion', version: 1 },
  ]);
});

test('of several, each counts once', async () => {
  const { registry } = await open({ needed: 2 });
  await approve(registry, BEN, WINE, '');
  await approve(registry, BEN, WINE, 'again');
  await expect(move(registry)).rejects.toThrow('1 more of cara@example.org must');
  await approve(registry, CARA, WINE, '');
  await move(registry);
});

test.each<[string, Actor, string]>([
  ['who registered it', ADA, 'somebody else must approve it'],
  ['the same by name alone', { person: 'ada', grant: 'viewer' }, 'somebody else must approve it'],
  ['who is not on the list', { person: 'Dan', grant: 'viewer' }, 'Not Dan, but Ada, Ben'],
  ['somebody without a name', { person: '', grant: 'viewer' }, 'a link that is made for you'],
  ['code in a kernel', { ...BEN, grant: 'kernel' }, 'approves nothing'],
])('%s approves nothing', async (_who, actor, words) => {
  const { registry } = await open();
  await expect(approve(registry, actor, WINE, '')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(approve(registry, actor, WINE, '')).rejects.toThrow(words);
});

test('the own approval counts where it is allowed to', async () => {
  const { registry } = await open({ own: true });
  await approve(registry, ADA, WINE, '');
  await move(registry);
});

test('an approval that was taken back counts no more', async () => {
  const { registry } = await open();
  await approve(registry, BEN, WINE, '');
  await withdraw(registry, BEN, WINE);
  await expect(move(registry)).rejects.toMatchObject({ code: 'approval_needed' });
  await expect(withdraw(registry, BEN, WINE)).rejects.toMatchObject({ code: 'not_found' });
});

test('an approval is of the files as they were', async () => {
  const { history, registry } = await open();
  const { store } = history;
  const { id } = await startRun(history, {
    ...{ experiment: '0', name: '', user: '', time: 1, tags: [] },
  });
  const put = async (text: string): Promise<void> => {
    const stored = await store.artifacts.add(
      (async function* () {
        yield await Promise.resolve(Buffer.from(text));
      })(),
    );
    await addRunFile(history, id, { ...stored, name: 'model/weights' });
  };
  await put('one');
  const two = { name: 'wine', version: 2 };
  await addVersion(registry, ADA, 'wine', { ...START, origin: `runs:/${id}/model`, run: id });
  await approve(registry, BEN, two, '');
  await put('another');
  await expect(setAlias(registry, ADA, two, 'champion')).rejects.toThrow('Ben');
  const model = await getRegistered(store, 'wine');
  const standing = await findStanding(store, model, await getVersion(store, two), CARA);
  expect(standing).toMatchObject({
    approvals: [{ person: 'Ben', counts: false, why: 'The files have changed since.' }],
    missing: 1,
    mayApprove: true,
  });
  await put('one');
  await setAlias(registry, ADA, two, 'champion');
});

test('code in a kernel takes no rule off by deleting, renaming or setting it', async () => {
  const { registry } = await open();
  for (const way of [
    () => deleteRegistered(registry, KERNEL, 'wine'),
    () => rename(registry, KERNEL, 'wine', 'other'),
    () => setRule(registry, KERNEL, 'wine', null),
  ])
    await expect(way()).rejects.toMatchObject({ code: 'forbidden' });
  await setRule(registry, ADA, 'wine', null);
  await rename(registry, KERNEL, 'wine', 'other');
});

test('more approvals than there are persons are not asked for', async () => {
  const { registry } = await open();
  await expect(setRule(registry, ADA, 'wine', { ...RULE, needed: 4 })).rejects.toThrow(
    '4 approvals are asked for, and only 3',
  );
});

test('what is brought in from elsewhere moves no alias that asks for approval here', async () => {
  const { history, registry } = await open();
  await addVersion(registry, ADA, 'wine', { ...START, version: 7, created: 5, updated: 6 });
  const bring = (version: number): Promise<void> =>
    restateModel(registry, ADA, 'wine', ({ tags }) => ({
      ...{ description: 'from there', tags, updated: 8 },
      aliases: [
        { name: 'champion', version },
        { name: 'challenger', version },
      ],
    }));
  await bring(7);
  const wine = await getRegistered(history.store, 'wine');
  expect([wine.aliases, wine.updated]).toEqual([[{ name: 'challenger', version: 7 }], 8]);
  await approve(registry, BEN, { name: 'wine', version: 7 }, '');
  await bring(7);
  expect((await getRegistered(history.store, 'wine')).aliases).toContainEqual({
    ...{ name: 'champion', version: 7 },
  });
  expect((await verifyStore(history)).damages).toEqual([]);
  await expect(addVersion(registry, ADA, 'wine', { ...START, version: 7 })).rejects.toMatchObject({
    code: 'conflict',
  });
});
