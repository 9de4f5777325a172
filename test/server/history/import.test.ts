import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createImportRuns } from '../../../server/capture/import-runs.js';
import {
  newestOf,
  readNotebook,
  readSnapshotState,
  type History,
} from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { importGit } from '../../../server/history/import.js';
import { cancelImport, findImport } from '../../../server/history/importing.js';
import type { ImportOptions } from '../../../server/history/import-run.js';
import { offerImport } from '../../../server/history/import-offer.js';
import type { SnapshotRow } from '../../../server/store/catalog/rows.js';
import { makeRepository, type Repository } from '../checkout/repository.js';
import { makeFolder, notebookText, openTestHistory } from '../scratch.js';
import { gitOf, keep } from './kept.js';

const wants = (): Promise<boolean> => Promise.resolve(true);

/** A notebook of three cells, long enough to be known again. */
function wine(last: string): string {
  return notebookText(['import pandas as pd', 'frame = pd.read_csv("wine.csv")', last]);
}

function bring(
  history: History,
  repository: Repository,
  options: Partial<ImportOptions> = {},
): ReturnType<typeof importGit> {
  return importGit(history, { folder: repository.folder, wants, ...options });
}

async function historyAt(history: History, path: string): Promise<readonly SnapshotRow[]> {
  const { catalog } = history.store;
  return catalog.history((await catalog.findNotebookByPath(path))?.id ?? '');
}

describe('a history without branches', () => {
  test('becomes versions with author, date, message and bytes, through renames, in order', async () => {
    const repository = await makeRepository({
      GIT_AUTHOR_DATE: '2021-03-04T05:06:07+02:00',
      GIT_AUTHOR_NAME: 'Grace',
    });
    const first = await repository.commit('start\n\nWhy it was begun.\n\nSigned-off-by: G', {
      'train.ipynb': wine('a'),
    });
    await repository.commit('no notebook', { 'readme.md': 'x' });
    await repository.commit('improve', { 'train.ipynb': wine('b') });
    await repository.commit('move', { 'train.ipynb': null, 'deep/model.ipynb': wine('b') });
    const history = await openTestHistory();
    const done = await bring(history, repository);
    expect(done).toMatchObject({ commits: 3, snapshots: 3, notebooks: 1, known: 0, skipped: 0 });

    const rows = await historyAt(history, 'deep/model.ipynb');
    expect(rows.map(({ message, path }) => [message, path])).toEqual([
      ['start', 'train.ipynb'],
      ['improve', 'train.ipynb'],
      ['move', 'deep/model.ipynb'],
    ]);
    expect(rows[0]).toMatchObject({
      time: '2021-03-04T03:06:07.000Z',
      trigger: 'import',
      line: 'main',
      author: { name: 'Grace', email: 'ada@example.org' },
    });
    expect(rows[1]).toMatchObject({
      parent: rows[0]?.id,
      changed: { modified: 1, added: 0, deleted: 0 },
    });
    const [row] = rows;
    if (row === undefined) throw new Error('nothing was brought in');
    expect(String(await readNotebook(history.store, row))).toBe(wine('a'));
    expect((await readSnapshotState(history.store, row)).snapshot?.imported).toEqual({
      commit: first,
      path: 'train.ipynb',
      body: 'Why it was begun.\n\nSigned-off-by: G',
    });
    expect(await historyAt(history, 'train.ipynb')).toEqual(rows);
  });

  test('loses a deleted notebook from the tree and keeps what it was; one that comes back goes on', async () => {
    const repository = await makeRepository();
    await repository.commit('one', { 'a.ipynb': wine('a'), 'b.ipynb': notebookText(['other']) });
    await repository.commit('two', { 'a.ipynb': null });
    const history = await openTestHistory();
    const git = gitOf(history);
    await bring(history, repository);
    expect(git('ls-tree', '--name-only', 'main')).not.toContain('a.ipynb');
    expect(await historyAt(history, 'a.ipynb')).toHaveLength(1);
    await repository.commit('three', { 'a.ipynb': wine('again') });
    expect(await bring(history, repository)).toMatchObject({ snapshots: 1, known: 2 });
    expect((await historyAt(history, 'a.ipynb')).map(({ message }) => message)).toEqual([
      'one',
      'three',
    ]);
    expect(git('ls-tree', '--name-only', 'main')).toContain('a.ipynb');
  });

  test('keeps what an octopus merge joins, and CRLF as it is', async () => {
    const repository = await makeRepository();
    const crlf = wine('a').replaceAll('\n', '\r\n');
    await repository.git('config', 'core.autocrlf', 'false');
    await repository.commit('start', { 'a.ipynb': crlf });
    const branches = ['one', 'two', 'three'];
    for (const branch of branches) {
      await repository.git('checkout', '--quiet', '-b', branch, 'main');
      await repository.commit(branch, { [`${branch}.ipynb`]: notebookText([branch, 'x = 1']) });
    }
    await repository.git('checkout', '--quiet', 'main');
    await repository.git('merge', '--quiet', '--message', 'octopus', ...branches);
    const history = await openTestHistory();
    expect(await bring(history, repository)).toMatchObject({ snapshots: 4, skipped: 0 });
    for (const branch of branches)
      expect(await historyAt(history, `${branch}.ipynb`)).toMatchObject([{ message: branch }]);
    const [row] = await historyAt(history, 'a.ipynb');
    if (row === undefined) throw new Error('nothing was brought in');
    expect(String(await readNotebook(history.store, row))).toBe(crlf);
    expect(await bring(history, repository)).toMatchObject({ snapshots: 0, known: 4 });
  });

  test('starts a history of its own for a copy, which names its origin', async () => {
    const repository = await makeRepository();
    await repository.commit('one', { 'a.ipynb': wine('a') });
    await repository.commit('two', { 'a.ipynb': wine('b'), 'copy.ipynb': wine('a') });
    const history = await openTestHistory();
    await bring(history, repository);
    const copy = await history.store.catalog.findNotebookByPath('copy.ipynb');
    expect(await historyAt(history, 'copy.ipynb')).toHaveLength(1);
    expect(copy?.origin).toMatchObject({ path: 'a.ipynb' });
  });

  test('keeps two notebooks apart that exchange their names in one commit', async () => {
    const other = notebookText(['x = 1', 'y = 2', 'z = 3', 'print(x, y, z)']);
    const repository = await makeRepository();
    await repository.commit('one', { 'a.ipynb': wine('a'), 'b.ipynb': other });
    await repository.commit('out', { 'a.ipynb': null, 'c.ipynb': wine('a') });
    await repository.commit('round', { 'b.ipynb': null, 'a.ipynb': other });
    const history = await openTestHistory();
    await bring(history, repository);
    const first = await history.store.catalog.findNotebookAt('c.ipynb');
    const second = await history.store.catalog.findNotebookAt('a.ipynb');
    expect(first?.formerPaths).toEqual(['a.ipynb']);
    expect(second?.formerPaths).toEqual(['b.ipynb']);
    expect(first?.id).not.toBe(second?.id);
  });
});

