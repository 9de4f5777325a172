import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import * as git from 'isomorphic-git';
import { describe, expect, test } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import { nodeDisk } from '../../../../server/store/disk/disk.js';
import { toPlaces } from '../../../../server/store/places.js';
import { clearStaleLocks } from '../../../../server/store/sweep.js';
import { findRef, moveRef } from '../../../../server/store/git/ref.js';
import { createGitFs } from '../../../../server/store/git/git-fs.js';
import { createMemoryRepository } from '../../../../server/store/git/repository-memory.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { CommitRequest, Repository } from '../../../../server/store/git/repository.js';
import { commitByHand, gitOn, type Git } from '../../git.js';
import { AUTHOR, makeFolder } from '../../scratch.js';
import { repositoryContract } from './repository.contract.js';

async function openFresh(): Promise<{ repository: Repository; git: Git }> {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  return {
    repository: openRepository(places.git),
    git: gitOn(places.git),
  };
}

function request(files: Readonly<Record<string, string | null>>, subject = 'Keep'): CommitRequest {
  return {
    ref: MAIN,
    edits: Object.entries(files).map(([path, text]) => ({
      path,
      content: text === null ? null : Buffer.from(text),
    })),
    facts: {
      author: AUTHOR,
      time: Date.UTC(2026, 0, 2),
      subject,
      trailers: new Map([['Trigger', 'save']]),
    },
  };
}

describe('in memory', () => {
  repositoryContract(() => Promise.resolve(createMemoryRepository()));
});

describe('in a folder', () => {
  repositoryContract(async () => {
    const gitdir = await makeFolder();
    await git.init({ fs: createGitFs(), gitdir, bare: true, defaultBranch: 'main' });
    return openRepository(gitdir);
  });
});

