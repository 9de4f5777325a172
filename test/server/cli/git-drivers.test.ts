import { chmod, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { makeRepository, type Repository } from '../checkout/repository.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar } from './cellar.js';

type Source = readonly string[];

const BASE: Source = [
  'import math\nimport os',
  'trees = 1',
  'def fit(n):\n    return n * 2',
  'fit(trees)',
];

function changed(at: number, source: string): string {
  return notebookText(BASE.map((each, i) => (i === at ? source : each)));
}

/** The notebook with one output and a count that each run makes anew. */
function ran(count: number, address: string): string {
  const notebook = JSON.parse(notebookText(BASE)) as { cells: Record<string, unknown>[] };
  Object.assign(notebook.cells[3] ?? {}, {
    execution_count: count,
    metadata: { ExecuteTime: { start_time: String(count) } },
    outputs: [{ output_type: 'stream', name: 'stdout', text: `<Model at ${address}>\nacc 0.8\n` }],
  });
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}

async function installed(...words: readonly string[]): Promise<Repository> {
  const repository = await makeRepository();
  await repository.commit('base', { 'train.ipynb': notebookText(BASE) });
  const done = await cellar(repository.folder, ['git-install', ...words]);
  expect([done.code, done.err]).toEqual([0, '']);
  await repository.git('add', '.gitattributes');
  await repository.git('commit', '--quiet', '-m', 'attributes');
  return repository;
}

async function sourcesOf(folder: string, path = 'train.ipynb'): Promise<string[]> {
  const text = await readFile(join(folder, path), 'utf8');
  const { cells } = JSON.parse(text) as { cells: { source: string | string[] }[] };
  return cells.map(({ source }) => (typeof source === 'string' ? source : source.join('')));
}

/** Two branches from one base; the second is checked out. */
async function diverged(local: string, remote: string): Promise<Repository> {
  const repository = await installed();
  const { git, commit } = repository;
  await git('checkout', '--quiet', '-b', 'side');
  await commit('remote', { 'train.ipynb': remote });
  await git('checkout', '--quiet', 'main');
  await commit('local', { 'train.ipynb': local });
  return repository;
}

const [LEFT, RIGHT] = [changed(1, 'trees = 60'), changed(2, 'def fit(n):\n    return n * 3')];
const BOTH = BASE.map((each, i) =>
  i === 1 ? 'trees = 60' : i === 2 ? 'def fit(n):\n    return n * 3' : each,
);
const OTHER = changed(1, 'trees = 7');

describe('git with the drivers', () => {
  test('git diff shows a notebook by its cells, and nothing of a run that changed nothing', async () => {
    const { folder, git, commit } = await installed();
    await writeInto(folder, 'train.ipynb', LEFT);
    const shown = await git('diff');
    expect(shown).toContain('══ train.ipynb\n1 modified\n');
    expect(shown).toContain('- trees = 1\n+ trees = 60\n');
    expect(shown).not.toContain('cell_type');
    expect(await git('diff', '--cached')).toBe('');
    expect(await git('-c', 'color.diff=always', 'diff')).toContain('\u001b[33m── ~ modified [2]');
    await commit('ran', { 'train.ipynb': ran(1, '0x7f0000000001') });
    await writeInto(folder, 'train.ipynb', ran(2, '0x7f0000000002'));
    expect(await git('diff')).toContain('no changes\n\nnot shown: 1 address');
  });

  test('git diff shows notebooks that come, go, are renamed, or are none', async () => {
    const { folder, git } = await installed();
    await git('mv', 'train.ipynb', 'fit.ipynb');
    await writeInto(folder, 'fit.ipynb', LEFT);
    await writeInto(folder, 'new.ipynb', notebookText(['x = 1']));
    await git('add', '.');
    const shown = await git('diff', '--cached', '-M');
    expect(shown).toContain('══ train.ipynb → fit.ipynb\n');
    expect(shown).toContain('+ trees = 60');
    expect(shown).toContain('══ new.ipynb\n1 added\n');
    await git('commit', '--quiet', '-m', 'x');
    await writeInto(folder, 'new.ipynb', '{"cells": \u001b[2J\n');
    const broken = await git('diff');
    expect(broken).toMatch(/new.ipynb is not JSON/);
    expect(broken).toContain('+{"cells": <U+001B>[2J');
    await rm(join(folder, 'new.ipynb'));
    expect(await git('diff')).toContain('══ new.ipynb\n1 deleted\n');
  });

  test('git log -p, git show and a diff of branches by text show the line that changed, alone', async () => {
    const { git, commit } = await installed();
    await commit('run', { 'train.ipynb': ran(1, '0x7f0000000001') });
    await git('branch', 'before');
    await commit('again', { 'train.ipynb': ran(2, '0x7f0000000002') });
    const lines = (text: string) => text.split('\n').filter((line) => /^[-+](?![-+])/.test(line));
    expect(lines(await git('show', 'HEAD'))).toEqual([]);
    await commit('edit', {
      'train.ipynb': ran(2, '0x7f0000000002').replace('trees = 1', 'trees = 60'),
    });
    expect(lines(await git('show', 'HEAD'))).toEqual(['-trees = 1', '+trees = 60']);
    expect(lines(await git('log', '-p', 'before..HEAD'))).toEqual(['-trees = 1', '+trees = 60']);
    expect(lines(await git('diff', '--no-ext-diff', 'before', 'main'))).toEqual([
      '-trees = 1',
      '+trees = 60',
    ]);
    expect(await git('diff', 'before...main')).toContain('- trees = 1\n+ trees = 60\n');
    expect(await git('for-each-ref', 'refs/notes/textconv')).toContain(
      'refs/notes/textconv/cellar',
    );
  });

  test.each([
    ['merge', (git: Repository['git']) => git('merge', '--quiet', '--no-edit', 'side')],
    ['rebase', (git: Repository['git']) => git('rebase', '--quiet', 'side')],
    ['cherry-pick', (git: Repository['git']) => git('cherry-pick', 'side')],
  ])('git %s joins edits of different cells', async (_, work) => {
    const { folder, git } = await diverged(LEFT, RIGHT);
    await work(git);
    expect(await sourcesOf(folder)).toEqual(BOTH);
    expect(await git('status', '--porcelain')).toBe('');
  });

  test('git stash pop joins edits of different cells', async () => {
    const { folder, git, commit } = await installed();
    await writeInto(folder, 'train.ipynb', LEFT);
    await git('stash');
    await commit('other', { 'train.ipynb': RIGHT });
    await git('stash', 'pop');
    expect(await sourcesOf(folder)).toEqual(BOTH);
  });

  test('a conflict leaves a valid notebook, all three sides in the index, and words', async () => {
    const { folder, git, tryGit } = await diverged(LEFT, OTHER);
    const ended = await tryGit('merge', '--no-edit', 'side');
    expect(ended.code).toBe(1);
    expect(ended.out + ended.err).toContain('git mergetool --tool cellar');
    expect((await sourcesOf(folder))[1]).toMatch(/trees = 60[^]*trees = 7/);
    expect(await git('ls-files', '--unmerged')).toMatch(/ 1\t.* 2\t.* 3\t/s);
    expect(await git('diff')).toContain('train.ipynb');
    const stages = await cellar(folder, ['diff', '--git', ':2:train.ipynb', ':3:train.ipynb']);
    expect(stages.out).toContain('- trees = 60\n+ trees = 7\n');
  });

  test('a conflict in rebase stops it, and it goes on once it is decided', async () => {
    const { folder, git, tryGit } = await diverged(LEFT, OTHER);
    expect((await tryGit('rebase', 'side')).code).toBe(1);
    await writeInto(folder, 'train.ipynb', changed(1, 'trees = 8'));
    await git('add', 'train.ipynb');
    await git('rebase', '--continue');
    expect((await sourcesOf(folder))[1]).toBe('trees = 8');
  });

  test('what is no notebook is merged as text, as without Cellar', async () => {
    const { folder, tryGit } = await diverged('{ "a": 1,\n', '{ "a": 2,\n');
    const ended = await tryGit('merge', '--no-edit', 'side');
    expect(ended.code).toBe(1);
    expect(await readFile(join(folder, 'train.ipynb'), 'utf8')).toMatch(
      /<<<<<<< ours[^]*>>>>>>> theirs/,
    );
  });

  test('git mergetool asks the command of cellar and takes its answer', async () => {
    const { folder, git, tryGit } = await diverged(LEFT, OTHER);
    await tryGit('merge', '--no-edit', 'side');
    const cmd = await git('config', 'mergetool.cellar.cmd');
    expect(cmd).toMatch(/ merge --tool --output="\$MERGED" -- "\$BASE" "\$LOCAL" "\$REMOTE"\n$/);
    // A person would decide in the browser; here the remote side is taken by a script in its place.
    await git('config', 'mergetool.cellar.cmd', 'cp "$REMOTE" "$MERGED"');
    await git('mergetool', '--no-prompt', '--tool', 'cellar');
    expect((await sourcesOf(folder))[1]).toBe('trees = 7');
    expect(await git('ls-files', '--unmerged')).toBe('');
  });

  test('a name that begins with a dash is a name for every driver', async () => {
    const { folder, git, commit } = await installed();
    await commit('dash', { '--root.ipynb': notebookText(BASE) });
    await git('checkout', '--quiet', '-b', 'side');
    await commit('remote', { '--root.ipynb': LEFT });
    await git('checkout', '--quiet', 'main');
    await writeInto(folder, '--root.ipynb', RIGHT);
    expect(await git('diff')).toContain('══ --root.ipynb\n1 modified\n');
    expect(await git('diff', '--no-ext-diff')).toContain('\n+    return n * 3\n');
    expect(await git('difftool', '--no-prompt', '--tool', 'cellar')).toContain('return n * 3');
    await commit('local', {});
    await git('merge', '--quiet', '--no-edit', 'side');
    expect(await sourcesOf(folder, '--root.ipynb')).toEqual(BOTH);
  });

  test('git difftool shows the same by the command', async () => {
    const { folder, git } = await installed();
    await writeInto(folder, 'train.ipynb', LEFT);
    expect(await git('difftool', '--no-prompt', '--tool', 'cellar')).toContain('+ trees = 60');
  });

  test('with --clean, counts are not committed, and a run alone is no change', async () => {
    const { folder, git, commit } = await installed('--clean');
    await commit('ran', { 'train.ipynb': ran(1, '0x7f0000000001') });
    expect(await git('show', 'HEAD:train.ipynb')).not.toContain('"execution_count": 1');
    await writeInto(folder, 'train.ipynb', ran(2, '0x7f0000000001'));
    expect(await git('diff')).toBe('');
    await git('add', '.');
    expect(await git('status', '--porcelain')).toBe('');
  });

  test('with --strip outputs, no output is committed nor shown', async () => {
    const { folder, git, commit } = await installed('--strip', 'outputs,counts');
    await commit('ran', { 'train.ipynb': ran(1, '0x7f0000000001') });
    expect(await git('show', 'HEAD:train.ipynb')).not.toContain('acc 0.8');
    await writeInto(folder, 'train.ipynb', ran(2, '0x1').replace('trees = 1', 'trees = 2'));
    const shown = await git('diff');
    expect(shown).toContain('+ trees = 2');
    expect(shown).not.toContain('acc');
  });
});

describe('git-install', () => {
  const FILES: [string, string | undefined][] = [
    ['no attributes file', undefined],
    ['an empty one', ''],
    ['one with lines', '* text=auto\n# keep\n*.csv -text\n'],
    ['one without a newline at its end', '*.csv -text'],
    ['one with CRLF', '*.csv -text\r\n*.md text\r\n'],
    ['one with CRLF and no end', '*.csv -text\r\n*.md text'],
  ];

  test.each(FILES)('and git-uninstall leave every byte as it was: %s', async (_, attributes) => {
    const { folder, git } = await makeRepository();
    await git('config', 'user.signingkey', 'a "quoted" ; key');
    if (attributes !== undefined) await writeInto(folder, '.gitattributes', attributes);
    const config = join(folder, '.git/config');
    const before = await readFile(config);
    const first = await cellar(folder, ['git-install', '--json']);
    expect(first.json()).toMatchObject({ status: 'ok', changed: true, notes: [] });
    const there = await readFile(config, 'utf8');
    expect((await cellar(folder, ['git-install'])).out).toBe('Installed already.\n');
    expect(await readFile(config, 'utf8')).toBe(there);
    await cellar(folder, ['git-install', '--clean']);
    expect(await git('config', 'filter.cellar.clean')).toContain(' clean --strip counts,metadata');
    expect((await cellar(folder, ['git-uninstall'])).code).toBe(0);
    expect(await readFile(config)).toEqual(before);
    const place = join(folder, '.gitattributes');
    expect(existsSync(place) ? await readFile(place, 'utf8') : undefined).toBe(attributes);
    expect((await cellar(folder, ['git-uninstall'])).out).toContain('Nothing of Cellar');
  });

  test('removes no setting and no line of anyone else, also between and within its own', async () => {
    const { folder, git } = await makeRepository();
    await writeInto(folder, '.gitattributes', '*.ipynb diff=jupyternotebook\n');
    await git('config', 'diff.cellar.command', 'mine');
    const { notes } = (await cellar(folder, ['git-install', '--json'])).json<{ notes: string[] }>();
    expect(notes).toEqual([
      'diff.cellar.command was mine',
      expect.stringContaining('"*.ipynb diff=jupyternotebook" stays') as string,
    ]);
    await git('config', 'diff.cellar.xfuncname', '^==');
    await git('config', 'diff.other.command', 'x');
    await writeInto(
      folder,
      '.gitattributes',
      `${await readFile(join(folder, '.gitattributes'), 'utf8')}*.csv -text\n`,
    );
    await cellar(folder, ['git-uninstall']);
    expect(await git('config', '--get-regexp', 'cellar|other')).toBe(
      'diff.cellar.xfuncname ^==\ndiff.other.command x\n',
    );
    expect(await readFile(join(folder, '.gitattributes'), 'utf8')).toBe(
      '*.ipynb diff=jupyternotebook\n*.csv -text\n',
    );
  });

  test('--global writes where git reads, follows a link, and takes away what it made', async () => {
    const home = await makeFolder();
    const { folder } = await makeRepository();
    const environment = { HOME: home, XDG_CONFIG_HOME: '', GIT_CONFIG_GLOBAL: '' };
    await cellar(folder, ['git-install', '--global'], environment);
    const attributes = join(home, '.config/git/attributes');
    expect(await readFile(attributes, 'utf8')).toBe('*.ipynb diff=cellar merge=cellar\n');
    const repository = await makeRepository({ HOME: home });
    await repository.commit('one', { 'a.ipynb': notebookText(['x = 1']) });
    await writeInto(repository.folder, 'a.ipynb', notebookText(['x = 2']));
    expect(await repository.git('diff')).toContain('- x = 1\n+ x = 2\n');
    await cellar(folder, ['git-uninstall', '--global'], environment);
    expect(existsSync(attributes) || existsSync(join(home, '.gitconfig'))).toBe(false);

    await mkdir(join(home, 'dots'));
    await writeInto(home, 'dots/config', '[user]\n\tname = Ada');
    await chmod(join(home, 'dots/config'), 0o600);
    await symlink(join(home, 'dots/config'), join(home, '.gitconfig'));
    await cellar(folder, ['git-install', '--global'], environment);
    expect(await readFile(join(home, 'dots/config'), 'utf8')).toContain('[merge "cellar"]');
    await cellar(folder, ['git-uninstall', '--global'], environment);
    expect(await readFile(join(home, '.gitconfig'), 'utf8')).toBe('[user]\n\tname = Ada');
  });

  test('is refused outside of a repository, and while git changes its configuration', async () => {
    const outside = await cellar(await makeFolder(), ['git-install', '--json']);
    expect([outside.code, outside.json()]).toMatchObject([2, { code: 'not_found' }]);
    const { folder } = await makeRepository();
    await writeInto(folder, '.git/config.lock', '');
    const busy = await cellar(folder, ['git-install', '--json']);
    expect([busy.code, busy.json()]).toMatchObject([2, { code: 'store_busy' }]);
    expect(existsSync(join(folder, '.git/config.lock'))).toBe(true);
  });
});
