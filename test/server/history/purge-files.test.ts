import { chmod, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import type { Purged } from '../../../contract/purge.js';
import { DEFAULT_RETENTION } from '../../../contract/retention.js';
import { attachRuns } from '../../../server/capture/attach.js';
import { emptyDraft } from '../../../server/capture/runs.js';
import { collect } from '../../../server/history/gc.js';
import { getSnapshot, type History } from '../../../server/history/history.js';
import { readPurgedFiles, toMissing } from '../../../server/history/purged-files.js';
import { purge } from '../../../server/history/purge.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { repairStore } from '../../../server/history/repair/repair.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { backUp } from '../../../server/store/backup/back-up.js';
import { restoreBackup } from '../../../server/store/backup/restore-backup.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { nodeDisk } from '../../../server/store/disk/disk.js';
import { toSnapshot, toSnapshots } from '../../../server/tracking/snapshots.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange } from '../../faults/interpose.js';
import { endBoot } from '../../faults/power-cut.js';
import { makeFolder, notebookText, openTestHistory, writeInto } from '../scratch.js';
import { gitOf } from './kept.js';

const SECRET = 'hunter2hunter2';
const RUN = 'a'.repeat(32);

function run(history: History, options: { files: boolean; dryRun: boolean }): Promise<Purged> {
  return purge(history, { texts: [SECRET], ...options, signal: new AbortController().signal });
}

/** Keeps a version whose run made these files. */
async function keepWith(
  history: History,
  files: readonly { readonly name: string; readonly sha256: string; readonly size: number }[],
  { path = 'a.ipynb', id = RUN } = {},
): Promise<SnapshotRow> {
  const facts = { source: 'found', certainty: 'sure' } as const;
  const artifacts = files.map((file) => ({ ...file, ...facts }));
  const ready = { draft: emptyDraft(id), artifacts, inputs: [] };
  const burst = { executions: [], started: 1, finished: 2 };
  const bytes = Buffer.from(notebookText(['x']));
  const { row } = await takeSnapshot(history, {
    ...{ path, bytes, notebook: parseNotebook(bytes), trigger: 'burst', attaches: true },
    attach: (claim) => attachRuns(history.store, claim, [ready], burst),
  });
  return row;
}

test('a file that holds the text is named with what made it, and goes where that is asked for', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const held = await store.artifacts.add(Readable.from([Buffer.from(`a ${SECRET} b`)]));
  const other = await store.artifacts.add(Readable.from([Buffer.from('clean')]));
  const row = await keepWith(history, [
    { ...held, name: `m/${SECRET}.pkl` },
    { ...other, name: 'b.pkl' },
  ]);
  const uses = [{ path: 'a.ipynb', snapshot: row.id, name: 'm/[purged].pkl' }];
  const stays = await run(history, { files: false, dryRun: false });
  expect(stays.artifacts).toEqual([{ ...held, uses, goes: false }]);
  const plan = await run(history, { files: true, dryRun: true });
  expect(plan.artifacts).toEqual([{ ...held, uses, goes: true }]);
  expect(await store.artifacts.findSize(held.sha256)).toBe(held.size);
  expect(await run(history, { files: true, dryRun: false })).toMatchObject({ left: [] });
  expect(await store.artifacts.findSize(held.sha256)).toBeUndefined();
  expect(await store.artifacts.findSize(other.sha256)).toBe(other.size);
  const pointer = `main:.cellar/runs/aa/${RUN}/artifacts/m/[purged].pkl`;
  expect(gitOf(history)('show', pointer)).toContain(held.sha256);
  expect(JSON.parse(gitOf(history)('show', 'main:.cellar/purged-files.json'))).toEqual({
    format: 1,
    files: [held],
  });
  expect(await verifyStore(history)).toMatchObject({
    ...{ status: 'ok', artifacts: 1, damages: [] },
    purged: [{ sha256: held.sha256, name: 'm/[purged].pkl' }],
  });
});

