import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { diffFilesSchema } from '../../../contract/diff-files.js';
import { notebookDiffSchema } from '../../../contract/diff.js';
import { makeRepository } from '../checkout/repository.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, CELLAR } from './cellar.js';

const LONG = ['import numpy as np', 'a long enough cell = 1', 'another(of, them)'];

/** Two folders: one notebook edited, one renamed and edited, one new, one gone, one the same. */
async function makeFolders(): Promise<string> {
  const root = await makeFolder();
  await writeInto(root, 'old/a.ipynb', notebookText(['x = 1', 'y = 2']));
  await writeInto(root, 'new/a.ipynb', notebookText(['x = 1', 'y = 3']));
  await writeInto(root, 'old/in/b.ipynb', notebookText(LONG));
  await writeInto(root, 'new/in/c.ipynb', notebookText([...LONG, 'more']));
  await writeInto(root, 'old/gone.ipynb', notebookText(['g']));
  await writeInto(root, 'new/new.ipynb', notebookText(['n']));
  for (const side of ['old', 'new']) {
    await writeInto(root, `${side}/same.ipynb`, notebookText(['s']));
    await writeInto(root, `${side}/.ipynb_checkpoints/x.ipynb`, side);
  }
  return root;
}

describe('cellar diff of two folders', () => {
  test('pairs notebooks by path and by likeness, and lists what came and went', async () => {
    const root = await makeFolders();
    const shown = await cellar(root, ['diff', 'old', 'new', '--exit-code']);
    expect([shown.code, shown.err]).toEqual([1, '']);
    expect(shown.out.match(/^══ .*$/gm)).toEqual([
      '══ a.ipynb',
      '══ - gone.ipynb',
      '══ in/b.ipynb → in/c.ipynb, renamed',
      '══ + new.ipynb',
    ]);
    expect((await cellar(root, ['diff', 'old', 'old', '--exit-code'])).code).toBe(0);
  });

  test('as JSON is a list in which each has the form that it has alone', async () => {
    const root = await makeFolders();
    const words = ['diff', 'old', 'new', '--format', 'json'];
    const { files } = diffFilesSchema.parse((await cellar(root, words)).json());
    expect(files.map(({ path, change }) => `${change} ${path}`)).toEqual([
      'modified a.ipynb',
      'deleted gone.ipynb',
      'renamed in/c.ipynb',
      'added new.ipynb',
    ]);
    const alone = ['diff', 'old/a.ipynb', 'new/a.ipynb', '--format', 'json', '--patch'];
    const one = notebookDiffSchema.parse((await cellar(root, alone)).json());
    const { patch, ...rest } = one;
    expect(patch?.change?.op).toBe('object');
    expect(files[0]).toEqual({ ...rest, path: 'a.ipynb', change: 'modified' });
  });

  test('goes on where one cannot be read, and says so by exit code and name', async () => {
    const root = await makeFolders();
    await writeInto(root, 'old/bad.ipynb', '{');
    await writeInto(root, 'new/bad.ipynb', '{}');
    const text = await cellar(root, ['diff', 'old', 'new']);
    expect([text.code, text.err]).toEqual([2, expect.stringContaining('bad.ipynb is not JSON')]);
    expect(text.out).toContain('══ + new.ipynb');
    const json = (await cellar(root, ['diff', 'old', 'new', '--json'])).json();
    const parsed = diffFilesSchema.parse(json);
    expect(parsed).toMatchObject({ status: 'error', code: 'not_json', side: 'base' });
    expect(parsed.files).toHaveLength(5);
  });

  test('takes globs, and refuses a folder against a notebook', async () => {
    const root = await makeFolders();
    const shown = await cellar(root, ['diff', 'old/*.ipynb', 'new/*.ipynb', '--stat']);
    expect(shown.out).toBe(
      [
        ' a.ipynb    | 2 +-',
        ' gone.ipynb | 1 -',
        ' new.ipynb  | 1 +',
        ' 3 notebooks changed, 2 insertions(+), 2 deletions(-)',
        '',
      ].join('\n'),
    );
    const deep = await cellar(root, ['diff', 'old/**/b*', 'new/**/c*', '--stat']);
    expect(deep.out).toContain(' in/b.ipynb → in/c.ipynb | 1 +\n');
    const mixed = await cellar(root, ['diff', 'old', 'new/a.ipynb', '--json']);
    expect([mixed.code, mixed.json()]).toMatchObject([2, { code: 'bad_request' }]);
    const none = await cellar(root, ['diff', 'old/*.txt', 'new/*.txt', '--json']);
    expect([none.code, none.json()]).toMatchObject([2, { code: 'not_found' }]);
  });

  test('as one page has a section each, and loads nothing', async () => {
    const { out } = await cellar(await makeFolders(), ['diff', 'old', 'new', '--format', 'html']);
    expect(out.match(/<h2>[^<]*/g)).toHaveLength(4);
    expect(out.match(/<!doctype|<\/html>/g)).toHaveLength(2);
    expect(out).not.toMatch(/<script|https?:|url\(/);
  });
});

describe('cellar diff --git', () => {
  test('compares work tree, index and revisions as git diff does, in any folder of the repository', async () => {
    const { folder, commit, git } = await makeRepository();
    await commit('one', { 'a.ipynb': notebookText(['x = 1']), 'in/b.ipynb': notebookText(LONG) });
    await git('branch', 'side');
    await commit('two', { 'a.ipynb': notebookText(['x = 2']) });
    await writeInto(folder, 'a.ipynb', notebookText(['x = 3']));
    await git('add', '.');
    await writeInto(folder, 'in/b.ipynb', notebookText([...LONG, 'more']));
    const names = async (cwd: string, ...words: string[]): Promise<string[]> =>
      (await cellar(cwd, ['diff', '--git', ...words])).out.match(/^(══|[-+]) .*$/gm) ?? [];
    expect(await names(folder)).toEqual(['══ in/b.ipynb', '+ more']);
    expect(await names(folder, '--cached')).toEqual(['══ a.ipynb', '- x = 2', '+ x = 3']);
    expect(await names(folder, 'HEAD', '--', 'a.ipynb')).toEqual([
      '══ a.ipynb',
      '- x = 2',
      '+ x = 3',
    ]);
    expect(await names(folder, 'side', 'main')).toEqual(['══ a.ipynb', '- x = 1', '+ x = 2']);
    expect(await names(folder, 'side..main', 'a.ipynb')).toEqual([
      '══ a.ipynb',
      '- x = 1',
      '+ x = 2',
    ]);
    expect(await names(folder, 'main...side')).toEqual([]);
    expect(await names(join(folder, 'in'), 'HEAD', '--', '.')).toEqual(['══ in/b.ipynb', '+ more']);
    await rm(join(folder, 'a.ipynb'));
    expect(await names(folder, '--', 'a.ipynb')).toEqual(['══ - a.ipynb']);
    const bad = await cellar(folder, ['diff', '--git', 'nowhere', '--json']);
    expect([bad.code, bad.json()]).toMatchObject([2, { code: 'not_found' }]);
  });

  test('before the first commit the index is compared with nothing, and --cached alone means git', async () => {
    const { folder, git } = await makeRepository();
    await writeInto(folder, 'a.ipynb', notebookText(['x = 1']));
    await git('add', '.');
    for (const words of [['--git', '--cached'], ['--cached'], ['--staged']])
      expect((await cellar(folder, ['diff', ...words])).out).toBe('══ + a.ipynb\nadded, 1 cell\n');
  });

  test('--name-only gives the names of what differs, in every form of comparison', async () => {
    const { folder, git } = await makeRepository();
    await writeInto(folder, 'a.ipynb', notebookText(['x = 1']));
    await writeInto(folder, 'b.ipynb', notebookText(['x = 2']));
    await git('add', '.');
    const names = async (...words: string[]) =>
      (await cellar(folder, ['diff', '--name-only', ...words])).out;
    expect(await names('--cached')).toBe('a.ipynb\nb.ipynb\n');
    expect(await names('a.ipynb', 'b.ipynb')).toBe('b.ipynb\n');
    expect(await names('a.ipynb', 'a.ipynb')).toBe('');
  });

  test('says once that a folder is in no repository', async () => {
    const root = await makeFolder();
    const { code, err } = await cellar(root, ['diff', '--git']);
    expect([code, err]).toEqual([2, `cellar: ${root} is not inside a git repository.\n`]);
  });

  test('finds a rename, and takes a touched file for unchanged', async () => {
    const { folder, commit, git } = await makeRepository();
    await commit('one', { 'a.ipynb': notebookText(LONG), 'b.ipynb': notebookText(['b']) });
    await git('mv', 'a.ipynb', 'c.ipynb');
    await writeInto(folder, 'b.ipynb', notebookText(['b']));
    const { out, code } = await cellar(folder, ['diff', '--git', 'HEAD', '--exit-code']);
    expect([out, code]).toEqual(['══ a.ipynb → c.ipynb, renamed\nno changes\n', 1]);
  });
});

describe('what is shown', () => {
  async function shown(...words: string[]): Promise<string> {
    const root = await makeFolder();
    const cell = (source: string, count: number, text: string, tags: string[]) => ({
      ...{ cell_type: 'code', id: 'a', execution_count: count, source, metadata: { tags } },
      outputs: [{ output_type: 'stream', name: 'stdout', text }],
    });
    const text = (one: object) =>
      JSON.stringify({ cells: [one], metadata: {}, nbformat: 4, nbformat_minor: 5 });
    await writeInto(root, 'a.ipynb', text(cell('fit(trees=1)', 1, 'acc 1\n', ['x'])));
    await writeInto(root, 'b.ipynb', text(cell('fit(trees=2)', 2, 'acc 2\n', ['y'])));
    const { out, err, code } = await cellar(root, ['diff', 'a.ipynb', 'b.ipynb', ...words]);
    return code === 2 ? err : out;
  }

  test('can be one part alone, repeated or with commas', async () => {
    expect(await shown('--only', 'source')).toMatch(/trees=2(?![^]*acc)(?![^]*tags)/);
    expect(await shown('--only', 'outputs')).toMatch(
      /^1 modified · 1 output\n(?![^]*trees)[^]*acc 2/,
    );
    expect(await shown('--only', 'metadata')).toMatch(/tags(?![^]*acc)/);
    expect(await shown('--only', 'source,outputs')).toBe(
      await shown('--only', 'source', '--only', 'outputs'),
    );
    expect(await shown('--only', 'pictures')).toMatch(/--only takes source, outputs, metadata/);
  });

  test('has noise where it was asked for', async () => {
    expect(await shown()).toContain('not shown: 1 execution count\n');
    expect(await shown('--all')).toContain('execution count 1 → 2');
    expect(await shown('--show', 'execution_count')).toContain('execution count 1 → 2');
    expect(await shown('--show', 'everything')).toMatch(/--show takes all, /);
  });

  test('joins the words of a line, and is coloured when told to', async () => {
    expect(await shown('--word-diff')).toContain('  fit(trees=[-1-]{+2+})\n');
    expect(await shown('--word-diff', '--color', 'always')).toContain(
      '\u001b[31m[-1-]\u001b[0m\u001b[32m{+2+}\u001b[0m',
    );
    expect(await shown('--color', 'never')).not.toContain('\u001b');
    expect(await shown('--color', 'blue')).toMatch(/--color takes auto, always, never/);
  });
});

describe('on a terminal', () => {
  /** Runs the command on a terminal of its own, and gives what it printed there. */
  async function onTerminal(root: string, words: readonly string[], environment: object = {}) {
    const program =
      'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const env = {
      ...process.env,
      NO_COLOR: '',
      TERM: 'xterm',
      GIT_PAGER: undefined,
      ...environment,
    };
    const args = ['-c', program, process.execPath, CELLAR, ...words];
    const { stdout } = await promisify(execFile)('python3', args, { cwd: root, env });
    return stdout.replaceAll('\r\n', '\n');
  }

  test('the text goes through the pager that git would take, and outlives one that quits early', async () => {
    const root = await makeFolders();
    const words = ['diff', 'old/a.ipynb', 'new/a.ipynb'];
    const paged = await onTerminal(root, words, { GIT_PAGER: 'sed "s/^/paged $LESS /"' });
    expect(paged).toContain('paged FRX ');
    expect(paged).toContain('\u001b[33m');
    expect(await onTerminal(root, words, { GIT_PAGER: 'head -c 1 >/dev/null; echo quit' })).toBe(
      'quit\n',
    );
    expect(await onTerminal(root, words, { GIT_PAGER: 'no-such-pager' })).toContain('modified [2]');
    for (const pager of ['', 'cat'])
      expect(await onTerminal(root, words, { GIT_PAGER: pager })).toContain('modified [2]');
    const plain = await onTerminal(root, [...words, '--no-pager'], { GIT_PAGER: 'echo paged' });
    expect(plain).not.toContain('paged');
    expect(await onTerminal(root, words, { NO_COLOR: '1', GIT_PAGER: 'cat' })).not.toContain(
      '\u001b',
    );
  });

  test("a repository's own core.pager does not run, the person's does", async () => {
    const { folder, git } = await makeRepository();
    await writeInto(folder, 'a.ipynb', notebookText(['x']));
    await writeInto(folder, 'b.ipynb', notebookText(['y']));
    await writeInto(folder, 'home/.gitconfig', '[core]\n\tpager = "sed s/^/mine:/"\n');
    await git('config', 'core.pager', 'echo theirs');
    const environment = { HOME: join(folder, 'home'), PAGER: 'cat', GIT_CONFIG_GLOBAL: undefined };
    const text = await onTerminal(folder, ['diff', 'a.ipynb', 'b.ipynb'], environment);
    expect(text).toContain('mine:');
    expect(text).not.toContain('theirs');
  });
});
