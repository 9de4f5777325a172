import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { MAIN } from '../../../../server/store/create.js';
import type { CollectRequest } from '../../../../server/store/git/collecting.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import { FaultyDisk } from '../../../faults/faulty-disk.js';
import { isChange } from '../../../faults/interpose.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

import { DAY, Opened, openFresh, withoutGit } from './collecting.js';

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
        for (const name of opened.kept.keys()) {
          await reader.checkObject(name.split(':')[0] ?? '');
          // What is in memory is answered at once: the others get their turn here.
          await setImmediate();
        }
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