test('a file that is missing and was not purged is still damage', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const held = await store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  await run(history, { files: true, dryRun: false });
  expect(await store.artifacts.findSize(held.sha256)).toBeUndefined();
  await keepWith(history, [{ name: 'lost.pkl', sha256: 'c'.repeat(64), size: 1 }]);
  expect(await verifyStore(history)).toMatchObject({ status: 'damaged', purged: [] });
});

test('a file that several runs made is named with each, goes once, and each says that it was purged', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const held = await store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  const rows = [
    await keepWith(history, [{ ...held, name: 'm.pkl' }]),
    await keepWith(history, [{ ...held, name: 'n.pkl' }], { path: 'b.ipynb', id: 'b'.repeat(32) }),
  ];
  expect((await toSnapshots(store, rows)).flatMap(({ artifacts }) => artifacts)).toMatchObject([
    { name: 'm.pkl' },
    { name: 'n.pkl' },
  ]);
  const done = await run(history, { files: true, dryRun: false });
  expect(done.artifacts).toEqual([
    {
      ...held,
      uses: [
        { path: 'a.ipynb', snapshot: rows[0]?.id, name: 'm.pkl' },
        { path: 'b.ipynb', snapshot: rows[1]?.id, name: 'n.pkl' },
      ],
      goes: true,
    },
  ]);
  const now = await Promise.all(rows.map(({ id }) => getSnapshot(store, id)));
  const snapshots = await toSnapshots(store, now);
  for (const { artifacts } of snapshots)
    expect(artifacts).toMatchObject([{ sha256: held.sha256, purged: true }]);
  expect(snapshots[0]).toEqual(
    await toSnapshot(store, await getSnapshot(store, rows[0]?.id ?? '')),
  );
  expect(await toMissing(store, held.sha256)).toMatchObject({ code: 'artifact_purged' });
  expect(await toMissing(store, 'c'.repeat(64))).toMatchObject({ code: 'artifact_missing' });
  // A later purge, of something else, forgets nothing of it.
  await store.artifacts.add(Readable.from([Buffer.from('other-secret')]));
  await purge(history, {
    ...{ texts: ['other-secret'], files: true, dryRun: false },
    signal: new AbortController().signal,
  });
  expect((await readPurgedFiles(store)).size).toBe(2);
  expect(await verifyStore(history)).toMatchObject({ status: 'ok', purged: [{ name: 'm.pkl' }] });
  // Who hands in the same bytes again wants them kept.
  await store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  expect((await toSnapshots(store, now))[0]?.artifacts[0]).not.toHaveProperty('purged');
});

test('a collection and a backup take a purged file for no damage, and a restored store still says that it was purged', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const held = await store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  const row = await keepWith(history, [{ ...held, name: 'm.pkl' }]);
  const [folder, root] = [join(await makeFolder(), 'kept'), await makeFolder()];
  expect(await backUp(store, { folder })).toMatchObject({ status: 'ok', artifacts: 1 });
  await run(history, { files: true, dryRun: false });
  await collect(history, {
    ...{ retention: DEFAULT_RETENTION, grace: 14, dryRun: false },
    signal: new AbortController().signal,
  });
  expect(await backUp(store, { folder })).toMatchObject({
    ...{ status: 'ok', artifacts: 0, damages: [], holdsPurged: true },
  });
  await restoreBackup({ folder, root, force: false, now: Date.now, disk: nodeDisk });
  const restored = await openTestHistory(root);
  const [snapshot] = await toSnapshots(restored.store, [await getSnapshot(restored.store, row.id)]);
  expect(snapshot?.artifacts).toMatchObject([{ name: 'm.pkl', purged: true }]);
  expect(await verifyStore(restored)).toMatchObject({ status: 'ok', artifacts: 0 });
  expect(await restored.store.artifacts.findSize(held.sha256)).toBeUndefined();
});

