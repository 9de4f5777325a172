import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';

import { expect, onTestFinished, test } from 'vitest';

import type { MergeView } from '../../../contract/merge.js';
import { CLIENT_HEADER } from '../../../contract/routes.js';
import { makeRepository } from '../checkout/repository.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { CELLAR, cellar, start } from './cellar.js';

const BASE = notebookText(['a = 1', 'b = 2']);
const LOCAL = notebookText(['a = 10', 'b = 2']);
const REMOTE = notebookText(['a = 100', 'b = 20']);

/** The tool as a browser sees it, from the address that it says. */
interface Tool {
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
  readonly process: ChildProcess;
  send(method: string, path: string, body?: object): Promise<Response>;
  view(): Promise<MergeView>;
  /** Saves, with every conflict decided for one side. */
  save(side: 'local' | 'remote' | undefined): Promise<Response>;
}

async function openTool(child: ChildProcess): Promise<Tool> {
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', () => {
      const url = /http:\S+/.exec(err)?.[0];
      if (url !== undefined) resolve(url);
    });
    void ended.then(() => reject(new Error(`the tool ended: ${err}`)));
  });
  return { ...(await logIn(address)), ended, process: child };
}

async function logIn(address: string): Promise<Pick<Tool, 'send' | 'view' | 'save'>> {
  const login = await fetch(address, { redirect: 'manual' });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const send: Tool['send'] = (method, path, body) =>
    fetch(new URL(path, address), {
      method,
      headers: { cookie, [CLIENT_HEADER]: '1', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const view = async (): Promise<MergeView> =>
    (await (await send('GET', 'api/v1/merge?path=')).json()) as MergeView;
  const save: Tool['save'] = async (side) => {
    const { path, fingerprint, decisions } = await view();
    const conflicts = decisions.filter(({ conflict }) => conflict && side !== undefined);
    const chosen = Object.fromEntries(conflicts.map(({ id }) => [id, side]));
    return send('POST', 'api/v1/merge', {
      path,
      fingerprint,
      choices: { decisions: chosen, sources: {} },
    });
  };
  return { send, view, save };
}

async function makeTriple(): Promise<string> {
  const folder = await makeFolder();
  await writeInto(folder, 'base.ipynb', BASE);
  await writeInto(folder, 'local.ipynb', LOCAL);
  await writeInto(folder, 'remote.ipynb', REMOTE);
  await writeInto(folder, 'out.ipynb', 'as it was');
  return folder;
}

const WORDS = ['merge', '--tool', '--no-browser', '--output', 'out.ipynb'];
const TRIPLE = ['base.ipynb', 'local.ipynb', 'remote.ipynb'];

function read(folder: string, path = 'out.ipynb'): string {
  return readFileSync(join(folder, path), 'utf8');
}

test('writes what the person decided and ends with 0', async () => {
  const folder = await makeTriple();
  const tool = await openTool(start(folder, [...WORDS, ...TRIPLE]));
  expect(await tool.view()).toMatchObject({ path: 'out.ipynb', origin: 'files', conflicts: 1 });
  const saved = await tool.save('remote');
  expect(await saved.json()).toEqual({ path: 'out.ipynb', unresolved: 0 });
  expect((await tool.ended).code).toBe(0);
  expect(read(folder)).toContain('a = 100');
  expect(read(folder)).not.toContain('<<<<<<<');
});

test('ends with 1 when conflicts are left, with the notebook written', async () => {
  const folder = await makeTriple();
  const tool = await openTool(start(folder, [...WORDS, ...TRIPLE]));
  expect(await (await tool.save(undefined)).json()).toMatchObject({ unresolved: 1 });
  expect((await tool.ended).code).toBe(1);
  expect(read(folder)).toContain('<<<<<<<');
});

test('gives the notebook to standard output where no file is named', async () => {
  const folder = await makeTriple();
  const tool = await openTool(start(folder, ['merge', '--tool', '--no-browser', ...TRIPLE]));
  await tool.save('local');
  const { code, out } = await tool.ended;
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ nbformat: 4 });
});

test.each<[string, (tool: Tool) => unknown]>([
  ['leaves', (tool) => tool.send('DELETE', 'api/v1/merge/tool')],
  ['presses Ctrl-C', (tool) => tool.process.kill('SIGINT')],
])('touches nothing and ends with 1 when the person %s', async (_, act) => {
  const folder = await makeTriple();
  const tool = await openTool(start(folder, [...WORDS, ...TRIPLE]));
  await act(tool);
  expect((await tool.ended).code).toBe(1);
  expect(read(folder)).toBe('as it was');
});

test('ends when its page was closed for good', async () => {
  const folder = await makeTriple();
  const tool = await openTool(start(folder, [...WORDS, ...TRIPLE]));
  const page = await tool.send('GET', 'events');
  expect(page.status).toBe(200);
  await page.body?.cancel();
  expect((await tool.ended).code).toBe(1);
  expect(read(folder)).toBe('as it was');
});

test('opens the browser that BROWSER names, by a link that works once', async () => {
  const folder = await makeTriple();
  await writeInto(folder, 'browser.sh', '#!/bin/sh\nprintf %s "$1" > opened\n');
  const browser = `sh ${join(folder, 'browser.sh')} %s`;
  const words = WORDS.filter((word) => word !== '--no-browser');
  const tool = await openTool(start(folder, [...words, ...TRIPLE], { BROWSER: browser }));
  await expect.poll(() => read(folder, 'opened')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/login/);
  const again = await logIn(read(folder, 'opened'));
  expect((await again.send('GET', 'api/v1/merge?path=')).status).toBe(401);
  expect((await fetch(new URL('/api/v1/merge?path=', read(folder, 'opened')))).status).toBe(401);
  await tool.send('DELETE', 'api/v1/merge/tool');
  await tool.ended;
});

test('resolves a file with markers in its place', async () => {
  const folder = await makeFolder();
  const { git, tryGit, commit } = await makeRepository();
  await commit('Start', { 'a.ipynb': BASE });
  await git('checkout', '--quiet', '-b', 'feature');
  const theirs = await commit('Theirs', { 'a.ipynb': REMOTE });
  await git('checkout', '--quiet', 'main');
  await commit('Ours', { 'a.ipynb': LOCAL });
  const { out } = await tryGit('merge-tree', '--write-tree', 'main', theirs);
  const marked = await git('show', `${out.split('\n')[0] ?? ''}:a.ipynb`);
  await writeInto(folder, 'a.ipynb', marked);
  const tool = await openTool(start(folder, ['merge', '--tool', '--no-browser', 'a.ipynb']));
  expect(await tool.view()).toMatchObject({ origin: 'markers', labels: { local: 'main' } });
  await tool.save('remote');
  expect((await tool.ended).code).toBe(0);
  expect(read(folder, 'a.ipynb')).toContain('a = 100');
});

test('works as git mergetool', async () => {
  const { folder, git, tryGit, commit } = await makeRepository();
  await commit('Start', { 'a.ipynb': BASE });
  await git('checkout', '--quiet', '-b', 'feature');
  await commit('Theirs', { 'a.ipynb': REMOTE });
  await git('checkout', '--quiet', 'main');
  await commit('Ours', { 'a.ipynb': LOCAL });
  expect((await tryGit('merge', 'feature')).code).toBe(1);
  const program = `"${process.execPath}" "${CELLAR}"`;
  const words = 'merge --tool --output "$MERGED" "$BASE" "$LOCAL" "$REMOTE"';
  await git('config', 'mergetool.cellar.cmd', `${program} ${words}`);
  await git('config', 'mergetool.cellar.trustExitCode', 'true');
  await writeInto(folder, 'browser.sh', '#!/bin/sh\nprintf %s "$1" > opened\n');
  // git waits for the tool, and the tool for the person.
  const browser = `sh ${join(folder, 'browser.sh')}`;
  const { tryGit: tryWith } = await reuse(folder, { BROWSER: browser });
  const merging = tryWith('mergetool', '--no-prompt', '--tool', 'cellar', 'a.ipynb');
  await expect.poll(() => read(folder, 'opened'), { timeout: 20_000 }).toContain('http');
  const tool = await logIn(read(folder, 'opened'));
  expect((await tool.view()).labels).toEqual({ base: 'base', local: 'main', remote: 'feature' });
  await tool.save('remote');
  expect((await merging).code).toBe(0);
  expect(read(folder, 'a.ipynb')).toContain('a = 100');
  expect(await git('ls-files', '--unmerged')).toBe('');
});

test.each([
  ['a file without a conflict', ['base.ipynb'], 'not_found'],
  ['a file that is not there', ['base.ipynb', 'local.ipynb', 'none.ipynb'], 'not_found'],
  ['two files', ['base.ipynb', 'local.ipynb'], 'bad_request'],
])('refuses %s before it opens anything', async (_, files, code) => {
  const folder = await makeTriple();
  const ended = await cellar(folder, ['merge', '--tool', '--json', ...files]);
  expect(ended.code).toBe(2);
  expect(ended.json()).toMatchObject({ status: 'error', code });
});

function reuse(
  folder: string,
  environment: Readonly<Record<string, string>>,
): ReturnType<typeof makeRepository> {
  return makeRepository(environment, folder);
}
