import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { keyOf, notebookOf, stream } from '../notebook/secrets/samples.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, CELLAR } from './cellar.js';

import { type Kept, type Log } from './answers.js';

/** A notebook whose one output is a metrics bundle. */
function withBundle(bundle: object): string {
  const output = {
    output_type: 'display_data',
    metadata: {},
    data: { 'application/vnd.cellar.v1+json': bundle },
  };
  return notebookText(['train()']).replace(
    '"outputs": []',
    `"outputs": [${JSON.stringify(output)}]`,
  );
}

describe('the contract of the command', () => {
  test('snapshot, log, show, restore as scripts use them', async () => {
    const root = await makeFolder();
    await writeInto(
      root,
      'a.ipynb',
      withBundle({ metrics: { accuracy: 0.9, loss: 'NaN' }, params: { trees: 1 } }),
    );
    const first = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<Kept>();
    expect(first).toMatchObject({ notebook: 'a.ipynb', created: true });
    expect(first.id).toMatch(/^[0-9a-z]{26}$/);
    expect(first.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json()).toEqual({
      ...first,
      created: false,
    });

    await writeInto(root, 'a.ipynb', notebookText(['two']));
    const second = (
      await cellar(root, ['snapshot', 'a.ipynb', '-m', 'better', '--json'])
    ).json<Kept>();
    const { snapshots } = (await cellar(root, ['log', 'a.ipynb', '--json'])).json<Log>();
    expect(snapshots.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(snapshots[0]).toMatchObject({
      message: 'better',
      trigger: 'manual',
      clean: null,
      runs: [],
      artifacts: [],
    });
    expect(snapshots[1]?.runs).toMatchObject([
      { metrics: { accuracy: 0.9, loss: 'NaN' }, params: { trees: '1' } },
    ]);

    const shown = await cellar(root, ['show', first.id.slice(0, 24), '--notebook']);
    expect(shown.out).toBe(
      withBundle({ metrics: { accuracy: 0.9, loss: 'NaN' }, params: { trees: 1 } }),
    );
    const packages = await cellar(root, ['show', first.id, '--packages']);
    expect([packages.code, packages.out]).toEqual([2, '']);
    expect(packages.err).toContain(`What version ${first.id} ran on is not known`);
    const both = await cellar(root, ['show', first.id, '--notebook', '--json']);
    expect(both.json()).toMatchObject({ id: first.id, path: 'a.ipynb', content: shown.out });
    const restored = (await cellar(root, ['restore', first.id, '--json'])).json();
    expect(restored).toMatchObject({ status: 'ok', path: 'a.ipynb' });
    expect(readFileSync(join(root, 'a.ipynb'), 'utf8')).toBe(shown.out);
    const outside = join(await makeFolder(), 'copy.ipynb');
    await cellar(root, ['restore', second.id, '--output', outside]);
    expect(readFileSync(outside, 'utf8')).toBe(notebookText(['two']));
  });

  test('NOTEBOOK is absolute, or relative to the current folder, else to the root; --root stands before or after', async () => {
    const root = await makeFolder();
    const folder = join(root, 'sub');
    mkdirSync(folder);
    await cellar(root, ['init']);
    await writeInto(root, 'sub/a.ipynb', notebookText(['a']));
    await writeInto(root, 'top.ipynb', notebookText(['top = 1']));
    const named = async (cwd: string, ...args: string[]): Promise<string> =>
      (await cellar(cwd, [...args, '--json'])).json<Kept>().notebook;
    expect(await named(folder, 'snapshot', 'a.ipynb')).toBe('sub/a.ipynb');
    expect(await named(folder, 'snapshot', 'top.ipynb')).toBe('top.ipynb');
    expect(await named('/', 'snapshot', join(folder, 'a.ipynb'))).toBe('sub/a.ipynb');
    expect(await named('/', '--root', root, 'snapshot', 'sub/a.ipynb')).toBe('sub/a.ipynb');
    expect(await named('/', 'snapshot', '--root', root, 'sub/a.ipynb')).toBe('sub/a.ipynb');
  });

  test('an empty file is refused in words, and the history goes on past it', async () => {
    const root = await makeFolder();
    for (const text of [notebookText(['one']), '', notebookText(['two'])]) {
      await writeInto(root, 'a.ipynb', text);
      const done = await cellar(root, ['snapshot', 'a.ipynb']);
      if (text === '') expect([done.code, done.err]).toEqual([2, 'cellar: a.ipynb is empty.\n']);
      else expect(done.code).toBe(0);
    }
    const log = (await cellar(root, ['log', 'a.ipynb', '--json'])).json<Log>();
    expect(log.snapshots).toHaveLength(2);
  });

  test('the log tells versions of one minute apart', async () => {
    const root = await makeFolder();
    for (const source of ['one', 'two']) {
      await writeInto(root, 'a.ipynb', notebookText([source]));
      await cellar(root, ['snapshot', 'a.ipynb']);
    }
    const times = async (...more: string[]): Promise<readonly string[]> =>
      (await cellar(root, ['log', 'a.ipynb', ...more])).out.match(/ \d\d:\d\d(:\d\d)? /g) ?? [];
    const minutes = new Set((await times()).map((time) => time.slice(1, 6)));
    // Where a minute ended between the two they are apart without.
    if (minutes.size === 1)
      expect(await times()).toEqual(Array(2).fill(expect.stringMatching(/:\d\d:\d\d /)));
    expect(await times('-n', '1')).toEqual([expect.stringMatching(/^ \d\d:\d\d $/)]);
  });

  test('a message that is too long is refused with its length and the limit', async () => {
    const root = await makeFolder();
    await writeInto(root, 'a.ipynb', notebookText(['one']));
    const refused = await cellar(root, ['snapshot', 'a.ipynb', '-m', 'x'.repeat(5000), '--json']);
    expect([refused.code, refused.json()['message']]).toEqual([
      2,
      'The message has 5000 characters; at most 4096 are kept. Shorten it; nothing was kept.',
    ]);
    expect(existsSync(join(root, '.cellar'))).toBe(false);
    const kept = await cellar(root, ['snapshot', 'a.ipynb', '-m', 'x'.repeat(4096), '--json']);
    expect(kept.code).toBe(0);
  });

  test('the log knows the old and the new path of a notebook', async () => {
    const root = await makeFolder();
    await writeInto(root, 'old.ipynb', notebookText(['a = 1', 'b = 2']));
    await cellar(root, ['snapshot', 'old.ipynb']);
    renameSync(join(root, 'old.ipynb'), join(root, 'new.ipynb'));
    await cellar(root, ['snapshot', 'new.ipynb']);
    const [old, now] = await Promise.all(
      ['old.ipynb', 'new.ipynb'].map(async (name) =>
        (await cellar(root, ['log', name, '--json'])).json<Log>(),
      ),
    );
    expect(old).toEqual(now);
    expect(old?.snapshots).toHaveLength(1);
  });

  test('diff compares files, snapshots, a path in a snapshot, and revisions of git', async () => {
    const root = await makeFolder();
    await writeInto(root, 'a.ipynb', notebookText(['x = 1', 'y = 2']));
    const { id } = (await cellar(root, ['snapshot', 'a.ipynb', '--json'])).json<Kept>();
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', 'a.ipynb'], { cwd: root });
    execFileSync('git', ['-c', 'user.name=g', '-c', 'user.email=g', 'commit', '-qm', 'one'], {
      cwd: root,
    });
    await writeInto(root, 'a.ipynb', notebookText(['x = 1', 'y = 3']));
    for (const base of [id, `${id}:a.ipynb`]) {
      const found = await cellar(root, [
        'diff',
        base,
        'a.ipynb',
        '--format',
        'json',
        '--exit-code',
      ]);
      expect(found.code).toBe(1);
      expect(found.json()).toMatchObject({
        status: 'ok',
        cells: { unchanged: 1, modified: 1 },
        modified: [{ base: 1, head: 1, aspects: ['source'] }],
      });
    }
    for (const base of ['HEAD:a.ipynb', 'HEAD'])
      expect((await cellar(root, ['diff', '--git', base, 'a.ipynb', '--exit-code'])).code).toBe(1);
    expect((await cellar(root, ['diff', 'a.ipynb', 'a.ipynb', '--exit-code'])).code).toBe(0);
    const text = await cellar(root, ['diff', id, 'a.ipynb']);
    expect(text.out).toContain('y = 3');
    expect(text.out).not.toContain('\u001b[');
    const page = await cellar(root, ['diff', id, 'a.ipynb', '--format', 'html']);
    expect(page.out).toMatch(/^<!doctype html>/i);
    expect(page.out).not.toContain('<script');
  });

  test('snapshot --json says which secrets were found, and what was done about them', async () => {
    const root = await makeFolder();
    const token = `ghp_${keyOf(36)}`;
    await writeInto(root, 'a.ipynb', notebookOf('x', [stream(token)]).toString());
    const kept = await cellar(root, ['snapshot', 'a.ipynb', '--json']);
    expect(kept.json()).toMatchObject({
      created: true,
      warnings: [{ code: 'secret_redacted', secret: { rule: 'github-pat', action: 'redacted' } }],
    });
    expect(kept.out).not.toContain(token);
  });

  test.each<[string, readonly string[], string]>([
    ['no such command', ['frobnicate', '--json'], 'bad_request'],
    ['an unknown option', ['log', 'a.ipynb', '--frob', '--json'], 'bad_request'],
    ['no notebook', ['snapshot', '--json'], 'bad_request'],
    ['an empty notebook', ['snapshot', '', '--json'], 'bad_request'],
    ['an empty version', ['show', '', '--json'], 'bad_request'],
    ['an empty version to restore', ['restore', '', '--json'], 'bad_request'],
    ['what is no notebook', ['snapshot', 'x.txt', '--json'], 'not_a_notebook'],
    ['a notebook that is not there', ['snapshot', 'b.ipynb', '--json'], 'not_found'],
    ['a notebook outside', ['snapshot', '/etc/hostname', '--json'], 'outside_workspace'],
    ['no store', ['show', 'zzzz', '--json'], 'store_missing'],
    ['no store either', ['log', 'broken.ipynb', '--json'], 'store_missing'],
    ['a broken notebook', ['snapshot', 'broken.ipynb', '--json'], 'not_json'],
    ['a path in .git', ['snapshot', '.git/x.ipynb', '--json'], 'refused_path'],
  ])('%s: exit 2, one JSON object, words on stderr', async (_, args, code) => {
    const root = await makeFolder();
    await writeInto(root, 'broken.ipynb', '{"cells": [');
    for (const path of ['.git/x.ipynb', 'x.txt']) await writeInto(root, path, notebookText(['x']));
    const ended = await cellar(root, args);
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({ status: 'error', code });
    expect(ended.err).toMatch(/^cellar: /);
    // Reading, and failing, makes no store: only init, snapshot and serve do.
    if (code === 'store_missing') expect(existsSync(join(root, '.cellar'))).toBe(false);
  });

  test.each([
    ['base', ['broken.ipynb', 'good.ipynb']],
    ['head', ['good.ipynb', 'broken.ipynb']],
    ['head', ['good.ipynb', 'absent.ipynb']],
  ])('a diff that fails names the %s side', async (side, args) => {
    const root = await makeFolder();
    await writeInto(root, 'broken.ipynb', 'x');
    await writeInto(root, 'good.ipynb', notebookText(['x']));
    const ended = await cellar(root, ['diff', ...args, '--format', 'json']);
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({ status: 'error', side });
  });

  test.skipIf(process.platform === 'win32')('it is a program of its own, as npx runs it', () => {
    expect(execFileSync(CELLAR, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--help of all and of each, --version', async () => {
    const root = await makeFolder();
    expect((await cellar(root, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { out } = await cellar(root, ['--help']);
    const names = [...out.matchAll(/^ {2}(\w+) {2,}/gm)].map((match) => match[1] ?? '');
    expect(names).toEqual(
      expect.arrayContaining([
        'init',
        'snapshot',
        'log',
        'show',
        'diff',
        'restore',
        'reindex',
        'verify',
        'serve',
      ]),
    );
    for (const name of names)
      expect((await cellar(root, [name, '--help'])).out).toMatch(
        new RegExp(`^Usage: cellar ${name}`),
      );
  });

  test('reindex and verify say what they did; damage is exit 1', async () => {
    const root = await makeFolder();
    await writeInto(root, 'a.ipynb', notebookText(['a']));
    await cellar(root, ['snapshot', 'a.ipynb']);
    expect((await cellar(root, ['reindex', '--json'])).json()).toMatchObject({
      status: 'ok',
      snapshots: 1,
      notebooks: 1,
    });
    expect((await cellar(root, ['verify'])).code).toBe(0);
    const blob = execFileSync(
      'git',
      ['--git-dir', join(root, '.cellar/store.git'), 'rev-parse', 'main:a.ipynb'],
      { encoding: 'utf8' },
    ).trim();
    const object = join(root, '.cellar/store.git/objects', blob.slice(0, 2), blob.slice(2));
    chmodSync(object, 0o644);
    writeFileSync(object, 'damaged');
    const found = await cellar(root, ['verify', '--json']);
    expect(found.code).toBe(1);
    expect(found.json()).toMatchObject({ status: 'damaged' });
  });
});
