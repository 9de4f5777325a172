import { describe, expect, test } from 'vitest';

import { createRecords, openTrailed, rewrite, type TrailFile } from '../registry/trailed.js';
import { recordEntry } from '../../../server/history/entries.js';
import { purge } from '../../../server/history/purge.js';
import { repairStore } from '../../../server/history/repair/repair.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { readTrail } from '../../../server/history/trail.js';
import { verifyStore } from '../../../server/history/verify.js';
import { getRegistered } from '../../../server/registry/registered-models.js';
import { approve, withdraw } from '../../../server/registry/approvals.js';
import { describe as describeModel, setRule } from '../../../server/registry/change-models.js';
import type { Actor } from '../../../server/registry/registry.js';
import { ADA, openTestRegistry } from '../registry/opened.js';
import { openTestHistory } from '../scratch.js';

const SECRET = 'hunter2hunter2';

test('every move is a record, in order, and outlives a new catalog', async () => {
  const history = await openTrailed();
  const { id } = await getRegistered(history.store, 'wine');
  const told = await readTrail(history.store, id);
  expect(
    told.map(({ order, type, part, said: { what, from, to } }) => [
      ...[order, type, part, what, from, to],
    ]),
  ).toEqual([
    [1, 'registered', null, undefined, undefined, undefined],
    [2, 'version made', 1, undefined, undefined, 's3://bucket/key'],
    [3, 'alias set', 1, 'champion', undefined, '1'],
    [4, 'version made', 2, undefined, undefined, 's3://bucket/key'],
    [5, 'alias set', 2, 'champion', '1', '2'],
    [6, 'stage set', 2, undefined, 'None', 'Production'],
    [7, 'alias removed', 2, 'champion', '2', undefined],
  ]);
  expect(told.every(({ said, grant }) => said['who'] === ADA.person && grant === 'owner')).toBe(
    true,
  );
  await reindex(history);
  expect(await readTrail(history.store, id)).toEqual(told);
  expect((await verifyStore(history)).damages).toEqual([]);
  expect((await readTrail(history.store, id, 2)).map(({ order }) => order)).toEqual([4, 5, 6, 7]);
});

test('moves that were not put into git yet are checked too', async () => {
  const history = await openTrailed({ sealed: false });
  expect(history.store.journal.pending(0).length).toBeGreaterThan(0);
  expect((await verifyStore(history)).damages).toEqual([]);
});

test('two ways of changing at once make one chain', async () => {
  const history = await openTestHistory();
  const one = openTestRegistry(history);
  await createRecords(one, 'wine');
  await Promise.all([1, 2, 3, 4].map((text) => describeModel(one, ADA, 'wine', String(text))));
  await sealPending(history);
  expect((await verifyStore(history)).damages).toEqual([]);
});

test.each<[string, (files: Map<number, TrailFile>) => void, string, string]>([
  [
    'a text that was changed',
    (files) => {
      const file = files.get(3);
      if (file?.data.said['what'] !== undefined) file.data.said['what'].says = 'challenger';
    },
    'record 3',
    'what it says as "what"',
  ],
  [
    'a number that was changed',
    (files) => {
      const file = files.get(5);
      if (file !== undefined) file.data.part = 1;
    },
    'record 5',
    'its hash is another',
  ],
  ['one that was cut out', (files) => files.delete(4), 'record 5', 'record 4 is missing'],
  ['the last one cut off', (files) => files.delete(7), 'record 7', 'it is missing'],
  [
    'two that changed places',
    (files) => {
      const [two, three] = [files.get(2), files.get(3)];
      if (two === undefined || three === undefined) return;
      [two.data.order, three.data.order] = [3, 2];
    },
    'record 2',
    'its hash is another',
  ],
  [
    'a text that was made to look purged',
    (files) => {
      const said = files.get(6)?.data.said['to'];
      if (said !== undefined) Object.assign(said, { says: '[redacted: purged]', salt: '' });
    },
    'record 6',
    'nothing was ever purged here',
  ],
])('%s is found', async (_what, change, what, reason) => {
  const history = await openTrailed();
  await rewrite(history, change);
  const found = (await verifyStore(history)).damages.filter(({ kind }) => kind === 'trail');
  expect(found).toHaveLength(1);
  expect(found[0]?.what).toContain(what);
  expect(found[0]?.reason).toContain(reason);
});

test('a repair leaves what it cannot mend of the trail named, and everything else goes on', async () => {
  const history = await openTrailed();
  await rewrite(history, (files) => files.delete(4));
  const { status, damages } = await repairStore(history);
  expect([status, damages.map(({ kind }) => kind)]).toEqual(['damaged', ['trail']]);
  const registry = openTestRegistry(history);
  await describeModel(registry, ADA, 'wine', 'later');
  await sealPending(history);
  const found = (await verifyStore(history)).damages;
  expect(found.map(({ what }) => what)).toEqual(["record 5 of the registry's trail"]);
});

