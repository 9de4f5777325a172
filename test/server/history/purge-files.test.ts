import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import type { Purged } from '../../../contract/purge.js';
import { attachRuns } from '../../../server/capture/attach.js';
import type { History } from '../../../server/history/history.js';
import { purge } from '../../../server/history/purge.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { notebookText, openTestHistory } from '../scratch.js';
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
): Promise<SnapshotRow> {
  const draft = { id: RUN, name: '', cells: [], points: [], params: new Map(), artifacts: [] };
  const facts = { source: 'found', certainty: 'sure' } as const;
  const ready = { draft, artifacts: files.map((file) => ({ ...file, ...facts })) };
  const burst = { executions: [], started: 1, finished: 2 };
  const bytes = Buffer.from(notebookText(['x']));
  const { row } = await takeSnapshot(history, {
    ...{ path: 'a.ipynb', bytes, notebook: parseNotebook(bytes), trigger: 'burst', attaches: true },
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
  expect(await verifyStore(store)).toMatchObject({
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
  expect(await verifyStore(store)).toMatchObject({ status: 'damaged', purged: [] });
});
