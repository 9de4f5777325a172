import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import type { Disk } from '../../../../server/store/disk/disk.js';
import type { CollectRequest, Freed } from '../../../../server/store/git/collecting.js';
import { looseObjectPath } from '../../../../server/store/git/loose.js';
import { toObject } from '../../../../server/store/git/object.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { Repository } from '../../../../server/store/git/repository.js';
import { alone } from '../../../../server/store/git/turns.js';
import { toPlaces } from '../../../../server/store/places.js';
import { FaultyDisk } from '../../../faults/faulty-disk.js';
import { isChange } from '../../../faults/interpose.js';
import { gitOn, type Git } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

const DAY = 'refs/cellar/auto/2026-01-02';
/** In seconds since 1970. */
const LONG_AGO = Date.UTC(2020, 0, 1) / 1000;
const BODY = randomBytes(6_000).toString('hex');

class Opened {
  readonly git: Git;
  readonly repository: Repository;
  /** Texts that refs lead to, by commit and path. */
  readonly kept = new Map<string, string>();

  constructor(
    readonly gitdir: string,
    disk?: Disk,
  ) {
    this.git = gitOn(gitdir);
    this.repository = openRepository(gitdir, disk);
  }

  /** Commits texts that differ by little, and one that is like no other. */
  async fill(ref: string, count: number): Promise<readonly string[]> {
    const commits: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const text = `${BODY}${randomBytes(8).toString('hex')}`;
      const parts = partsOf({ n: text, [`other${at}`]: randomBytes(2_000).toString('hex') });
      const { commit } = await this.repository.commit({ ref, ...parts });
      commits.push(commit.oid);
      if (ref === MAIN) this.kept.set(`${commit.oid}:n`, text);
    }
    return commits;
  }

  async drop(ref: string): Promise<void> {
    await this.repository.deleteRef(ref, (await this.repository.findRef(ref)) ?? '');
  }

  collect(request: Partial<CollectRequest> = {}): Promise<Freed> {
    return this.repository.collect({
      before: Infinity,
      exclusively: (work) => work(),
      signal: new AbortController().signal,
      ...request,
    });
  }

  list(ending: string): readonly string[] {
    const folder = join(this.gitdir, 'objects/pack');
    return readdirSync(folder).filter((name) => name.endsWith(ending));
  }

  /** Makes all that is there as old as can be. */
  age(): void {
    for (const { path } of this.files()) utimesSync(path, LONG_AGO, LONG_AGO);
  }

  *files(): Generator<{ readonly path: string }> {
    const objects = join(this.gitdir, 'objects');
    for (const folder of readdirSync(objects))
      for (const name of readdirSync(join(objects, folder)))
        yield { path: join(objects, folder, name) };
  }

  /** All that refs lead to is as it was, for a fresh opening and for git. */
  async expectWhole(): Promise<void> {
    const again = openRepository(this.gitdir);
    for (const [name, text] of this.kept) {
      const [commit = '', path = ''] = name.split(':');
      const oid = await again.findEntry((await again.readCommit(commit)).tree, path);
      expect((await again.readBlob(oid ?? '')).toString()).toBe(text);
    }
    again.close();
    this.git('fsck', '--full', '--strict');
  }

  unreachable(): number {
    const lines = this.git('fsck', '--full', '--unreachable').split('\n');
    return lines.filter((line) => line.startsWith('unreachable')).length;
  }
}

async function openFresh(disk?: Disk): Promise<Opened> {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  return new Opened(places.git, disk);
}

async function withoutGit<Result>(work: () => Promise<Result>): Promise<Result> {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    return await work();
  } finally {
    process.env['PATH'] = path;
  }
}