test('an alias that was moved past the trail is found', async () => {
  const history = await openTrailed();
  const row = await history.store.catalog.findEntryNamed('registered', 'wine');
  const data = { ...(row?.data as object), aliases: [{ name: 'champion', version: 1 }] };
  const id = row?.id.split('/')[1] ?? '';
  await recordEntry(history, { kind: 'registered', id, name: 'wine', data });
  const found = (await verifyStore(history)).damages;
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    kind: 'trail',
    what: 'alias champion of registered model wine',
  });
});

test('a purge takes a text out, with what it could be guessed by, and the chain holds', async () => {
  const history = await openTrailed();
  const registry = openTestRegistry(history);
  await describeModel(registry, ADA, 'wine', `as ${SECRET} says`);
  await describeModel(registry, ADA, 'wine', 'plain');
  await sealPending(history);
  const signal = new AbortController().signal;
  await purge(history, { texts: [SECRET], dryRun: false, signal });
  expect((await verifyStore(history)).damages).toEqual([]);
  const { id } = await getRegistered(history.store, 'wine');
  const told = await readTrail(history.store, id);
  expect(told.slice(-2).map(({ said: { from, to } }) => [from, to])).toEqual(
    [
      [undefined, 'as [redacted: purged] says'],
      ['as [redacted: purged] says', 'plain'],
    ].map(([from, to]) => [from ?? '', to]),
  );
  const rows = (await history.store.catalog.entries('trail')) as readonly {
    data: TrailFile['data'];
  }[];
  for (const said of rows.flatMap(({ data }) => Object.values(data.said)))
    expect(said?.salt === '').toBe(said?.says.includes('[redacted: purged]'));
  await describeModel(registry, ADA, 'wine', 'later');
  await sealPending(history);
  expect((await verifyStore(history)).damages).toEqual([]);
});

describe('what the trail does not say', () => {
  const RULE = { aliases: ['champion'], persons: ['Ben'], needed: 1, own: false };
  const BEN: Actor = { person: 'Ben', grant: 'viewer' };

  /** Version 2 of "wine" with an approval of Ben's, and an entry as somebody might put it there who passes the registry by. */
  async function pass(kind: 'registered' | 'versions', changed: object): Promise<unknown> {
    const history = await openTrailed();
    const registry = openTestRegistry(history);
    await setRule(registry, ADA, 'wine', RULE);
    await approve(registry, BEN, { name: 'wine', version: 2 }, '');
    expect((await verifyStore(history)).damages).toEqual([]);
    const rows = await history.store.catalog.entries(kind);
    const row = rows.find(({ id }) => kind === 'registered' || id.endsWith('-2'));
    const data = { ...(row?.data as object), ...changed };
    const id = row?.id.split('/')[1] ?? '';
    await recordEntry(history, { kind, id, name: row?.name ?? null, data });
    return (await verifyStore(history)).damages;
  }

  test.each([
    ['nothing is asked for', null],
    ['somebody else is asked', { ...RULE, persons: ['Eve'] }],
    ['fewer aliases ask', { ...RULE, aliases: ['winner'] }],
  ])('is found of a rule: %s', async (_what, rule) => {
    expect(await pass('registered', { rule })).toMatchObject([
      { kind: 'trail', what: 'the approvals of registered model wine' },
    ]);
  });

  test('is found of an approval', async () => {
    const approval = { given: 1, comment: '', sha256: '' };
    const approvals = [
      { person: 'Ben', ...approval },
      { person: 'Cara', ...approval },
    ];
    expect(await pass('versions', { approvals })).toMatchObject([
      {
        kind: 'trail',
        what: 'version 2 of registered model wine',
        reason: expect.stringContaining('approved by "Cara"') as string,
      },
    ]);
  });

  test('and an approval that was taken back does not come back', async () => {
    const history = await openTrailed();
    const registry = openTestRegistry(history);
    const name = { name: 'wine', version: 2 };
    await setRule(registry, ADA, 'wine', RULE);
    await approve(registry, BEN, name, '');
    const [row] = (await history.store.catalog.entries('versions')).filter(({ id }) =>
      id.endsWith('-2'),
    );
    await withdraw(registry, BEN, name);
    await setRule(registry, ADA, 'wine', null);
    expect((await verifyStore(history)).damages).toEqual([]);
    const id = row?.id.split('/')[1] ?? '';
    await recordEntry(history, { kind: 'versions', id, name: null, data: row?.data });
    expect((await verifyStore(history)).damages).toMatchObject([
      { kind: 'trail', what: 'version 2 of registered model wine' },
    ]);
  });
});