describe('a second import', () => {
  test('finds nothing new and writes nothing', async () => {
    const repository = await makeRepository();
    await repository.commit('one', { 'a.ipynb': wine('a') });
    await repository.commit('gone', { 'a.ipynb': null });
    await repository.commit('two', { 'b.ipynb': notebookText(['other']) });
    const history = await openTestHistory();
    await bring(history, repository);
    const head = gitOf(history)('rev-parse', 'main');
    expect(await bring(history, repository)).toMatchObject({ snapshots: 0, known: 2 });
    expect(gitOf(history)('rev-parse', 'main')).toBe(head);
  });

  test('goes on where one that was cancelled had come', async () => {
    const repository = await makeRepository();
    for (let at = 0; at < 70; at += 1)
      await repository.commit(`commit ${at}`, { 'a.ipynb': wine(`cell ${at}`) });
    const history = await openTestHistory();
    const controller = new AbortController();
    const stopped = bring(history, repository, {
      signal: controller.signal,
      report: ({ what, done }) => {
        if (what === 'versions' && done === 66) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    const before = (await historyAt(history, 'a.ipynb')).length;
    expect(before).toBe(64);
    expect(await bring(history, repository)).toMatchObject({
      snapshots: 70 - before,
      known: before,
    });
    const messages = (await historyAt(history, 'a.ipynb')).map(({ message }) => message);
    expect(messages).toEqual(Array.from({ length: 70 }, (_, at) => `commit ${at}`));
  });
});

describe('branches', () => {
  test('are put into one line that ends as HEAD has the notebook', async () => {
    const repository = await makeRepository();
    const { git, commit } = repository;
    await commit('base', { 'a.ipynb': wine('base'), 'b.ipynb': notebookText(['b']) });
    await git('switch', '--quiet', '-c', 'side');
    await commit('side', { 'a.ipynb': wine('side') });
    await git('switch', '--quiet', 'main');
    await commit('main', { 'a.ipynb': wine('main') });
    await git('merge', '--quiet', '-s', 'ours', '-m', 'merge', 'side');
    await git('switch', '--quiet', '-c', 'open');
    await commit('open', { 'b.ipynb': notebookText(['b2']), 'only.ipynb': notebookText(['only']) });
    await git('switch', '--quiet', 'main');
    const history = await openTestHistory();
    await bring(history, repository, { all: true });
    const newest = await newestOf(
      history.store,
      (await history.store.catalog.findNotebookAt('a.ipynb'))?.id ?? '',
    );
    expect(String(await readNotebook(history.store, newest as SnapshotRow))).toBe(wine('main'));
    expect(new Set((await historyAt(history, 'a.ipynb')).map(({ message }) => message))).toEqual(
      new Set(['base', 'side', 'main', ...(newest?.message === 'merge' ? ['merge'] : [])]),
    );
    expect(gitOf(history)('show', 'main:b.ipynb')).toBe(notebookText(['b']));
    expect(await historyAt(history, 'only.ipynb')).toHaveLength(1);
    expect(gitOf(history)('ls-tree', '--name-only', 'main')).not.toContain('only.ipynb');
    expect(await bring(history, repository, { all: true })).toMatchObject({ snapshots: 0 });
  });
});

describe('what Cellar kept by itself', () => {
  test('stays the newest, and what main holds, when older states come in beside it', async () => {
    const repository = await makeRepository();
    await repository.commit('one', { 'a.ipynb': wine('a') });
    await repository.commit('two', { 'a.ipynb': wine('b') });
    const history = await openTestHistory();
    const { row: own } = await keep(history, 'a.ipynb', ['own = 1']);
    await bring(history, repository);
    const rows = await historyAt(history, 'a.ipynb');
    expect(rows.map(({ trigger, message }) => message ?? trigger)).toEqual([
      'one',
      'two',
      'manual',
    ]);
    expect((await newestOf(history.store, own.notebook))?.id).toBe(own.id);
    expect(gitOf(history)('show', 'main:a.ipynb')).toBe(notebookText(['own = 1']));
    const [first] = rows;
    if (first === undefined) throw new Error('nothing was brought in');
    expect(String(await readNotebook(history.store, first))).toBe(wine('a'));
    expect((await readSnapshotState(history.store, first)).snapshot?.message).toBe('one');
    const live = JSON.stringify([rows, await history.store.catalog.notebooks()]);
    await reindex(history);
    const rebuilt = await historyAt(history, 'a.ipynb');
    expect(JSON.stringify([rebuilt, await history.store.catalog.notebooks()])).toBe(live);
  });
});

describe('what cannot be had as a notebook', () => {
  test('is kept byte for byte, or passed over, and named with its commit', async () => {
    const repository = await makeRepository();
    const broken = await repository.commit('broken', { 'a.ipynb': '<<<<<<< HEAD\n{}' });
    await repository.commit('mended', { 'a.ipynb': wine('a') });
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
    const lfs = await repository.commit('lfs', { 'big.ipynb': pointer });
    await repository.commit('copies', { '.ipynb_checkpoints/a-checkpoint.ipynb': wine('a') });
    const history = await openTestHistory();
    const done = await bring(history, repository);
    expect(done).toMatchObject({ snapshots: 2, skipped: 1, notebooks: 1 });
    expect(done.warnings.map(({ commit, path }) => [commit, path])).toEqual([
      [broken, 'a.ipynb'],
      [lfs, 'big.ipynb'],
    ]);
    const [row] = await historyAt(history, 'a.ipynb');
    if (row === undefined) throw new Error('nothing was brought in');
    expect(String(await readNotebook(history.store, row))).toBe('<<<<<<< HEAD\n{}');
    await expect(
      bring(history, { ...repository, folder: history.store.places.root }),
    ).rejects.toMatchObject({
      code: 'bad_request',
    });
  });
});

describe('metrics in outputs', () => {
  test('become runs of the version that showed them first', async () => {
    const bundle = { 'application/vnd.cellar.v1+json': { metrics: { accuracy: 0.9 } } };
    const shown = (source: string): string => {
      const notebook = JSON.parse(wine(source)) as { cells: { outputs: unknown[] }[] };
      notebook.cells[2]?.outputs.push({ output_type: 'display_data', data: bundle, metadata: {} });
      return JSON.stringify(notebook);
    };
    const repository = await makeRepository({ GIT_AUTHOR_DATE: '2021-03-04T05:06:07Z' });
    await repository.commit('one', { 'a.ipynb': shown('a') });
    await repository.commit('two', { 'a.ipynb': shown('b') });
    const history = await openTestHistory();
    const done = await bring(history, repository, { attach: createImportRuns(history) });
    expect(done.runs).toBe(1);
    const [run] = await history.store.catalog.runs();
    expect(run).toMatchObject({ start: Date.UTC(2021, 2, 4, 5, 6, 7) });
    expect(run?.metrics['accuracy']?.value).toBe(0.9);
    expect(run?.snapshot).toBe((await historyAt(history, 'a.ipynb'))[0]?.id);
  });
});

describe('a workspace within a repository', () => {
  test('takes what is below it, and is offered it once', async () => {
    const repository = await makeRepository();
    await repository.commit('one', { 'work/a.ipynb': wine('a'), 'else.ipynb': wine('b') });
    const history = await openTestHistory(join(repository.folder, 'work'));
    const offer = (): ReturnType<typeof offerImport> =>
      offerImport(history.store, {
        wants,
        findImported: () => Promise.resolve(imported),
        signal: new AbortController().signal,
      });
    let imported: string | undefined;
    expect(await offer()).toEqual({
      repository: repository.folder,
      commits: 1,
      notebooks: 1,
      more: false,
      running: null,
    });
    const { head } = await bring(history, repository, { folder: history.store.places.root });
    expect((await history.store.catalog.notebooks()).map(({ path }) => path)).toEqual(['a.ipynb']);
    expect(await offer()).toMatchObject({ commits: 0, notebooks: 0 });
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
    await repository.commit('two', { 'work/b.ipynb': pointer });
    const done = await bring(history, repository, { folder: history.store.places.root });
    expect(done.head).not.toBe(head);
    expect([done.snapshots, done.skipped]).toEqual([0, 1]);
    expect(await offer()).toMatchObject({ commits: 1 });
    imported = done.head ?? undefined;
    expect(await offer()).toMatchObject({ commits: 0 });
    await repository.commit('three', { 'work/a.ipynb': wine('c') });
    expect(await offer()).toMatchObject({ commits: 1, notebooks: 1 });
    imported = 'f'.repeat(40);
    expect(await offer()).toMatchObject({ commits: 2 });
  });

  test('tells how far an import is to whoever asks, and lets anybody end it', async () => {
    const repository = await makeRepository();
    for (let at = 0; at < 5; at += 1)
      await repository.commit(`step ${at}`, { 'a.ipynb': wine(String(at)) });
    const history = await openTestHistory();
    const { store } = history;
    const seen: unknown[] = [];
    const going = bring(history, repository, {
      report: () => {
        seen.push(findImport(store));
        cancelImport(store);
      },
    });
    await expect(going).rejects.toMatchObject({ code: 'timed_out' });
    expect(seen[0]).toEqual({ what: 'commits', done: 1, total: null });
    expect(findImport(store)).toBeUndefined();
    expect((await bring(history, repository)).snapshots).toBe(5);
  });
});

test("the system's git clones, logs, shows, blames and bisects the store of an import", async () => {
  const repository = await makeRepository();
  const texts = Array.from({ length: 12 }, (_, at) =>
    wine(at < 7 ? 'good' : 'bad').replace('pd', `p${at}`),
  );
  for (const [at, text] of texts.entries())
    await repository.commit(`step ${at}`, { 'a.ipynb': text });
  const history = await openTestHistory();
  await bring(history, repository);
  expect(gitOf(history)('fsck', '--full', '--strict')).toBe('');
  const folder = join(await makeFolder(), 'clone');
  await repository.git('clone', '--quiet', history.store.places.git, folder);
  const clone = await makeRepository({}, folder);
  const log = (await clone.git('log', '--format=%H %s', '--', 'a.ipynb')).trim().split('\n');
  expect(log.map((line) => line.slice(41))).toEqual(texts.map((_, at) => `step ${11 - at}`));
  const commits = log.map((line) => line.slice(0, 40)).reverse();
  for (const [at, text] of texts.entries())
    expect(await clone.git('show', `${commits[at] ?? ''}:a.ipynb`)).toBe(text);
  expect(await clone.git('show', '--format=%an: %s', commits[7] ?? '')).toMatch(
    /^Ada: step 7\n[^]*\n- +"good"\n\+ +"bad"\n/,
  );
  expect(await clone.git('blame', '--line-porcelain', 'a.ipynb')).toContain('summary step 7');
  await clone.git('bisect', 'start', 'HEAD', commits[0] ?? '');
  const said = await clone.git('bisect', 'run', 'sh', '-c', '! grep -q bad a.ipynb');
  expect(said).toContain(`${commits[7] ?? ''} is the first bad commit`);
  const [row] = (await historyAt(history, 'a.ipynb')).filter(({ commit }) => commit === commits[7]);
  expect(row?.message).toBe('step 7');
});
