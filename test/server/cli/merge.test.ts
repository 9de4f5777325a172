import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, symlinkSync, lstatSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { mergeResultSchema } from '../../../contract/merge.js';
import { formatJson } from '../../../server/notebook/json.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { wordsOf } from '../notebook/merge-notation.js';
import { cellsOf, notebookOf } from '../notebook/notation.js';
import { makeRepository } from '../checkout/repository.js';
import { makeFolder, writeInto } from '../scratch.js';
import { cellar } from './cellar.js';

/** A folder with base.ipynb, local.ipynb and remote.ipynb as in "base / local / remote". */
async function makeThree(line: string): Promise<string> {
  const root = await makeFolder();
  const sides = line.split(' / ');
  for (const [n, name] of ['base', 'local', 'remote'].entries())
    await writeInto(root, `${name}.ipynb`, formatJson(notebookOf(cellsOf(sides[n] ?? '')).raw));
  return root;
}

const THREE = ['merge', 'base.ipynb', 'local.ipynb', 'remote.ipynb'];

function wordsIn(bytes: Uint8Array | string): string {
  return wordsOf(
    parseNotebook(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes).raw,
  );
}

describe('cellar merge', () => {
  test('gives the merged notebook, and words apart from it', async () => {
    const root = await makeThree("#a:A | #b:B / #a:A' | #b:B / #a:A | #b:B'");
    const { code, out, err } = await cellar(root, THREE);
    expect([code, wordsIn(out), err]).toEqual([0, "A' | B'", 'merged\n']);
  });

  test('ends with 1 for conflicts, and gives a notebook all the same', async () => {
    const root = await makeThree('#a:x = 1 / #a:x = 2 / #a:x = 3');
    const { code, out, err } = await cellar(root, THREE);
    expect([code, wordsIn(out)]).toEqual([1, '<<<<<<< local⏎x = 2⏎=======⏎x = 3⏎>>>>>>> remote']);
    expect(err).toContain('conflict in cell 1: its source: local "x = 2", remote "x = 3"');
  });

  test('writes the notebook to a file in one step, keeping its mode and what links to it', async () => {
    const root = await makeThree('#a:x = 1 / #a:x = 2 / #a:x = 3');
    await writeInto(root, 'old.ipynb', 'old');
    chmodSync(join(root, 'old.ipynb'), 0o660);
    symlinkSync('old.ipynb', join(root, 'link.ipynb'));
    const { code, out } = await cellar(root, [...THREE, '--output', 'link.ipynb']);
    expect(code).toBe(1);
    expect(out).toMatch(/merged with 1 conflict\n$/);
    expect(lstatSync(join(root, 'link.ipynb')).isSymbolicLink()).toBe(true);
    expect(statSync(join(root, 'old.ipynb')).mode & 0o777).toBe(0o660);
    expect(wordsIn(readFileSync(join(root, 'old.ipynb')))).toContain('<<<<<<< local');
  });

  test('keeps the bytes of the side that the merge comes to', async () => {
    const root = await makeThree('#a:A / #a:A / #a:A');
    const odd = formatJson(notebookOf(cellsOf("#a:A'")).raw).replace(/^ +/gm, (indent) =>
      indent.repeat(3),
    );
    await writeInto(root, 'remote.ipynb', odd);
    expect((await cellar(root, THREE)).out).toBe(odd);
  });

  test('prints one JSON object with the notebook, or without it when that went to a file', async () => {
    const root = await makeThree('#a:A => 1 / #a:A => 2 / #a:A => 3');
    const whole = await cellar(root, [...THREE, '--format', 'json']);
    expect(whole.code).toBe(1);
    const result = mergeResultSchema.parse(whole.json());
    expect(result).toMatchObject({ status: 'conflict', conflicts: 1, notebook: { nbformat: 4 } });
    expect(result.decisions).toMatchObject([
      { about: 'outputs', reason: 'both_ran', take: 'local', merged: 0 },
    ]);
    const written = await cellar(root, [...THREE, '--format', 'json', '--output', 'out.ipynb']);
    expect(written.json()).not.toHaveProperty('notebook');
    expect(wordsIn(readFileSync(join(root, 'out.ipynb')))).toBe('A => 2');
  });

  test('prints JSON that any parser reads where the notebook holds NaN, and keeps it in a file', async () => {
    const root = await makeThree('#a:A / #a:A / #a:A');
    const odd = formatJson(notebookOf(cellsOf('#a:A'), { n: [1, 2.5], low: 1 }).raw)
      .replace('2.5', 'NaN')
      .replace('"low": 1', '"low": -Infinity');
    await writeInto(root, 'remote.ipynb', odd);
    const { out } = await cellar(root, [...THREE, '--format', 'json']);
    const { notebook } = JSON.parse(out) as { notebook: { metadata: unknown } };
    expect(notebook.metadata).toEqual({ n: [1, null], low: null });
    await cellar(root, [...THREE, '--format', 'json', '--output', 'out.ipynb']);
    expect(readFileSync(join(root, 'out.ipynb'), 'utf8')).toBe(odd);
  });

  test('takes an empty base for two notebooks that were both added', async () => {
    const root = await makeThree('#x:A / #a:A | #b:B / #a:A | #c:C');
    await writeInto(root, 'base.ipynb', '');
    const { code, out } = await cellar(root, THREE);
    expect([code, wordsIn(out)]).toEqual([0, 'A | B | C']);
  });

  test.each([
    ['base', '{'],
    ['local', '[]'],
    ['remote', ''],
  ])('names the side that is at fault: %s', async (side, text) => {
    const root = await makeThree('A / A / A');
    await writeInto(root, `${side}.ipynb`, text);
    const { code, err, ...ended } = await cellar(root, [...THREE, '--format', 'json']);
    expect(code).toBe(2);
    expect(ended.json()).toMatchObject({ status: 'error', side });
    expect(err).toContain(`${side}.ipynb`);
  });

  test('refuses a wrong call', async () => {
    const root = await makeThree('A / A / A');
    expect((await cellar(root, THREE.slice(0, 3))).code).toBe(2);
    expect((await cellar(root, [...THREE, '--format', 'html'])).code).toBe(2);
    const missing = await cellar(root, [
      'merge',
      'base.ipynb',
      'none.ipynb',
      'remote.ipynb',
      '--format',
      'json',
    ]);
    expect(missing.json()).toMatchObject({ code: 'not_found', side: 'local' });
  });
});

