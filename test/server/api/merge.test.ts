import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { mergeViewSchema, type MergeView } from '../../../contract/merge.js';
import { makeRepository, type Repository } from '../checkout/repository.js';
import { notebookText, writeInto } from '../scratch.js';
import { serve, type Served } from './served.js';

const BASE = notebookText(['a = 1', 'b = 2']);
const LOCAL = notebookText(['a = 10', 'b = 2']);
const REMOTE = notebookText(['a = 100', 'b = 20']);
const NO_CHOICES = { decisions: {}, sources: {} };

/** A repository around the workspace in which a merge of "feature" into "main" stopped over a.ipynb. */
async function stop(served: Served): Promise<Repository> {
  const repository = await makeRepository({}, served.root);
  const { git, tryGit, commit } = repository;
  await commit('Start', { 'a.ipynb': BASE });
  await git('checkout', '--quiet', '-b', 'feature');
  await commit('Theirs', { 'a.ipynb': REMOTE });
  await git('checkout', '--quiet', 'main');
  await commit('Ours', { 'a.ipynb': LOCAL });
  expect((await tryGit('merge', 'feature')).code).toBe(1);
  return repository;
}

async function find(served: Served): Promise<MergeView> {
  const answer = await served.own('GET', 'api/v1/merge?path=a.ipynb');
  expect(answer.text).toContain('"fingerprint"');
  return mergeViewSchema.parse(answer.json());
}

/** The sources of the notebook at a.ipynb. */
function sources({ root }: Served): string[] {
  const text = readFileSync(join(root, 'a.ipynb'), 'utf8');
  const { cells } = JSON.parse(text) as { cells: { source: string[] | string }[] };
  return cells.map(({ source }) => (typeof source === 'string' ? source : source.join('')));
}

function conflictOf({ decisions }: MergeView): string {
  const conflicts = decisions.filter(({ conflict }) => conflict);
  expect(conflicts.length).toBe(1);
  return conflicts[0]?.id ?? '';
}

describe('a merge that git left to a person', () => {
  test('names the branches and asks for what both sides changed alone', async () => {
    const served = await serve();
    await stop(served);
    const view = await find(served);
    expect(view).toMatchObject({
      path: 'a.ipynb',
      origin: 'index',
      labels: { base: 'base', local: 'main', remote: 'feature' },
      status: 'conflict',
      conflicts: 1,
    });
    expect(view.cells.map(({ state }) => state)).toEqual(['conflict', 'merged']);
  });

  test('is written as it was decided, and git is left to the person', async () => {
    const served = await serve();
    const { git } = await stop(served);
    const marked = readFileSync(join(served.root, 'a.ipynb'), 'utf8');
    const before = await git('ls-files', '--stage');
    const view = await find(served);
    const answer = await served.own('POST', 'api/v1/merge', {
      path: 'a.ipynb',
      fingerprint: view.fingerprint,
      choices: { decisions: { [conflictOf(view)]: 'remote' }, sources: {} },
    });
    expect(answer.json()).toEqual({ path: 'a.ipynb', unresolved: 0 });
    expect(sources(served)).toEqual(['a = 100', 'b = 20']);
    expect(await git('ls-files', '--stage')).toBe(before);
    const found = await served.own('GET', 'api/v1/notebooks/by-path?path=a.ipynb');
    const { notebook } = found.json<{ notebook: { id: string } }>();
    const history = await served.own('GET', `api/v1/notebooks/${notebook.id}/history`);
    const [kept] = history.json<{ rows: { id: string }[] }>().rows;
    const bytes = await served.own('GET', `api/v1/snapshots/${kept?.id ?? ''}/notebook`);
    expect(bytes.text).toBe(marked);
  });

  test('counts what nobody decided, and is over once git is told', async () => {
    const served = await serve();
    const { git } = await stop(served);
    const { fingerprint } = await find(served);
    const body = { path: 'a.ipynb', fingerprint, choices: NO_CHOICES };
    const answer = await served.own('POST', 'api/v1/merge', body);
    expect(answer.json()).toMatchObject({ unresolved: 1 });
    expect(sources(served)[0]).toMatch(/^<{7}.*\na = 10\n={7}\na = 100\n>{7}/);
    await git('add', 'a.ipynb');
    expect((await served.own('GET', 'api/v1/merge?path=a.ipynb')).text).toBe('null');
  });

  test('is refused when the file has changed since it was shown', async () => {
    const served = await serve();
    await stop(served);
    const { fingerprint } = await find(served);
    await writeInto(served.root, 'a.ipynb', LOCAL);
    const body = { path: 'a.ipynb', fingerprint, choices: NO_CHOICES };
    const answer = await served.own('POST', 'api/v1/merge', body);
    expect([answer.status, answer.json()['code']]).toEqual([409, 'conflict']);
    expect(sources(served)).toEqual(['a = 10', 'b = 2']);
  });

  test('keeps no version of a notebook of which none are kept', async () => {
    const served = await serve();
    await stop(served);
    await writeInto(served.root, '.cellarignore', 'a.ipynb\n');
    const { fingerprint } = await find(served);
    await served.own('POST', 'api/v1/merge', { path: 'a.ipynb', fingerprint, choices: NO_CHOICES });
    const found = await served.own('GET', 'api/v1/notebooks/by-path?path=a.ipynb');
    expect(found.json()).toEqual({ notebook: null });
  });
});