test('a backup of a store that is damaged lists nothing that an earlier one has from before the purge', async () => {
  const [folder, place] = [await makeFolder(), await makeFolder()];
  const history = await openTestHistory();
  const { store } = history;
  const held = await store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  const other = await store.artifacts.add(Readable.from([Buffer.from('clean')]));
  await keepWith(history, [
    { ...held, name: 'm.pkl' },
    { ...other, name: `${SECRET}.pkl` },
  ]);
  await backUp(store, { folder });
  await run(history, { files: true, dryRun: false });
  const path = (sha256: string): string =>
    join('artifacts', 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const damaged = join(store.places.cellar, path(other.sha256));
  await chmod(damaged, 0o644);
  await writeFile(damaged, 'something else');
  expect(await backUp(store, { folder })).toMatchObject({
    ...{ status: 'damaged', keptBefore: null, holdsPurged: true },
  });
  await restoreBackup({ folder, root: place, force: false, now: Date.now, disk: nodeDisk });
  const back = await openTestHistory(place);
  expect(await back.store.artifacts.findSize(held.sha256)).toBeUndefined();
  expect(await back.store.artifacts.findSize(other.sha256)).toBe(5);
  const objects = gitOf(back)('cat-file', '--batch', '--batch-all-objects');
  expect(objects).not.toContain(SECRET);
});

test('a repair brings no purged file back, neither from the workspace nor from a backup', async () => {
  const history = await openTestHistory();
  const { store } = history;
  const held = await store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  await keepWith(history, [{ ...held, name: 'm.pkl' }]);
  await writeInto(store.places.root, 'm.pkl', Buffer.from(SECRET));
  const folder = join(await makeFolder(), 'kept');
  await backUp(store, { folder });
  await run(history, { files: true, dryRun: false });
  expect(await repairStore(history, { from: [folder] })).toMatchObject({
    ...{ status: 'ok', lost: [], purged: [{ sha256: held.sha256, name: 'm.pkl' }] },
    repaired: { mended: [], lost: [] },
  });
  expect(await store.artifacts.findSize(held.sha256)).toBeUndefined();
});

test('a purge of files that ends anywhere has deleted nothing, or the next opening deletes them', async () => {
  const filled = await makeFolder();
  const first = await openTestHistory(filled);
  const held = await first.store.artifacts.add(Readable.from([Buffer.from(SECRET)]));
  await keepWith(first, [{ ...held, name: 'm.pkl' }]);
  await first.store.close();
  const ends = new Set<string>();
  let struck = 1;
  for (let at = 0; struck > 0; at += 2) {
    const root = await makeFolder();
    await cp(filled, root, { recursive: true, verbatimSymlinks: true });
    const faulty = new FaultyDisk(undefined);
    const history = await openTestHistory(root, { disk: faulty.disk, report: () => undefined });
    const fault = { kind: 'refuse' as const, code: 'EIO' };
    faulty.plan = { fault, matches: isChange, at, lasting: true };
    await run(history, { files: true, dryRun: false }).catch(() => undefined);
    ({ struck } = faulty);
    const isHere = (await history.store.artifacts.findSize(held.sha256)) !== undefined;
    await endBoot(root);
    const next = await openTestHistory(root);
    const stays = (await next.store.artifacts.findSize(held.sha256)) !== undefined;
    expect([...(await readPurgedFiles(next.store)).keys()]).toEqual(stays ? [] : [held.sha256]);
    expect(await verifyStore(next)).toMatchObject({ status: 'ok' });
    ends.add(`${isHere ? 'here' : 'gone'} at the end, ${stays ? 'here' : 'gone'} afterwards`);
    await next.store.close();
  }
  expect([...ends].sort()).toEqual([
    'gone at the end, gone afterwards',
    'here at the end, gone afterwards',
    'here at the end, here afterwards',
  ]);
}, 240_000);