describe('cellar merge --repair', () => {
  async function makeConflicted(line: string): Promise<string> {
    const root = await makeThree(line);
    const text = () =>
      execFileSync(
        'git',
        ['merge-file', '-p', '-q', '--diff3', 'local.ipynb', 'base.ipynb', 'remote.ipynb'],
        { cwd: root },
      );
    expect(text).toThrow();
    try {
      text();
    } catch (error) {
      if (error instanceof Error && 'stdout' in error)
        await writeInto(root, 'n.ipynb', error.stdout as Buffer);
    }
    return root;
  }

  test('rebuilds both sides and merges them in place', async () => {
    const root = await makeConflicted('#a:A | #b:B / #a:A | #c:C | #b:B / #a:A | #d:D | #b:B');
    const { code, out } = await cellar(root, ['merge', '--repair', 'n.ipynb']);
    expect(code).toBe(0);
    expect(out).toBe(
      'local is local.ipynb, remote is remote.ipynb, over base base.ipynb\nmerged\n',
    );
    expect(wordsIn(readFileSync(join(root, 'n.ipynb')))).toBe('A | C | D | B');
  });

  test('writes elsewhere when asked to, and says what conflicts', async () => {
    const root = await makeConflicted('#a:A => 1 / #a:A => 2 / #a:A => 3');
    const before = readFileSync(join(root, 'n.ipynb'), 'utf8');
    const { code, ...ended } = await cellar(root, [
      'merge',
      '--repair',
      'n.ipynb',
      '--output',
      'o.ipynb',
      '--format',
      'json',
    ]);
    expect(code).toBe(1);
    expect(ended.json()).toMatchObject({ status: 'conflict', conflicts: 1 });
    expect(readFileSync(join(root, 'n.ipynb'), 'utf8')).toBe(before);
    expect(wordsIn(readFileSync(join(root, 'o.ipynb')))).toBe('A => 2');
  });

  /** A merge that stopped, with markers that tell no base. */
  async function stop(): Promise<string> {
    const root = await makeFolder();
    const text = (line: string) => formatJson(notebookOf(cellsOf(line)).raw);
    const { git, tryGit, commit } = await makeRepository({}, root);
    await commit('Start', { 'n.ipynb': text('#a:x = 1⏎y = 1 | #b:B') });
    await git('checkout', '--quiet', '-b', 'feature');
    await commit('Theirs', { 'n.ipynb': text('#a:x = 1⏎y = 2 | #b:B') });
    await git('checkout', '--quiet', 'main');
    await commit('Ours', { 'n.ipynb': text('#a:x = 2⏎y = 1 | #b:B') });
    expect((await tryGit('-c', 'merge.conflictStyle=merge', 'merge', 'feature')).code).toBe(1);
    return root;
  }

  test("takes base of git's index where the markers tell none", async () => {
    const root = await stop();
    const { code, out } = await cellar(root, ['merge', '--repair', 'n.ipynb']);
    expect([code, out]).toEqual([
      0,
      "local is HEAD, remote is feature, over base of git's index\nmerged\n",
    ]);
    expect(wordsIn(readFileSync(join(root, 'n.ipynb')))).toBe('x = 2⏎y = 2 | B');
  });

  test('keeps what was edited in the file since git stopped', async () => {
    const root = await stop();
    const file = readFileSync(join(root, 'n.ipynb'), 'utf8');
    const [last = ''] = notebookOf(cellsOf('B')).cells.map(({ source }) => source.split('\n')[5]);
    await writeInto(root, 'n.ipynb', file.replace(last, 'edited()'));
    const { code } = await cellar(root, ['merge', '--repair', 'n.ipynb']);
    expect(code).toBe(0);
    expect(wordsIn(readFileSync(join(root, 'n.ipynb')))).toMatch(/^x = 2⏎y = 2 \| .*edited\(\)$/);
  });

  test('leaves a file alone that has no markers', async () => {
    const root = await makeThree('A / A / A');
    const { code, ...ended } = await cellar(root, [
      'merge',
      '--repair',
      'base.ipynb',
      '--format',
      'json',
    ]);
    expect([code, ended.json()]).toEqual([
      2,
      expect.objectContaining({ status: 'error', code: 'bad_request', path: 'base.ipynb' }),
    ]);
  });
});
