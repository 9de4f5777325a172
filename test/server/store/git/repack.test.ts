import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';
import { syncFolder } from '../../../../server/store/disk/durable.js';
import { alone } from '../../../../server/store/git/turns.js';
import { looseObjectPath } from '../../../../server/store/git/loose.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { Repository } from '../../../../server/store/git/repository.js';
import { chooseRolled } from '../../../../server/store/git/roll-up.js';
import { toPlaces } from '../../../../server/store/places.js';
import { FaultyDisk } from '../../../faults/faulty-disk.js';
import { isChange } from '../../../faults/interpose.js';
import { restoreAfterCut } from '../../../faults/power-cut.js';
import { Recorder } from '../../../faults/recording-disk.js';
import { Chance } from '../../../fuzz/mutate.js';
import { gitOn, type Git } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

interface Opened {
  readonly repository: Repository;
  readonly git: Git;
}

async function openFresh(disk?: Disk): Promise<Opened> {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  return { repository: openRepository(places.git, disk), git: gitOn(places.git) };
}

const BODY = randomBytes(6_000).toString('hex');

/** Commits texts that differ by little; each commit with its text. */
async function fill(repository: Repository, count: number): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (let at = 0; at < count; at += 1) {
    const text = `${BODY}${randomBytes(8).toString('hex')}`;
    const { commit } = await repository.commit({ ref: MAIN, ...partsOf({ [`n${at % 3}`]: text }) });
    texts.set(`${commit.oid}:n${at % 3}`, text);
  }
  return texts;
}

/** Everything as it was, for a fresh opening and for git. */
async function expectWhole(
  { repository, git }: Opened,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  const again = openRepository(repository.gitdir);
  for (const [name, text] of texts) {
    const [commit = '', path = ''] = name.split(':');
    const { tree } = await again.readCommit(commit);
    const oid = await again.findEntry(tree, path);
    expect((await again.readBlob(oid ?? '')).toString()).toBe(text);
  }
  again.close();
  expect(git('fsck', '--full', '--strict')).toMatch(/^(dangling commit \w+\n)?$/);
}

const never = (): AbortSignal => new AbortController().signal;

async function withoutGit(work: () => Promise<void>): Promise<void> {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    await work();
  } finally {
    process.env['PATH'] = path;
  }
}

describe('which packs are put together', () => {
  test.each<[string, readonly number[], number]>([
    ['none of none', [], 0],
    ['not one alone', [5], 0],
    ['not what rises fast enough already', [1, 2, 4, 8], 0],
    ['two alike', [3, 3], 2],
    ['all alike', [3, 3, 3, 3], 4],
    ['small ones, and not the large one that they stay far from', [1, 1, 100], 2],
    ['those that the sum of smaller ones comes near to', [1, 1, 3, 9, 100], 4],
  ])('%s', (_, sizes, count) => {
    const packs = sizes.map((bytes, at) => ({ name: `p${at}`, bytes }));
    expect(chooseRolled([...packs].reverse())).toHaveLength(count);
  });
});