describe('a store just made', () => {
  test('is a sound bare repository with main at its head', async () => {
    const { git } = await openFresh();
    expect(git('symbolic-ref', 'HEAD').trim()).toBe(MAIN);
    expect(git('show', 'HEAD:.gitattributes')).toMatch(/^\* -text\n/);
    expect(git('show', 'HEAD:.cellar/format.json')).toMatch(
      /^{\n "format": 2,\n "store": "[0-9a-z]{26}"\n}\n$/,
    );
    expect(git('fsck', '--full', '--strict')).toBe('');
  });

  test('is made once', async () => {
    const places = toPlaces(await makeFolder());
    const made = await Promise.all([1, 2, 3].map(() => createStore(places, 0)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readdirSync(places.cellar).filter((name) => name.endsWith('.new'))).toEqual([]);
  });
});

describe('a commit', () => {
  test('is what git reads: tree, author, trailers', async () => {
    const { repository, git } = await openFresh();
    await repository.commit(request({ 'a/ü.ipynb': 'one', 'b.ipynb': 'two' }, 'First & best'));
    expect(
      git('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', 'HEAD').split('\n'),
    ).toContain('a/ü.ipynb');
    expect(git('show', 'HEAD:b.ipynb')).toBe('two');
    expect(git('log', '-1', '--format=%an <%ae>|%s|%(trailers:key=Trigger,valueonly)').trim()).toBe(
      'Ada <ada@example.org>|First & best|save',
    );
    expect(git('fsck', '--full', '--strict')).toBe('');
  });

  test('reads back through a fresh opening, loose and packed', async () => {
    const { repository, git } = await openFresh();
    const { commit, blobs } = await repository.commit(request({ 'a.ipynb': 'text' }));
    for (const repack of [false, true]) {
      if (repack) git('repack', '-adq');
      const again = openRepository(repository.gitdir);
      expect((await again.readCommit(commit.oid)).trailers.get('Trigger')).toBe('save');
      expect((await again.readBlob(blobs.get('a.ipynb') ?? '')).toString()).toBe('text');
      expect(await again.findEntry(commit.tree, 'a.ipynb')).toBe(blobs.get('a.ipynb'));
      expect(await again.findEntry(commit.tree, 'a.ipynb/x')).toBeUndefined();
    }
  });

  test('reads packs where there is no git on the machine', async () => {
    const { repository, git } = await openFresh();
    const { commit, blobs } = await repository.commit(request({ 'a.ipynb': 'text' }));
    git('repack', '-adq');
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      const again = openRepository(repository.gitdir);
      expect((await again.readBlob(blobs.get('a.ipynb') ?? '')).toString()).toBe('text');
      expect((await again.readCommit(commit.oid)).oid).toBe(commit.oid);
      await expect(again.readBlob('d'.repeat(40))).rejects.toMatchObject({ code: 'store_damaged' });
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('a damaged pack is named by the object that cannot be read, and the others still are', async () => {
    const { repository, git } = await openFresh();
    const texts = ['one', 'two', 'three'].map((word) => randomBytes(3_000).toString('hex') + word);
    const { blobs } = await repository.commit(
      request(Object.fromEntries(texts.map((text, index) => [`n${index}`, text]))),
    );
    git('repack', '-adq');
    const folder = join(repository.gitdir, 'objects/pack');
    const pack = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack')) ?? '');
    const oids = texts.map((_, index) => blobs.get(`n${index}`) ?? '');
    const listed = git('verify-pack', '-v', pack.replace(/pack$/, 'idx'));
    const offset = Number(
      new RegExp(`^${oids[1] ?? ''} blob +\\d+ \\d+ (\\d+)`, 'm').exec(listed)?.[1],
    );
    const bytes = readFileSync(pack);
    bytes.fill(0x55, offset + 500, offset + 900);
    chmodSync(pack, 0o644);
    writeFileSync(pack, bytes);
    const again = openRepository(repository.gitdir);
    const read = await Promise.allSettled(oids.map((oid) => again.readBlob(oid)));
    again.close();
    expect(read.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(read[1]).toMatchObject({ reason: { code: 'store_damaged' } });
  });

  test('many large objects are read at once from packs, each as it is', async () => {
    const { repository, git } = await openFresh();
    const texts = Array.from({ length: 40 }, (_, index) => `${index}\n`.repeat(index * 5_000));
    const { blobs } = await repository.commit(
      request(Object.fromEntries(texts.map((text, index) => [`n${index}`, text]))),
    );
    git('repack', '-adq');
    const again = openRepository(repository.gitdir);
    const read = await Promise.all(
      texts.map((_, index) => again.readBlob(blobs.get(`n${index}`) ?? '')),
    );
    expect(read.map(String)).toEqual(texts);
    await expect(again.readBlob('d'.repeat(40))).rejects.toMatchObject({ code: 'store_damaged' });
    again.close();
  });

  test('an author of control characters and brackets is written as git can read it', async () => {
    const { repository, git } = await openFresh();
    const { facts, ...rest } = request({ a: '1' });
    await repository.commit({
      ...rest,
      facts: { ...facts, author: { name: 'A\n<b>', email: '' } },
    });
    expect(git('log', '-1', '--format=%an|%ae').trim()).toBe('A  b|unknown');
    expect(git('fsck', '--full', '--strict')).toBe('');
  });

  test('nothing is lost among writers in this process and git commands beside them', async () => {
    const { repository, git } = await openFresh();
    const ours = Array.from({ length: 20 }, (_, index) =>
      repository.commit(request({ [`ours-${index}.ipynb`]: String(index) })),
    );
    for (let index = 0; index < 10; index += 1) {
      const head = git('rev-parse', 'HEAD').trim();
      const next = commitByHand(git, head, `git ${index}`);
      try {
        git('update-ref', MAIN, next, head);
      } catch {
        index -= 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(ours);
    const subjects = git('log', '--format=%s').trim().split('\n');
    expect(subjects.filter((subject) => subject === 'Keep')).toHaveLength(20);
    expect(subjects.filter((subject) => subject.startsWith('git '))).toHaveLength(10);
    expect(
      git('ls-tree', '--name-only', 'HEAD')
        .split('\n')
        .filter((name) => name.startsWith('ours-')),
    ).toHaveLength(20);
    expect(git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
  });
});

describe('a ref', () => {
  test('moves only from where it is', async () => {
    const { repository, git } = await openFresh();
    const head = git('rev-parse', 'HEAD').trim();
    const other = 'b'.repeat(40);
    expect(await moveRef(repository.gitdir, 'refs/heads/x', { from: undefined, to: head })).toBe(
      true,
    );
    expect(await moveRef(repository.gitdir, 'refs/heads/x', { from: other, to: other })).toBe(
      false,
    );
    expect(await moveRef(repository.gitdir, 'refs/heads/x', { from: undefined, to: other })).toBe(
      false,
    );
    expect(await findRef(repository.gitdir, 'refs/heads/x')).toBe(head);
  });

  test('is found where git has packed it', async () => {
    const { repository, git } = await openFresh();
    const head = git('rev-parse', 'HEAD').trim();
    git('pack-refs', '--all');
    expect(await findRef(repository.gitdir, MAIN)).toBe(head);
    await repository.commit(request({ a: '1' }));
    expect(git('rev-parse', 'HEAD~1').trim()).toBe(head);
  });

  test('a lock that a killed process left is cleared, one that is renewed is not', async () => {
    const { repository } = await openFresh();
    const lock = join(repository.gitdir, `${MAIN}.lock`);
    const day = join(repository.gitdir, 'refs/cellar/auto/2026-11-23.lock');
    const packed = join(repository.gitdir, 'packed-refs.lock');
    mkdirSync(dirname(day), { recursive: true });
    for (const path of [lock, day, packed]) writeFileSync(path, '');
    await clearStaleLocks(repository.gitdir, nodeDisk, 50);
    expect([lock, day, packed].filter((path) => existsSync(path))).toEqual([]);
    writeFileSync(lock, '');
    // Renewed again and again: whenever the first look falls, a renewal falls between it and the second.
    const renewing = setInterval(() => {
      utimesSync(lock, new Date(), new Date());
    }, 10);
    try {
      await clearStaleLocks(repository.gitdir, nodeDisk, 100);
      expect(existsSync(lock)).toBe(true);
    } finally {
      clearInterval(renewing);
    }
  });
});
