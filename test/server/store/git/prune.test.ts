import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { nodeDisk } from '../../../../server/store/disk/disk.js';
import { pruneObjects } from '../../../../server/store/git/prune.js';
import { gitOn, type Git } from '../../git.js';
import { makeFolder } from '../../scratch.js';

const VERSIONS = 30;

/** A text of many lines, of which each version has another one changed: git makes deltas of it. */
function textOf(version: number): string {
  const lines = Array.from({ length: 400 }, (_, at) => `line ${at} ${(at * 7919) % 10_007}`);
  lines[(version * 13) % lines.length] = `changed in version ${version}`;
  return lines.join('\n');
}

interface Packed {
  readonly gitdir: string;
  readonly git: Git;
  /** What leads to the versions that stay, and these. */
  readonly reachable: ReadonlySet<string>;
}

/** Commits of one file, for git's fast-import. */
function toStream(ref: string, versions: readonly number[]): string {
  const commits = versions.map((version, at) => {
    const text = textOf(version);
    const who = `committer Ada <ada@example.org> ${1_700_000_000 + at} +0000`;
    const message = `${ref} ${version}`;
    const data = `data ${message.length}\n${message}\nM 100644 inline a.txt\ndata ${text.length}\n${text}\n`;
    return `commit ${ref}\n${who}\n${data}`;
  });
  return `${commits.join('')}\n`;
}

/** A repository with one branch of every version and one of every third, packed together with deltas; then the first branch goes. */
async function pack(options: readonly string[] = []): Promise<Packed> {
  const gitdir = await makeFolder();
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', gitdir]);
  const git = gitOn(gitdir);
  const versions = Array.from({ length: VERSIONS }, (_, at) => at);
  const input =
    toStream('refs/heads/old', versions) +
    toStream(
      'refs/heads/main',
      versions.filter((at) => at % 3 === 0),
    );
  execFileSync('git', ['--git-dir', gitdir, 'fast-import', '--quiet'], { input });
  git(...options, 'repack', '-adfq', '--depth=50', '--window=50');
  git('update-ref', '-d', 'refs/heads/old');
  const listed = git('rev-list', '--objects', '--all').trim().split('\n');
  return { gitdir, git, reachable: new Set(listed.map((line) => line.slice(0, 40))) };
}

/** Everything in the repository, whether anything leads to it or not. */
function listAll(git: Git): readonly string[] {
  return git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)').trim().split('\n');
}

function countDeltas(git: Git, gitdir: string): number {
  const folder = join(gitdir, 'objects/pack');
  const indexes = readdirSync(folder).filter((name) => name.endsWith('.idx'));
  const verbose = indexes.map((name) => git('verify-pack', '-v', join(folder, name))).join('');
  return verbose.split('\n').filter((line) => /^[0-9a-f]{40}\s+\S+\s+\d+ \d+ \d+ \d+ /.test(line))
    .length;
}

