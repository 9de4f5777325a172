import { expect, test } from 'vitest';

import type { Purged } from '../../../contract/purge.js';
import { getSnapshot, readNotebook, type History } from '../../../server/history/history.js';
import { createNames } from '../../../server/history/purge-names.js';
import { createRemover } from '../../../server/history/purge-texts.js';
import { purge } from '../../../server/history/purge.js';
import { reindex } from '../../../server/history/reindex.js';
import { takeSnapshot } from '../../../server/history/take.js';
import { verifyStore } from '../../../server/history/verify.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { openTestHistory, readHistories } from '../scratch.js';
import { gitOf, keep } from './kept.js';

const MARK = '[redacted: purged]';

function run(history: History, text: string): Promise<Purged> {
  return purge(history, { texts: [text], dryRun: false, signal: new AbortController().signal });
}

/** Ids, numbers and times of every version. */
async function facts({ store }: History): Promise<readonly unknown[]> {
  return (await readHistories(store)).flat().map((row) => [row.id, row.number, row.time, row.path]);
}

async function expectWhole(history: History, before: readonly unknown[]): Promise<void> {
  gitOf(history)('fsck', '--full', '--strict');
  expect(await verifyStore(history)).toMatchObject({ damages: [] });
  await reindex(history);
  expect(await facts(history)).toEqual(before);
}

async function fill(history: History): Promise<void> {
  for (let count = 0; count < 5; count += 1)
    await keep(history, 'a.ipynb', [`pin = 0 # ${count}`], {
      executions: [
        { cell: 'c0', index: 0, count: 1, status: 'ok', started: 1764401234567, finished: 1 },
      ],
    });
}

test.each([
  ['the time of a commit', '--format=%at', (value: string) => value.slice(-6)],
  ['the name of a tree', '--format=%T', (value: string) => value.slice(4, 12)],
  ['the name of a parent', '--format=%P', (value: string) => value.slice(4, 12)],
])('a text that %s holds by chance goes from the notebooks alone', async (_, format, part) => {
  const history = await openTestHistory();
  await fill(history);
  const text = part(gitOf(history)('log', '-3', format).trim().split('\n').at(-1) ?? '');
  const { row } = await keep(history, 'a.ipynb', [`pin = '${text}'`]);
  const before = await facts(history);
  expect(await run(history, text)).toMatchObject({ snapshots: { count: 1 }, generation: 1 });
  await expectWhole(history, before);
  const now = await readNotebook(history.store, await getSnapshot(history.store, row.id));
  expect(now.toString()).toContain(`pin = '${MARK}'`);
});

test('numbers, hashes and times of what is known of a version are no texts', async () => {
  for (const text of ['234567', '2026-11', '"number"']) {
    const history = await openTestHistory();
    await fill(history);
    await keep(history, 'a.ipynb', [`pin = ${text}`]);
    const before = await facts(history);
    await run(history, text);
    await expectWhole(history, before);
  }
});

test('a text in the words of a notebook or in a cell id is refused, and nothing is changed', async () => {
  const history = await openTestHistory();
  await keep(history, 'a.ipynb', ['x'], { ids: ['cell-0815-4711'] });
  const heads = await history.store.repository.listRefs('refs/');
  for (const text of ['metadata', 'cell_type', '0815-4711'])
    await expect(run(history, text)).rejects.toMatchObject({ code: 'bad_request' });
  expect(await history.store.repository.listRefs('refs/')).toEqual(heads);
});

test('names of files and of metrics lose the text, and paths in texts follow them', async () => {
  const history = await openTestHistory();
  for (const name of ['hunter2hunter2', 'hunter2hunter2b'])
    await keep(history, `of ${name}/a ${name}.ipynb`, [`x = '${name}'`]);
  const logged = [{ name: 'loss of hunter2hunter2', value: 0.5, step: 1, time: 1 }];
  await logPoints(history, 'a'.repeat(32), { points: logged, ended: 'finished' });
  await run(history, 'hunter2hunter2');
  const rows = (await readHistories(history.store)).flat();
  expect(rows.map(({ path }) => path)).toEqual([
    'of [purged]/a [purged].ipynb',
    'of [purged]b/a [purged]b.ipynb',
  ]);
  expect(gitOf(history)('ls-tree', '-r', '--name-only', 'main')).not.toContain('hunter2');
  await expectWhole(history, await facts(history));
  expect(await history.store.catalog.findRun('a'.repeat(32))).toMatchObject({
    metrics: { [`loss of ${MARK}`]: { value: 0.5 } },
  });
});

