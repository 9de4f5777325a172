import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { DEFAULT_RETENTION } from '../../../contract/retention.js';
import { collect } from '../../../server/history/gc.js';
import { newestOf, readNotebook } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { verifyStore } from '../../../server/history/verify.js';
import { createStore } from '../../../server/store/create.js';
import { toPlaces } from '../../../server/store/places.js';
import { readHistoryPage } from '../../../server/tracking/page.js';
import { listNotebooks } from '../../../server/tracking/snapshots.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';
import { keep } from './kept.js';

const NOTEBOOKS = process.env['CELLAR_TEST_FULL'] === '1' ? 10_000 : 500;
const START = Date.UTC(2026, 0, 1);

const pathOf = (at: number): string => `folder-${at % 100}/notebook-${at}.ipynb`;
const idOf = (kind: 'n' | 's', at: number): string => `01${kind}${String(at).padStart(23, '0')}`;
const textOf = (at: number): string => notebookText([`notebook = ${at}`, 'more()']);

/** What git's fast-import reads: a version of each notebook, as this Cellar would have written them. */
function toStream(): string {
  const parts: string[] = [];
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  for (let at = 1; at <= NOTEBOOKS; at += 1) {
    const [notebook, id, time] = [idOf('n', at), idOf('s', at), START + at * 60_000];
    const cells = [0, 1].map((cell) => ({ id: `c${cell}`, type: 'code', hash: '0'.repeat(16) }));
    const state = {
      ...{ format: 1, notebook, number: at, path: pathOf(at), formerPaths: [], origin: null },
      snapshot: {
        ...{ id, number: at, time: new Date(time).toISOString(), message: null, trigger: 'manual' },
        ...{ clean: null, parent: null, restored: null, kernel: null, changed: null },
        author: { name: 'Ada', email: 'ada@example.org' },
        ...{ executions: [], runs: [], key: `made-${at}`, redactions: [] },
        ...{ size: Buffer.byteLength(textOf(at)), cells },
      },
    };
    const message = `${pathOf(at)}: snapshot\n\nSnapshot-Id: ${id}\nNotebook-Id: ${notebook}\nTrigger: manual\nJournal-Through: ${at}\n`;
    parts.push(
      `commit refs/heads/main\ncommitter Ada <ada@example.org> ${time / 1000} +0000\n`,
      data(message),
      at === 1 ? 'from refs/heads/main^0\n' : '',
      `M 100644 inline ${pathOf(at)}\n${data(textOf(at))}`,
      `M 100644 inline .cellar/notebooks/${notebook}/state.json\n${data(`${JSON.stringify(state, undefined, 1)}\n`)}`,
    );
  }
  return parts.join('');
}

test('a store of thousands of notebooks lists, reads, verifies, collects and indexes them', async () => {
  const root = await makeFolder();
  const places = toPlaces(root);
  await createStore(places, START);
  const git = ['--git-dir', places.git, 'fast-import', '--quiet'];
  execFileSync('git', git, { input: toStream() });
  const history = await openTestHistory(root);
  const { store } = history;

  const listed = await listNotebooks(store);
  expect(listed).toHaveLength(NOTEBOOKS);
  expect(new Set(listed.map(({ path }) => path)).size).toBe(NOTEBOOKS);

  const last = await store.catalog.findNotebookAt(pathOf(NOTEBOOKS));
  const row = last === undefined ? undefined : await newestOf(store, last.id);
  if (last === undefined || row === undefined) throw new Error('the last notebook is not there');
  expect(String(await readNotebook(store, row))).toBe(textOf(NOTEBOOKS));
  // A new version of one of them, and a new one among them.
  const { row: next } = await keep(history, last.path, ['notebook = 0', 'more()']);
  expect(next).toMatchObject({ notebook: last.id, parent: row.id });
  await keep(history, 'folder-7/new.ipynb', ['something', 'else']);
  const query = { offset: 0, limit: 100, line: 'all' } as const;
  const page = await readHistoryPage(store, last.id, query);
  expect(page.rows.map(({ id }) => id)).toEqual([next.id, row.id]);

  const verified = await verifyStore(history);
  expect(verified).toMatchObject({
    damages: [],
    snapshots: NOTEBOOKS + 2,
    notebooks: NOTEBOOKS + 1,
  });
  const signal = new AbortController().signal;
  const options = { retention: DEFAULT_RETENTION, grace: 14, dryRun: true, signal };
  const collected = await collect(history, options);
  expect(collected.snapshots.count).toBe(0);
  await reindex(history);
  expect(await store.catalog.notebookCount()).toBe(NOTEBOOKS + 1);
  expect(await store.catalog.snapshotCount()).toBe(NOTEBOOKS + 2);
}, 1_200_000);
