import { mkdtemp, realpath, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { onTestFinished } from 'vitest';

import { openHistory, type History } from '../../server/history/history.js';
import { INDEXERS, MENDERS, RECORDERS } from '../../server/main/subjects.js';
import type { SnapshotRow } from '../../server/store/catalog/rows.js';
import { openStore, type Store, type StoreOptions } from '../../server/store/store.js';

export const AUTHOR = { name: 'Ada', email: 'ada@example.org' };

/** An empty folder that goes when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'cellar-test-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A clock that goes on by a second at each look, so that times in tests are told apart and never depend on the machine's. */
export function createClock(start = Date.UTC(2026, 10, 23, 14, 0, 0)): () => number {
  let now = start;
  return () => {
    now += 1000;
    return now;
  };
}

export async function openTestStore(
  root: string,
  options: Partial<StoreOptions> = {},
): Promise<Store> {
  const store = await openStore({
    root,
    author: AUTHOR,
    now: createClock(),
    report: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** A workspace with a store and its history, in a folder of its own. */
export async function openTestHistory(
  root?: string,
  options: Partial<StoreOptions> = {},
): Promise<History> {
  const store = await openTestStore(root ?? (await makeFolder()), options);
  return openHistory(store, INDEXERS, RECORDERS, MENDERS);
}

/** The history of every notebook, each oldest first. */
export async function readHistories({
  catalog,
}: Store): Promise<readonly (readonly SnapshotRow[])[]> {
  return Promise.all((await catalog.notebooks()).map(({ id }) => catalog.history(id)));
}

export async function writeInto(
  root: string,
  path: string,
  text: string | Uint8Array,
): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** A notebook of code cells with ids c0, c1, …, as nbformat writes it. */
export function notebookText(sources: readonly string[], ids?: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    execution_count: null,
    id: ids?.[index] ?? `c${index}`,
    metadata: {},
    outputs: [],
    source: source.split(/(?<=\n)/),
  }));
  const notebook = {
    cells,
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}