describe('collecting loose objects', () => {
  test.each([
    ['with git', <Result>(work: () => Promise<Result>) => work()],
    ['without git', withoutGit],
  ])('takes away all that no ref leads to, and nothing else, %s', async (_, run) => {
    const opened = await openFresh();
    await opened.fill(MAIN, 3);
    await opened.fill(DAY, 4);
    const tagged = await opened.fill('refs/x/y', 1);
    opened.git('tag', '-a', '-m', 'one', 'one', tagged[0] ?? '');
    await opened.drop('refs/x/y');
    await opened.drop(DAY);
    const unreachable = opened.unreachable();
    expect(unreachable).toBeGreaterThan(4);
    const { count, heldBack } = await run(() => opened.collect());
    expect([count, heldBack]).toEqual([unreachable, undefined]);
    expect(opened.unreachable()).toBe(0);
    await opened.expectWhole();
  });

  test('leaves what is young, and what it leads to though that is old', async () => {
    const opened = await openFresh();
    const [commit = ''] = await opened.fill(DAY, 1);
    await opened.fill(DAY, 1);
    await opened.drop(DAY);
    opened.age();
    utimesSync(looseObjectPath(join(opened.gitdir, 'objects'), commit), new Date(), new Date());
    const before = Date.now() - 60_000;
    expect((await opened.collect({ before })).count).toBe(4);
    for (const oid of opened.git('rev-list', '--objects', commit).match(/^[0-9a-f]{40}/gm) ?? [])
      await opened.repository.checkObject(oid);
  });

  test('leaves what a ref has come to lead to since it was looked for', async () => {
    const opened = await openFresh();
    const [commit = '', ...others] = await opened.fill(DAY, 2);
    await opened.drop(DAY);
    const exclusively: CollectRequest['exclusively'] = async (work) => {
      opened.git('update-ref', 'refs/heads/again', commit);
      return work();
    };
    // The second commit, its tree and its two files.
    expect((await opened.collect({ exclusively })).count).toBe(4);
    expect(others).toHaveLength(1);
    expect(opened.git('rev-list', '--objects', 'again')).toContain(commit);
  });

  test('leaves what somebody has put again since it was looked for', async () => {
    const opened = await openFresh();
    const object = toObject('blob', Buffer.from('again'));
    await opened.repository.addObjects([object, toObject('blob', Buffer.from('other'))]);
    opened.age();
    const exclusively: CollectRequest['exclusively'] = async (work) => {
      await opened.repository.addObjects([object]);
      return work();
    };
    const before = Date.now() - 60_000;
    expect((await opened.collect({ before, exclusively })).count).toBe(1);
    await opened.repository.checkObject(object.oid);
  });

  test('waits for those who began to read before, and for nobody who came later', async () => {
    const opened = await openFresh();
    const [commit = ''] = await opened.fill(DAY, 1);
    const done: string[] = [];
    let release = (): void => undefined;
    const reading = opened.repository.whileHeld(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      await opened.repository.checkObject(commit);
      done.push('read');
    });
    await opened.drop(DAY);
    const collecting = opened.collect().then(() => done.push('collected'));
    await sleep(500);
    const later = opened.repository.whileHeld(async () => {
      await collecting;
      done.push('later');
    });
    release();
    await Promise.all([reading, collecting, later]);
    expect(done).toEqual(['read', 'collected', 'later']);
  });

  test('gives way to who must be alone, also while it waits for its own turn to write', async () => {
    const opened = await openFresh();
    await opened.fill(DAY, 2);
    await opened.drop(DAY);
    let wait = (): void => undefined;
    const isWaiting = new Promise<void>((resolve) => (wait = resolve));
    const never: CollectRequest['exclusively'] = () => {
      wait();
      return new Promise(() => undefined);
    };
    const [ended] = await Promise.all([
      Promise.allSettled([opened.collect({ exclusively: never })]),
      isWaiting.then(() => alone(opened.gitdir, () => Promise.resolve())),
    ]);
    expect(ended[0].status).toBe('rejected');
    expect((await opened.collect()).count).toBeGreaterThan(0);
  });

  test('says of an object that is missing that nothing was freed', async () => {
    const opened = await openFresh();
    const [commit = ''] = await opened.fill(MAIN, 1);
    await opened.fill(DAY, 1);
    await opened.drop(DAY);
    const oid = opened.git('rev-parse', `${commit}:n`).trim();
    const path = looseObjectPath(join(opened.gitdir, 'objects'), oid);
    renameSync(path, `${path}.away`);
    for (const run of [(work: () => Promise<Freed>) => work(), withoutGit])
      await expect(run(() => opened.collect())).rejects.toMatchObject({ code: 'store_damaged' });
    renameSync(`${path}.away`, path);
    expect((await opened.collect()).count).toBe(4);
  });

  test('goes no further than a history that was cut short', async () => {
    for (const run of [(work: () => Promise<Freed>) => work(), withoutGit]) {
      const opened = await openFresh();
      const [lost = '', kept = ''] = await opened.fill(MAIN, 2);
      writeFileSync(join(opened.gitdir, 'shallow'), `${kept}\n`);
      renameSync(
        looseObjectPath(join(opened.gitdir, 'objects'), lost),
        join(opened.gitdir, 'away'),
      );
      const { count } = await run(() => opened.collect());
      expect(count).toBeGreaterThan(0);
      expect(opened.git('rev-list', '--objects', 'main')).toContain(kept);
    }
  });

  test('takes away the list of commits that git keeps beside them', async () => {
    const opened = await openFresh();
    await opened.fill(MAIN, 2);
    await opened.fill(DAY, 2);
    opened.git('commit-graph', 'write', '--reachable');
    await opened.drop(DAY);
    await opened.collect();
    await opened.expectWhole();
  });
});