describe('a file with markers', () => {
  test('has its sides rebuilt, without git', async () => {
    const served = await serve();
    const { git } = await stop(served);
    await git('add', 'a.ipynb');
    const view = await find(served);
    expect(view).toMatchObject({ origin: 'markers', labels: { local: 'HEAD', remote: 'feature' } });
    const decided = view.decisions
      .filter(({ conflict }) => conflict)
      .map(({ id }) => [id, 'local']);
    const answer = await served.own('POST', 'api/v1/merge', {
      path: 'a.ipynb',
      fingerprint: view.fingerprint,
      choices: { decisions: Object.fromEntries(decided) as object, sources: {} },
    });
    expect(answer.json()).toMatchObject({ unresolved: 0 });
    expect(sources(served)).toContain('a = 10');
  });

  test('is no merge where the markers stand in a source', async () => {
    const served = await serve();
    const marked = '<<<<<<< local\na\n=======\nb\n>>>>>>> remote';
    await writeInto(served.root, 'a.ipynb', notebookText([marked]));
    expect((await served.own('GET', 'api/v1/merge?path=a.ipynb')).text).toBe('null');
  });
});

test.each([
  ['a notebook without a conflict', 'a.ipynb'],
  ['a file that is not there', 'none.ipynb'],
])('%s waits for no merge, which is no error', async (_, path) => {
  const served = await serve();
  await writeInto(served.root, 'a.ipynb', BASE);
  const answer = await served.own('GET', `api/v1/merge?path=${path}`);
  expect([answer.status, answer.text]).toEqual([200, 'null']);
});

test('a path outside is refused', async () => {
  const served = await serve();
  const answer = await served.own('GET', 'api/v1/merge?path=..%2Fa.ipynb');
  expect([answer.status, answer.json()['code']]).toEqual([403, 'outside_workspace']);
});

test('gives the long values of a merge by their hash', async () => {
  const served = await serve();
  const printing = (text: string, times: number): string =>
    notebookText(['x']).replace(
      '"outputs": []',
      `"outputs": [{"output_type": "stream", "name": "stdout", "text": [${JSON.stringify(text.repeat(times))}]}]`,
    );
  const { git, tryGit, commit } = await makeRepository({}, served.root);
  await commit('Start', { 'a.ipynb': printing('a', 9000) });
  await git('checkout', '--quiet', '-b', 'feature');
  await commit('Theirs', { 'a.ipynb': printing('b', 9001) });
  await git('checkout', '--quiet', 'main');
  await commit('Ours', { 'a.ipynb': printing('c', 9002) });
  await tryGit('merge', 'feature');
  const { cells } = await find(served);
  const hash = cells[0]?.remote?.outputs[0]?.hash ?? '';
  const value = await served.own('GET', `api/v1/merge/values/${hash}?path=a.ipynb`);
  expect(value.text).toBe('b'.repeat(9001));
  const none = await served.own('GET', `api/v1/merge/values/${'0'.repeat(64)}?path=a.ipynb`);
  expect(none.status).toBe(404);
});