describe('packing', () => {
  test('puts every object that a ref leads to into a pack, with deltas, and takes the loose ones away', async () => {
    const opened = await openFresh();
    const { repository } = opened;
    const texts = await fill(repository, 40);
    const before = await repository.counts();
    expect(before.packs).toBe(0);
    expect(before.loose).toBeGreaterThan(120);
    await repository.pack(never());
    expect(await repository.counts()).toEqual({ loose: 0, packs: 1 });
    const folder = join(repository.gitdir, 'objects/pack');
    const pack = readdirSync(folder).find((name) => name.endsWith('.pack')) ?? '';
    expect(readFileSync(join(folder, pack)).length).toBeLessThan(60_000);
    await expectWhole(opened, texts);
  });

  test('again and again leaves few packs', async () => {
    const opened = await openFresh();
    const texts = new Map<string, string>();
    for (let round = 0; round < 6; round += 1) {
      for (const [name, text] of await fill(opened.repository, 4)) texts.set(name, text);
      await opened.repository.pack(never());
    }
    expect((await opened.repository.counts()).packs).toBeLessThanOrEqual(3);
    await expectWhole(opened, texts);
  });

  test('works without git on the machine, and git can read it', async () => {
    const opened = await openFresh();
    const texts = await fill(opened.repository, 10);
    await withoutGit(() => opened.repository.pack(never()));
    expect(await opened.repository.counts()).toEqual({ loose: 0, packs: 1 });
    await expectWhole(opened, texts);
  });

  test('leaves what no ref leads to', async () => {
    const opened = await openFresh();
    const texts = await fill(opened.repository, 3);
    const { commit } = await opened.repository.commit({
      ref: 'refs/x/y',
      ...partsOf({ a: 'alone' }),
    });
    await opened.repository.deleteRef('refs/x/y', commit.oid);
    await opened.repository.pack(never());
    expect((await opened.repository.counts()).loose).toBe(3);
    expect((await openRepository(opened.repository.gitdir).readCommit(commit.oid)).oid).toBe(
      commit.oid,
    );
    await expectWhole(opened, texts);
  });

  test('loses nothing to reads and commits that go on meanwhile', async () => {
    const opened = await openFresh();
    const { repository } = opened;
    const texts = await fill(repository, 30);
    const reader = openRepository(repository.gitdir);
    const state = { isDone: false };
    const packing = (async () => {
      try {
        for (let round = 0; round < 4; round += 1) await repository.pack(never());
      } finally {
        state.isDone = true;
      }
    })();
    const reading = (async () => {
      let count = 0;
      for (; !state.isDone; count += 1) {
        const [name = ''] = [...texts.keys()].slice(count % texts.size);
        await reader.checkObject(name.split(':')[0] ?? '');
        // What is in memory is answered at once: the others get their turn here.
        await setImmediate();
      }
      return count;
    })();
    const writing = (async () => {
      const written = new Map<string, string>();
      while (!state.isDone)
        for (const [name, text] of await fill(repository, 1)) written.set(name, text);
      return written;
    })();
    await packing;
    expect(await reading).toBeGreaterThan(0);
    const written = await writing;
    expect(written.size).toBeGreaterThan(0);
    await expectWhole(opened, new Map([...texts, ...written]));
    reader.close();
  });

  test('ends by its signal and leaves nothing unfinished', async () => {
    const opened = await openFresh();
    const texts = await fill(opened.repository, 30);
    for (const after of [0, 5, 20, 40, 80]) {
      const controller = new AbortController();
      const packing = opened.repository.pack(controller.signal);
      const settled = Promise.allSettled([packing]);
      setTimeout(() => {
        controller.abort();
      }, after);
      await settled;
      const left = readdirSync(join(opened.repository.gitdir, 'objects/pack'));
      expect(left.filter((name) => name.startsWith('tmp_'))).toEqual([]);
      await expectWhole(opened, texts);
    }
    await opened.repository.pack(never());
    expect((await opened.repository.counts()).loose).toBe(0);
  });

  test('gives way to who must be alone, and goes on after it', async () => {
    const { repository } = await openFresh();
    await fill(repository, 10);
    const first = Promise.allSettled([repository.pack(never())]);
    await alone(repository.gitdir, () => Promise.resolve());
    expect((await first)[0].status).toBe('rejected');
    await repository.pack(never());
    expect((await repository.counts()).loose).toBe(0);
  });

  test('a kill at any of its calls of the disk costs nothing, and the next time goes on', async () => {
    for (let at = 1; ; at += 3) {
      let calls = 0;
      const die = (): void => {
        calls += 1;
        if (calls >= at) throw new Error('killed');
      };
      const disk: Disk = {
        ...nodeDisk,
        open: (...args: Parameters<Disk['open']>) => (die(), nodeDisk.open(...args)),
        unlink: (path) => (die(), nodeDisk.unlink(path)),
        rm: (path, options) => (die(), nodeDisk.rm(path, options)),
      };
      const opened = await openFresh();
      const texts = await fill(opened.repository, 3);
      const [result] = await Promise.allSettled([
        (async () => openRepository(opened.repository.gitdir, disk).pack(never()))(),
      ]);
      await expectWhole(opened, texts);
      await opened.repository.pack(never());
      expect((await opened.repository.counts()).loose).toBe(0);
      await expectWhole(opened, texts);
      if (result.status === 'fulfilled') return;
    }
  }, 60_000);

  test('on a disk that turned read-only, no loose object goes for a pack that was not synced', async () => {
    let wasStruck = true;
    for (let at = 0; wasStruck; at += 1) {
      const root = await makeFolder();
      const faulty = new FaultyDisk(undefined);
      const recorder = new Recorder(root, faulty.disk);
      const places = toPlaces(root);
      await createStore(places, Date.UTC(2026, 0, 1), recorder.disk);
      const repository = openRepository(places.git, recorder.disk);
      const texts = await fill(repository, 2);
      faulty.plan = {
        ...{ fault: { kind: 'refuse', code: 'EROFS' }, at, lasting: true },
        matches: (call) => isChange(call) && call.kind !== 'file.writeFile',
      };
      await withoutGit(() => repository.pack(never())).catch(() => undefined);
      faulty.plan = undefined;
      wasStruck = faulty.struck > 0;
      await withoutGit(() => repository.pack(never()));
      expect((await repository.counts()).loose).toBe(0);
      repository.close();
      // What has gone has gone for good.
      const objects = join(places.git, 'objects');
      for (const name of readdirSync(objects))
        if (name.length === 2) await syncFolder(join(objects, name), recorder.disk);
      const after = await makeFolder();
      await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
      const { git } = toPlaces(after);
      await expectWhole({ repository: openRepository(git), git: gitOn(git) }, texts);
    }
  }, 60_000);

  test('keeps the loose copy of what is damaged in a pack', async () => {
    const opened = await openFresh();
    const { repository, git } = opened;
    const { blobs } = await repository.commit({ ref: MAIN, ...partsOf({ a: BODY }) });
    git('repack', '-adq');
    const oid = blobs.get('a') ?? '';
    const folder = join(repository.gitdir, 'objects/pack');
    const pack = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack')) ?? '');
    const bytes = readFileSync(pack);
    const line = git('verify-pack', '-v', pack.replace(/pack$/, 'idx'));
    const offset = Number(new RegExp(`^${oid} blob +\\d+ \\d+ (\\d+)`, 'm').exec(line)?.[1]);
    bytes.fill(0x55, offset + 500, offset + 900);
    chmodSync(pack, 0o644);
    writeFileSync(pack, bytes);
    await repository.commit({ ref: MAIN, ...partsOf({ b: BODY }) });
    await repository.pack(never());
    expect(
      readFileSync(looseObjectPath(join(repository.gitdir, 'objects'), oid)).length,
    ).toBeGreaterThan(0);
    expect((await openRepository(repository.gitdir).readBlob(oid)).toString()).toBe(BODY);
  });
});
