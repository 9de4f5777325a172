import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as git from 'isomorphic-git';
import { expect, test } from 'vitest';

import { createGitFs } from '../../../../server/store/git/git-fs.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { Repository } from '../../../../server/store/git/repository.js';
import { gitOn, type Git } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf, textAt } from './repository.contract.js';

const REF = 'refs/heads/main';

async function openFresh(): Promise<{ repository: Repository; git: Git }> {
  const gitdir = await makeFolder();
  await git.init({ fs: createGitFs(), gitdir, bare: true, defaultBranch: 'main' });
  return { repository: openRepository(gitdir), git: gitOn(gitdir) };
}

const line = (at: number): string => `line ${at} ${'x'.repeat(at % 50)}\n`;
const long = Array.from({ length: 3_000 }, (_, at) => line(at)).join('');

test('a long chain is one pack, and git finds nothing wrong with it', async () => {
  const { repository, git } = await openFresh();
  const sizes = [0, 1, 15, 16, 2_047, 2_048, 300_000];
  const commits = Array.from({ length: 40 }, (_, at) =>
    partsOf({
      'n.ipynb': `${at}`,
      [`m/${at}`]: randomBytes(sizes[at % sizes.length] ?? 0).toString('hex'),
    }),
  );
  await repository.commitMany({ ref: REF, commits });
  const packs = readdirSync(join(repository.gitdir, 'objects/pack'));
  expect(packs.map((name) => name.split('.')[1]).sort()).toEqual(['idx', 'pack']);
  expect(git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
  git('verify-pack', join(repository.gitdir, 'objects/pack', packs[0] ?? ''));
  expect(git('rev-list', '--count', 'main').trim()).toBe('40');
});

test('deltas that git made are read without git, also from a pack of another repository', async () => {
  const { repository, git } = await openFresh();
  const texts = Array.from({ length: 60 }, (_, at) =>
    long.replace(line(at * 7), `changed ${at}\n`),
  );
  const heads: string[] = [];
  for (const text of texts)
    heads.push((await repository.commit({ ref: REF, ...partsOf({ a: text }) })).commit.oid);
  git('repack', '-adfq', '--depth=40');
  const borrower = await openFresh();
  writeFileSync(
    join(borrower.repository.gitdir, 'objects/info/alternates'),
    `${join(repository.gitdir, 'objects')}\n`,
  );
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    for (const each of [repository.gitdir, borrower.repository.gitdir]) {
      const again = openRepository(each);
      for (const [at, head] of heads.entries())
        expect(await textAt(again, head, 'a')).toBe(texts[at]);
      again.close();
    }
  } finally {
    process.env['PATH'] = path;
  }
});

test('reads go on while git packs everything under them', async () => {
  const { repository, git } = await openFresh();
  const heads: string[] = [];
  for (let at = 0; at < 12; at += 1) {
    const { commit } = await repository.commit({ ref: REF, ...partsOf({ a: `${long}${at}` }) });
    heads.push(commit.oid);
    if (at % 4 === 3) git('repack', '-adq');
    const reader = openRepository(repository.gitdir);
    for (const [earlier, head] of heads.entries())
      expect(await textAt(reader, head, 'a')).toBe(`${long}${earlier}`);
    git('gc', '--quiet');
    for (const head of heads) await reader.checkObject(head);
    reader.close();
  }
  expect(git('fsck', '--full', '--strict')).toBe('');
}, 60_000);

test('a ref that git has packed is taken away for good, and its neighbours stay', async () => {
  const { repository, git } = await openFresh();
  const { commit } = await repository.commit({ ref: REF, ...partsOf({ a: '1' }) });
  for (const day of ['1', '2', '3'])
    await repository.replaceRef(`refs/cellar/auto/${day}`, undefined, commit.oid);
  git('-c', 'user.name=g', '-c', 'user.email=g', 'tag', '-a', '-m', 'kept', 'kept', 'main');
  git('pack-refs', '--all');
  expect(await repository.deleteRef('refs/cellar/auto/2', commit.oid)).toBe(true);
  expect(await repository.findRef('refs/cellar/auto/2')).toBeUndefined();
  expect(git('for-each-ref', '--format=%(refname)').trim().split('\n')).toEqual([
    'refs/cellar/auto/1',
    'refs/cellar/auto/3',
    REF,
    'refs/tags/kept',
  ]);
  expect(git('rev-parse', 'kept^{commit}').trim()).toBe(commit.oid);
  expect(git('fsck', '--full', '--strict')).toBe('');
});

test('an empty file where an object is to be is written over, not trusted', async () => {
  const { repository, git } = await openFresh();
  const { blobs } = await repository.commit({ ref: REF, ...partsOf({ a: 'text' }) });
  const oid = blobs.get('a') ?? '';
  const next = await openFresh();
  const folder = join(next.repository.gitdir, 'objects', oid.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, oid.slice(2)), '');
  await next.repository.commit({ ref: REF, ...partsOf({ a: 'text' }) });
  expect(next.git('fsck', '--full', '--strict')).toBe('');
  expect(git('fsck', '--full', '--strict')).toBe('');
});

test('clone, bundle, push, maintenance and log of git work on what was written', async () => {
  const { repository, git } = await openFresh();
  const commits = Array.from({ length: 30 }, (_, at) => partsOf({ 'n.ipynb': `${at}` }, `v${at}`));
  await repository.commitMany({ ref: REF, commits });
  await repository.commit({ ref: REF, ...partsOf({ 'n.ipynb': 'last' }, 'last') });
  const folder = await makeFolder();
  git('clone', '-q', repository.gitdir, join(folder, 'clone'));
  git('bundle', 'create', '-q', join(folder, 'all.bundle'), '--all');
  git('bundle', 'verify', '-q', join(folder, 'all.bundle'));
  git('init', '-q', '--bare', join(folder, 'bare'));
  git('push', '-q', join(folder, 'bare'), 'main');
  git('maintenance', 'run', '--task=gc');
  expect(git('log', '--follow', '--format=%s', 'main', '--', 'n.ipynb').split('\n')[0]).toBe(
    'last',
  );
  expect(git('rev-list', '--count', 'main').trim()).toBe('31');
  expect(git('fsck', '--full', '--strict')).toBe('');
});
