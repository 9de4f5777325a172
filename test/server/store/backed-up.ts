import { readdirSync } from 'node:fs';

import { expect } from 'vitest';

import { readNotebook, type History } from '../../../server/history/history.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { type RestoreOptions } from '../../../server/store/backup/restore-backup.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { interpose, isChange } from '../../faults/interpose.js';
import { notebookText, openTestHistory, readHistories } from '../scratch.js';

export const quiet = { report: (): void => undefined };

export async function take(history: History, source: string, manual = true): Promise<SnapshotRow> {
  const bytes = Buffer.from(notebookText([source]));
  const taken = await takeSnapshot(history, {
    path: 'a.ipynb',
    bytes,
    notebook: parseNotebook(bytes),
    trigger: manual ? 'manual' : 'save',
    key: `key of ${source}`,
  });
  return taken.row;
}

export async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

export const toRestore = (folder: string, root: string, more: Partial<RestoreOptions> = {}) => ({
  folder,
  root,
  force: false,
  now: () => Date.UTC(2026, 10, 24),
  disk: nodeDisk,
  ...more,
});

/** Proves that the store at `root` opens and holds exactly these versions, each with its source. */
export async function proveHolds(root: string, sources: readonly string[]): Promise<History> {
  const history = await openTestHistory(root, quiet);
  const { store } = history;
  const rows = (await readHistories(store)).flat();
  const found = await Promise.all(
    rows.map(async (row) => (await readNotebook(store, row)).toString()),
  );
  expect(found).toEqual(sources.map((source) => notebookText([source])));
  expect((await verifyStore(history)).damages).toEqual([]);
  return history;
}

export const paths = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

/** A disk on which the process ends before its n-th change: nothing happens from then on. */
export function endAt(n: number): { readonly disk: Disk; readonly changes: () => number } {
  let changes = 0;
  const disk = interpose(nodeDisk, (call, make) => {
    if (isChange(call)) changes += 1;
    if (changes > n) return Promise.reject(new Error('the process has ended'));
    return make();
  });
  return { disk, changes: () => changes };
}