function expectPruned({ git, reachable, gitdir }: Packed): void {
  expect([...listAll(git)].sort()).toEqual([...reachable].sort());
  expect(git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
  for (const [behind, version] of [27, 24, 0].map((at) => [(27 - at) / 3, at]))
    expect(git('show', `main~${behind}:a.txt`)).toBe(textOf(version ?? 0));
  const left = readdirSync(join(gitdir, 'objects/pack'));
  expect(left.filter((name) => name.startsWith('tmp_'))).toEqual([]);
}

test.each([
  ['by distance', []],
  ['by name', ['-c', 'repack.useDeltaBaseOffset=false']],
])(
  'what no ref leads to goes out of packs, and deltas %s stay where they can',
  async (_, options) => {
    const packed = await pack(options);
    const { gitdir, git } = packed;
    const before = countDeltas(git, gitdir);
    await pruneObjects(gitdir, packed.reachable, nodeDisk);
    expectPruned(packed);
    expect(before).toBeGreaterThan(20);
    expect(countDeltas(git, gitdir)).toBeGreaterThan(0);
  },
);

test('what git has noted of it goes with it: kept packs, graphs, where refs were', async () => {
  const packed = await pack();
  const { gitdir, git } = packed;
  git('-c', 'core.logAllRefUpdates=always', 'update-ref', '-m', 'to old', 'refs/heads/x', 'main');
  git('commit-graph', 'write', '--reachable');
  git('multi-pack-index', 'write');
  const [name = ''] = readdirSync(join(gitdir, 'objects/pack')).filter((each) =>
    each.endsWith('.pack'),
  );
  writeFileSync(join(gitdir, 'objects/pack', name.replace('.pack', '.keep')), '');
  const tip = git('rev-parse', 'main').trim();
  const notes = ['objects/info/commit-graph', 'logs/refs/heads/x'];
  const there = (): string[] => notes.filter((note) => existsSync(join(gitdir, note)));
  expect(there()).toEqual(notes);
  await pruneObjects(gitdir, packed.reachable, nodeDisk);
  expectPruned(packed);
  expect(there()).toEqual([]);
  expect(git('rev-parse', 'main').trim()).toBe(tip);
  expect(readdirSync(join(gitdir, 'objects/pack'))).toHaveLength(2);
});

test('a pack of which everything stays is left alone, and one of which nothing does is gone', async () => {
  const packed = await pack();
  const { gitdir } = packed;
  await pruneObjects(gitdir, packed.reachable, nodeDisk);
  const [name = ''] = readdirSync(join(gitdir, 'objects/pack'));
  const { ino } = statSync(join(gitdir, 'objects/pack', name));
  await pruneObjects(gitdir, packed.reachable, nodeDisk);
  expect(statSync(join(gitdir, 'objects/pack', name)).ino).toBe(ino);
  await pruneObjects(gitdir, new Set(), nodeDisk);
  expect(readdirSync(join(gitdir, 'objects/pack'))).toEqual([]);
});

test('needs no git', async () => {
  const packed = await pack();
  const { PATH } = process.env;
  process.env['PATH'] = await makeFolder();
  try {
    await pruneObjects(packed.gitdir, packed.reachable, nodeDisk);
  } finally {
    process.env['PATH'] = PATH;
  }
  expectPruned(packed);
});

test('ended at any change of the disk it has lost nothing, and the next time ends what it began', async () => {
  for (let step = 0; ; step += 2) {
    const packed = await pack();
    let left = step;
    const changes = new Set(['rename', 'rm', 'unlink', 'mkdir', 'open']);
    const disk = new Proxy(nodeDisk, {
      get: (target, name, receiver) => {
        const call: unknown = Reflect.get(target, name, receiver);
        if (typeof call !== 'function' || !changes.has(String(name))) return call;
        return (...given: unknown[]): unknown => {
          if (name === 'open' && given[1] === 'r') return Reflect.apply(call, target, given);
          left -= 1;
          if (left < 0) return Promise.reject(Object.assign(new Error('ended'), { code: 'EIO' }));
          return Reflect.apply(call, target, given);
        };
      },
    });
    const end = await pruneObjects(packed.gitdir, packed.reachable, disk).catch(() => 'ended');
    const all = new Set(listAll(packed.git));
    for (const oid of packed.reachable) expect(all).toContain(oid);
    await pruneObjects(packed.gitdir, packed.reachable, nodeDisk);
    expectPruned(packed);
    rmSync(packed.gitdir, { recursive: true });
    if (end !== 'ended') break;
    expect(step).toBeLessThan(40);
  }
}, 120_000);

test('what was damaged before is kept as it was, and costs nothing else', async () => {
  const packed = await pack();
  const { gitdir, git, reachable } = packed;
  const folder = join(gitdir, 'objects/pack');
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.pack'));
  // A commit is no delta, and nothing is a delta of the last one.
  const tip = git('rev-parse', 'main').trim();
  const verbose = git('verify-pack', '-v', join(folder, name.replace('.pack', '.idx')));
  const line = verbose.split('\n').find((each) => each.startsWith(tip)) ?? '';
  const [, , , size, offset] = line.split(/\s+/);
  const bytes = readFileSync(join(folder, name));
  bytes[Number(offset) + Number(size) - 6] = (bytes[Number(offset) + Number(size) - 6] ?? 0) ^ 255;
  rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, name), bytes);
  await pruneObjects(gitdir, reachable, nodeDisk);
  expect([...listAll(git)].sort()).toEqual([...reachable].sort());
  for (const oid of reachable)
    if (oid === tip) expect(() => git('cat-file', '-p', oid)).toThrow();
    else git('cat-file', '-p', oid);
});
