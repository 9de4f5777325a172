import { expect, test } from 'vitest';

import { isSameKnown } from '../../../server/external/known.js';
import {
  addLink,
  changeLink,
  cleanKnown,
  getLink,
  listLinks,
  type KeptLink,
} from '../../../server/external/links.js';
import type { History } from '../../../server/history/history.js';
import { purge } from '../../../server/history/purge.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { verifyStore } from '../../../server/history/verify.js';
import { startRun } from '../../../server/tracking/log-run.js';
import { createTurns } from '../../../server/tracking/turns.js';
import { openTestHistory } from '../scratch.js';

const SECRET = 'hunter2hunter2';
const turns = createTurns();
const KNOWN = {
  ...{ at: 1, exists: true, description: `by ${SECRET}`, updated: 5, stage: '', stands: 'READY' },
  tags: [
    { name: 'a', value: SECRET },
    { name: 'b', value: '2' },
  ],
  ...{ aliases: [{ name: 'champion', version: '2' }], newest: '2' },
};

/** A run with a link to version 2 of "wine", of which something is known. */
async function fill(history: History): Promise<KeptLink> {
  const { id: run } = await startRun(history, {
    ...{ experiment: '0', name: 'r', user: '', time: 1, tags: [] },
  });
  const { id } = await addLink(history, {
    of: { kind: 'run', run, path: `model/${SECRET}` },
    ...{ registry: 'prod', address: '', entry: 'wine', version: '2', state: 'linked' },
    description: SECRET,
  });
  return changeLink(history, turns, id, () => ({ known: KNOWN }));
}

test('a link, and what is known of it, is in git, and the catalog comes back from there', async () => {
  const history = await openTestHistory();
  await fill(history);
  const before = await history.store.catalog.rows();
  await sealPending(history);
  expect((await verifyStore(history)).damages).toEqual([]);
  await reindex(history);
  const after = await history.store.catalog.rows();
  expect(after).toEqual({ ...before, position: after.position });
  expect((await listLinks(history.store))[0]?.known).toEqual(KNOWN);
});

test('a purge takes a text out of links and what is known of them', async () => {
  const history = await openTestHistory();
  const { id } = await fill(history);
  await sealPending(history);
  const signal = new AbortController().signal;
  await purge(history, { texts: [SECRET], dryRun: false, signal });
  expect(JSON.stringify(await history.store.catalog.rows())).not.toContain(SECRET);
  const link = await getLink(history.store, id);
  expect(link).toMatchObject({ entry: 'wine', version: '2', state: 'linked' });
  expect((await verifyStore(history)).damages).toEqual([]);
});

test('a link that was taken away is not found, and stays in the store', async () => {
  const history = await openTestHistory();
  const { id } = await fill(history);
  await changeLink(history, turns, id, () => ({ deleted: true }));
  expect(await listLinks(history.store)).toEqual([]);
  await expect(getLink(history.store, id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await history.store.catalog.findEntry(`links/${id}`)).toBeDefined();
});

test('what is known is the same in another order, and with what was kept without a secret', async () => {
  const history = await openTestHistory();
  const key = ['ghp', '0123456789abcdefghijABCDEFGHIJ012345'].join('_');
  const now = { ...KNOWN, description: `token ${key}` };
  const kept = await cleanKnown(history, now);
  expect(kept.description).not.toContain(key);
  expect(isSameKnown(kept, await cleanKnown(history, { ...now, at: 9 }))).toBe(true);
  expect(isSameKnown(kept, { ...kept, tags: kept.tags.toReversed() })).toBe(true);
  expect(isSameKnown(kept, { ...kept, newest: '3' })).toBe(false);
  expect(isSameKnown(kept, { ...kept, exists: false })).toBe(false);
  expect(isSameKnown({ ...kept, exists: false }, { ...KNOWN, exists: false })).toBe(true);
});
