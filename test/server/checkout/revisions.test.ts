import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { changedNotebooks } from '../../../server/checkout/changed.js';
import { findConflict } from '../../../server/checkout/conflict.js';
import { readFormer, readRevision } from '../../../server/checkout/revision.js';
import { getRevision, listRevisions } from '../../../server/checkout/revisions.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { makeRepository } from './repository.js';

const LONG = notebookText(['a = 1', 'b = 2', 'c = 3']);
const EDITED = notebookText(['a = 1', 'b = 2', 'c = 4']);

describe('the file at a revision', () => {
  it('is read relative to the folder, else to the repository, and from the index', async () => {
    const { folder, commit, git } = await makeRepository();
    await commit('one', { 'in/a.ipynb': 'old', 'a.ipynb': 'top' });
    await writeInto(folder, 'in/a.ipynb', 'staged');
    await git('add', '.');
    const inside = join(folder, 'in');
    expect(String(await readRevision(inside, 'HEAD:a.ipynb'))).toBe('old');
    expect(String(await readRevision(inside, 'HEAD:in/a.ipynb'))).toBe('old');
    expect(String(await readRevision(inside, ':in/a.ipynb'))).toBe('staged');
    expect(String(await readRevision(folder, 'main:a.ipynb'))).toBe('top');
  });

  it.each(['-dash.ipynb', 'ü b.ipynb', '*.ipynb', ':(top).ipynb', 'a\nb.ipynb', '--help.ipynb'])(
    'is read, and its history and conflict looked up, also when it is called %j',
    async (name) => {
      const { folder, commit } = await makeRepository();
      const id = await commit('one', { [name]: LONG });
      if (!name.includes('\n'))
        expect(String(await readRevision(folder, `HEAD:${name}`))).toBe(LONG);
      expect(await listRevisions(folder, name, 9)).toMatchObject([{ commit: id }]);
      expect(await findConflict(folder, name)).toBeUndefined();
    },
  );

  it.each([
    ['HEAD:gone.ipynb', /git has no file HEAD:gone/],
    ['nowhere:a.ipynb', /git has no file nowhere/],
    ['--textconv:a.ipynb', /is no revision/],
  ])('is refused by name for %s', async (revision, words) => {
    const { folder, commit } = await makeRepository();
    await commit('one', { 'a.ipynb': LONG });
    await expect(readRevision(folder, revision)).rejects.toThrow(words);
  });

  it('is found under the name that it had then', async () => {
    const { folder, commit } = await makeRepository();
    const first = await commit('one', { 'a.ipynb': LONG });
    await commit('two', { 'a.ipynb': null, 'b.ipynb': LONG });
    await commit('three', { 'b.ipynb': null, 'c/c.ipynb': EDITED });
    const found = await readFormer(join(folder, 'c'), 'c.ipynb', 'HEAD~2');
    expect([found.path, String(found.bytes)]).toEqual(['a.ipynb', LONG]);
    expect((await readFormer(folder, 'c/c.ipynb', 'HEAD')).path).toBe('c/c.ipynb');
    expect((await getRevision(folder, 'HEAD~2')).commit).toBe(first);
    await expect(readFormer(folder, 'other.ipynb', 'HEAD')).rejects.toThrow(/no file/);
  });

  it('says when there is no repository, and when it is a pointer of Git LFS', async () => {
    await expect(readRevision(await makeFolder(), 'HEAD:a.ipynb')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('not inside a git repository') as string,
    });
    const { folder, commit } = await makeRepository();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n`;
    await commit('one', { 'a.ipynb': pointer });
    await expect(readRevision(folder, 'HEAD:a.ipynb')).rejects.toThrow(/Git LFS/);
  });
});

describe('the revisions of a file', () => {
  it('come newest first through its renames, with time, author and subject', async () => {
    const { folder, commit } = await makeRepository();
    await commit('keep\n\nbody', { 'a.ipynb': LONG });
    await commit('rename', { 'a.ipynb': null, 'b.ipynb': LONG });
    await commit('other', { 'other.ipynb': EDITED });
    const last = await commit('', { 'b.ipynb': EDITED }).catch(() => undefined);
    expect(last).toBeUndefined();
    await commit('edit “ü”', { 'b.ipynb': EDITED });
    const found = await listRevisions(folder, 'b.ipynb', 9);
    expect(found.map(({ subject }) => subject)).toEqual(['edit “ü”', 'rename', 'keep']);
    expect(found[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect(found[0]?.author).toBe('Ada');
    expect(await listRevisions(folder, 'b.ipynb', 1)).toHaveLength(1);
    expect(await getRevision(folder, 'HEAD')).toEqual(found[0]);
    await expect(getRevision(folder, 'nowhere')).rejects.toThrow(/no revision nowhere/);
  });

  it('are none without a repository, without a commit, and for an unknown file', async () => {
    expect(await listRevisions(await makeFolder(), 'a.ipynb', 9)).toEqual([]);
    const { folder, commit } = await makeRepository();
    expect(await listRevisions(folder, 'a.ipynb', 9)).toEqual([]);
    await commit('one', { 'a.ipynb': LONG });
    expect(await listRevisions(folder, 'b.ipynb', 9)).toEqual([]);
  });
});

describe('a conflict', () => {
  it('has the three sides of the index, and lacks those that are not there', async () => {
    const { folder, commit, git, tryGit } = await makeRepository();
    await commit('base', { 'a.ipynb': '1\n', 'gone.ipynb': '1\n' });
    await git('checkout', '--quiet', '-b', 'side');
    await commit('remote', { 'a.ipynb': '2\n', 'gone.ipynb': '2\n', 'new.ipynb': 'x\n' });
    await git('checkout', '--quiet', 'main');
    await commit('local', { 'a.ipynb': '3\n', 'gone.ipynb': null, 'new.ipynb': 'y\n' });
    expect((await tryGit('merge', 'side')).code).toBe(1);
    const sides = async (path: string): Promise<(string | undefined)[]> => {
      const found = await findConflict(folder, path);
      return [found?.base, found?.local, found?.remote].map((side) => side?.toString());
    };
    expect(await sides('a.ipynb')).toEqual(['1\n', '3\n', '2\n']);
    expect(await sides('gone.ipynb')).toEqual(['1\n', undefined, '2\n']);
    expect(await sides('new.ipynb')).toEqual([undefined, 'y\n', 'x\n']);
    expect(await findConflict(await makeFolder(), 'a.ipynb')).toBeUndefined();
    const changed = await changedNotebooks(folder, { revisions: [], paths: ['a.ipynb'] });
    expect(changed).toMatchObject([{ path: 'a.ipynb', unmerged: true, base: { kind: 'blob' } }]);
  });
});

describe('the notebooks that changed', () => {
  const changes = async (
    folder: string,
    revisions: readonly string[],
    paths: readonly string[] = [],
    cached = false,
  ): Promise<string> =>
    (await changedNotebooks(folder, { revisions, paths, cached }))
      .map(({ path, base, head }) => `${path} ${base?.kind ?? '-'}>${head?.kind ?? '-'}`)
      .join(', ');

  it('are those between two of: work tree, index, revisions', async () => {
    const { folder, commit, git } = await makeRepository();
    await commit('one', { 'a.ipynb': '1', 'b.ipynb': '1', 'c.txt': '1', 'in/d.ipynb': '1' });
    await git('branch', 'side');
    await commit('two', { 'a.ipynb': '2', 'b.ipynb': null });
    await writeInto(folder, 'a.ipynb', '3');
    await git('add', 'a.ipynb');
    await writeInto(folder, 'in/d.ipynb', '4');
    expect(await changes(folder, [])).toBe('in/d.ipynb blob>file');
    expect(await changes(folder, ['HEAD'])).toBe('a.ipynb blob>file, in/d.ipynb blob>file');
    expect(await changes(folder, [], [], true)).toBe('a.ipynb blob>blob');
    expect(await changes(folder, ['side', 'main'])).toBe('a.ipynb blob>blob, b.ipynb blob>-');
    expect(await changes(folder, ['side..main'])).toBe('a.ipynb blob>blob, b.ipynb blob>-');
    expect(await changes(folder, ['main..'])).toBe('');
    expect(await changes(folder, ['main...side'])).toBe('');
    expect(await changes(folder, ['side...main'], ['a.*'])).toBe('a.ipynb blob>blob');
    expect(await changes(join(folder, 'in'), ['HEAD'], ['.'])).toBe('in/d.ipynb blob>file');
    await expect(changes(folder, ['nowhere'])).rejects.toThrow(/no revision nowhere/);
    await expect(changes(folder, ['--output=x'])).rejects.toThrow(/is no revision/);
  });

  it('leave out links and submodules that are called like one', async () => {
    const { folder, commit, git } = await makeRepository();
    await commit('one', { 'a.txt': '1' });
    const oid = (await git('rev-parse', 'HEAD')).trim();
    await git('update-index', '--add', '--cacheinfo', `160000,${oid},sub.ipynb`);
    const blob = (await git('rev-parse', 'HEAD:a.txt')).trim();
    await git('update-index', '--add', '--cacheinfo', `120000,${blob},link.ipynb`);
    expect(await changes(folder, [], [], true)).toBe('');
  });
});

describe('a hostile repository', () => {
  it('runs nothing that its configuration names', async () => {
    const { folder, commit, git, tryGit } = await makeRepository();
    await commit('base', { 'a.ipynb': '1\n', '.gitattributes': '*.ipynb diff=x filter=x merge=x' });
    await commit('two', { 'a.ipynb': '2\n' });
    const mark = join(await makeFolder(), 'ran');
    const program = `touch '${mark}'; cat`;
    for (const name of [
      ...['core.fsmonitor', 'core.pager', 'core.sshCommand', 'diff.external', 'gpg.program'],
      ...['diff.x.textconv', 'diff.x.command', 'filter.x.clean', 'filter.x.smudge'],
      ...['filter.x.process', 'pager.log', 'pager.diff'],
    ])
      await git('config', name, program);
    await git('config', 'log.showSignature', 'true');
    await mkdir(join(folder, 'hooks'));
    await writeInto(folder, 'hooks/post-index-change', `#!/bin/sh\n${program}\n`);
    await git('config', 'core.hooksPath', join(folder, 'hooks'));
    await writeInto(folder, 'a.ipynb', '3\n');
    await readRevision(folder, 'HEAD:a.ipynb');
    await readFormer(folder, 'a.ipynb', 'HEAD~1');
    await listRevisions(folder, 'a.ipynb', 9);
    await getRevision(folder, 'HEAD');
    await findConflict(folder, 'a.ipynb');
    for (const revisions of [[], ['HEAD'], ['HEAD~1', 'HEAD']])
      expect(await changedNotebooks(folder, { revisions, paths: [] })).toHaveLength(1);
    expect(existsSync(mark)).toBe(false);
    // The same configuration does run something once git is asked plainly.
    await tryGit('diff');
    expect(existsSync(mark)).toBe(true);
  });
});