test('two names that would become one stay two', () => {
  const names = createNames(
    (name) => {
      const clean = name.replace(/secret\d/, '[purged]');
      return clean === name ? undefined : clean;
    },
    new Set(['a [purged].ipynb']),
  );
  expect(names.path('x/a secret1.ipynb')).toBe('x/a [purged] 2.ipynb');
  expect(names.path('a secret2.ipynb')).toBe('a [purged] 3.ipynb');
  expect(names.path('a secret1.ipynb')).toBe('a [purged] 2.ipynb');
  expect(names.encoded('m%3Asecret1.pkl')).toBe('m%3A[purged].pkl');
});

const NOTEBOOK = (source: string, more = ''): string =>
  `{"cells": [{"cell_type": "code", "execution_count": 4711471147, "metadata": {${more}},` +
  ` "outputs": [], "source": ${source}}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n`;

test.each([
  ['behind an escape', NOTEBOOK('"a\\ntersecret b"'), 'tersecret', `a\\n${MARK} b`],
  ['with an escape cut by it', NOTEBOOK('"a\\ntersecret b"'), 'ntersecret', 'a\\ntersecret b'],
  ['that is escaped unlike ours', NOTEBOOK('"\\u0073ecret\\/1"'), 'secret/1', `"${MARK}"`],
  ['that is a number', NOTEBOOK('"x"', '"pin": 4711471147'), '4711471147', `"pin": "${MARK}"`],
  ['that counts executions', NOTEBOOK('"x"'), '4711471147', '"execution_count": null'],
  ['that is a part of a number', NOTEBOOK('"x"', '"n": 0.123456789'), '234567', '0.123456789'],
  ['in two names', NOTEBOOK('"x"', '"secret1": 1, "Xsecret1": 2'), 'secret1', `"X${MARK}": 2`],
])('a text %s leaves a notebook that can be read', async (_, before, text, after) => {
  const clean = (await createRemover([text]).notebook(Buffer.from(before)))?.toString() ?? before;
  expect(clean).toContain(after);
  expect(parseNotebook(Buffer.from(clean)).cells).toHaveLength(1);
});

test('a commit whose rows would become others is not moved to: nothing is changed', async () => {
  const history = await openTestHistory();
  const { row } = await keep(history, 'a.ipynb', ["key = 'hunter2hunter2'"]);
  const heads = await history.store.repository.listRefs('refs/');
  // As if something below read the text as a part of what it says.
  const broken: History = {
    ...history,
    indexers: [
      ...history.indexers,
      async (repository, { tree }) => {
        const oid = await repository.findEntry(tree, 'a.ipynb');
        const text = oid === undefined ? '' : (await repository.readBlob(oid)).toString();
        if (text.includes(MARK)) throw new Error('not readable');
        return {};
      },
    ],
  };
  await expect(run(broken, 'hunter2hunter2')).rejects.toMatchObject({ code: 'store_damaged' });
  expect(await history.store.repository.findRef('refs/heads/main')).toBeDefined();
  expect([...(await history.store.repository.listRefs('refs/')).keys()]).toEqual([...heads.keys()]);
  expect((await readNotebook(history.store, row)).toString()).toContain('hunter2hunter2');
});

test('who wrote a commit, and the words of another in it, lose the text', async () => {
  const history = await openTestHistory();
  const bytes = Buffer.from('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}');
  await takeSnapshot(history, {
    ...{ path: 'a.ipynb', bytes, notebook: parseNotebook(bytes), trigger: 'manual' },
    author: { name: 'Ada hunter2hunter2', email: 'hunter2hunter2@example.org' },
    message: 'Say hunter2hunter2\n\nSigned-off-by: hunter2hunter2',
  });
  const before = await facts(history);
  await run(history, 'hunter2hunter2');
  const said = gitOf(history)('log', '--format=%an %ae %cn %B');
  expect(said).not.toContain('hunter2');
  expect(said).toContain(`Signed-off-by: ${MARK}`);
  await expectWhole(history, before);
});