describe('collecting what is in packs', () => {
  /** Three commits that stay and nine that go, in one pack. */
  async function pack(opened: Opened): Promise<void> {
    await opened.fill(MAIN, 3);
    await opened.fill(DAY, 9);
    await opened.repository.pack(new AbortController().signal);
    await opened.drop(DAY);
  }

  test('writes a pack anew that has much of it, small by deltas, and says how much room that made', async () => {
    const opened = await openFresh();
    await pack(opened);
    const size = (): number =>
      Number(/size-pack: (\d+)/.exec(opened.git('count-objects', '-v'))?.[1]);
    const [before, unreachable] = [size(), opened.unreachable()];
    const planned = await opened.collect({ plan: new Map() });
    expect(planned.count).toBe(unreachable);
    expect(size()).toBe(before);
    const done = await opened.collect();
    expect(done.count).toBe(unreachable);
    expect(opened.unreachable()).toBe(0);
    expect(Math.abs(before - size() - done.bytes / 1024)).toBeLessThan(2);
    expect(done.bytes / planned.bytes).toBeCloseTo(1, 0);
    // Three versions of a text of 12 KB, of which hex digits leave half.
    expect(size()).toBeLessThan(25);
    await opened.expectWhole();
    expect((await opened.collect()).count).toBe(0);
  });

  test('takes away a pack of which nothing stays', async () => {
    const opened = await openFresh();
    await opened.fill(MAIN, 1);
    await opened.repository.pack(new AbortController().signal);
    const kept = opened.list('.pack');
    await opened.fill(DAY, 2);
    const to = join(opened.gitdir, 'objects/pack/pack');
    execFileSync('git', ['--git-dir', opened.gitdir, 'pack-objects', '-q', '--revs', to], {
      input: `${DAY}\n^main\n`,
    });
    opened.git('prune-packed');
    await opened.drop(DAY);
    expect((await opened.collect()).count).toBeGreaterThan(0);
    expect(opened.list('.pack')).toEqual(kept);
    await opened.expectWhole();
  });

  test('leaves a pack of which little would go, one that is young, and one that is marked to be kept', async () => {
    const opened = await openFresh();
    await opened.fill(MAIN, 12);
    const { commit } = await opened.repository.commit({ ref: DAY, ...partsOf({ a: 'little' }) });
    await opened.repository.pack(new AbortController().signal);
    await opened.drop(DAY);
    expect((await opened.collect()).count).toBe(0);
    await opened.repository.checkObject(commit.oid);
    const other = await openFresh();
    await pack(other);
    expect((await other.collect({ before: Date.now() - 60_000 })).count).toBe(0);
    const [name = ''] = other.list('.pack');
    writeFileSync(join(other.gitdir, 'objects/pack', name.replace(/pack$/, 'keep')), '');
    expect((await other.collect()).count).toBe(0);
    expect(other.list('.pack')).toEqual([name]);
  });

  test('works without git where no pack has deltas, and says so where one has', async () => {
    const opened = await openFresh();
    await withoutGit(() => pack(opened));
    const unreachable = opened.unreachable();
    expect(unreachable).toBeGreaterThan(0);
    const planned = await withoutGit(() => opened.collect({ plan: new Map() }));
    const done = await withoutGit(() => opened.collect());
    expect([planned.count, done.count]).toEqual([unreachable, unreachable]);
    await opened.expectWhole();
    const other = await openFresh();
    await pack(other);
    const held = await withoutGit(() => other.collect());
    expect(held).toMatchObject({
      count: 0,
      heldBack: expect.stringContaining('Install git') as string,
    });
    await other.expectWhole();
  });

  test('takes away what a kill has left of a pack', async () => {
    const opened = await openFresh();
    await pack(opened);
    const orphan = `pack-${'a'.repeat(40)}.pack`;
    writeFileSync(join(opened.gitdir, 'objects/pack', orphan), 'PACK');
    const done = await opened.collect();
    expect(done.bytes).toBeGreaterThan(0);
    expect(opened.list('.pack')).not.toContain(orphan);
    await opened.expectWhole();
  });

  test('loses nothing to reads, commits, packing and clones that go on meanwhile', async () => {
    const opened = await openFresh();
    await opened.fill(MAIN, 10);
    const state = { isDone: false };
    let tail: Promise<unknown> = Promise.resolve();
    const exclusively: CollectRequest['exclusively'] = (work) => {
      const result = tail.then(work);
      tail = result.catch(() => undefined);
      return result;
    };
    const writing = (async () => {
      while (!state.isDone) {
        await exclusively(() => opened.fill(MAIN, 1));
        await exclusively(() => opened.fill(DAY, 1));
        await exclusively(() => opened.drop(DAY));
      }
    })();
    const reading = (async () => {
      const reader = openRepository(opened.gitdir);
      while (!state.isDone)
        for (const name of opened.kept.keys()) await reader.checkObject(name.split(':')[0] ?? '');
      reader.close();
    })();
    let freed = 0;
    try {
      for (let round = 0; round < 6; round += 1) {
        if (round % 2 === 0) await opened.repository.pack(new AbortController().signal);
        if (round % 3 === 0)
          opened.git('clone', '--quiet', '--bare', '--no-local', opened.gitdir, await makeFolder());
        freed += (await opened.collect({ exclusively })).count;
      }
    } finally {
      state.isDone = true;
    }
    await Promise.all([writing, reading]);
    expect(freed).toBeGreaterThan(0);
    await opened.expectWhole();
  }, 120_000);

  test('ends by its signal, leaves nothing unfinished, and goes on the next time', async () => {
    for (const after of [0, 10, 40, 80, 160]) {
      const opened = await openFresh();
      await pack(opened);
      const controller = new AbortController();
      const settled = Promise.allSettled([opened.collect({ signal: controller.signal })]);
      await sleep(after);
      controller.abort();
      await settled;
      expect(
        readdirSync(join(opened.gitdir, 'objects/pack')).filter((name) => name.startsWith('tmp_')),
      ).toEqual([]);
      await opened.expectWhole();
      await opened.collect();
      expect(opened.unreachable()).toBe(0);
    }
  }, 60_000);

  // By our own hand each object of a pack is a change.
  test.each([
    ['with git', 1, <Result>(work: () => Promise<Result>) => work()],
    ['without git', 8, withoutGit],
  ])(
    'killed at any change of the disk costs nothing, and the next time goes on, %s',
    async (_, stride, run) => {
      for (let at = 0; ; at += stride) {
        const opened = await openFresh();
        await run(() => pack(opened));
        await opened.fill(DAY, 1);
        await opened.drop(DAY);
        const faulty = new FaultyDisk({
          fault: { kind: 'refuse', code: 'EIO' },
          matches: isChange,
          ...{ at, lasting: true },
        });
        const dying = new Opened(opened.gitdir, faulty.disk);
        await run(() => dying.collect().catch(() => undefined));
        await opened.expectWhole();
        await run(() => opened.collect());
        expect(opened.unreachable()).toBe(0);
        await opened.expectWhole();
        if (faulty.struck === 0) break;
      }
    },
    120_000,
  );
});
