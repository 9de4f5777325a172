import { readdirSync, statSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { DEFAULT_RETENTION, type Collected } from '../../../contract/retention.js';
import { expireDay } from '../../../server/history/expire.js';
import { collect, type CollectOptions } from '../../../server/history/gc.js';
import {
  getSnapshot,
  newestOf,
  readNotebook,
  readSnapshotState,
  type History,
} from '../../../server/history/history.js';
import { setPin } from '../../../server/history/pin.js';
import { record } from '../../../server/history/record.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { looseObjectPath } from '../../../server/store/git/loose.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange } from '../../faults/interpose.js';
import { endBoot } from '../../faults/power-cut.js';
import { makeFolder, readHistories } from '../scratch.js';
import { DAY, NOON, openOn, rowsOf, saveOften, type SetClock } from './days.js';
import { gitOf, keep } from './kept.js';

function run(history: History, options: Partial<CollectOptions> = {}): Promise<Collected> {
  return collect(history, {
    retention: DEFAULT_RETENTION,
    grace: 14,
    dryRun: false,
    signal: new AbortController().signal,
    ...options,
  });
}

/** Two days of saves, ten of the first day within two hours, and one of today, forty days on. */
async function fill(
  history: History,
  clock: SetClock,
): Promise<{ readonly first: readonly string[]; readonly second: readonly string[] }> {
  const minutes = [0, 10, 10, 10, 10, 10, 10, 10, 10, 10];
  const first = await saveOften(history, clock, { path: 'a.ipynb', minutes });
  clock.now = NOON + DAY;
  const second = await saveOften(history, clock, { path: 'a.ipynb', minutes: [0, 10] });
  clock.now = NOON + 40 * DAY;
  await saveOften(history, clock, { path: 'a.ipynb', minutes: [0] });
  return { first, second };
}

describe('a collection', () => {
  test('thins out old days, says which, and leaves each version that stays as it was', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    const { first, second } = await fill(history, clock);
    const stays = [first.at(-1) ?? '', second.at(-1) ?? ''];
    const before = await Promise.all(
      stays.map(async (id) => readNotebook(history.store, await getSnapshot(history.store, id))),
    );
    const subject = gitOf(history)(
      'log',
      '-1',
      '--format=%an %ae %at %B',
      (await getSnapshot(history.store, stays[0] ?? '')).commit,
    );
    const planned = await run(history, { dryRun: true });
    expect(await history.store.catalog.snapshotCount()).toBe(13);
    const done = await run(history);
    expect({ ...done, dryRun: true }).toEqual(planned);
    expect(done.snapshots.count).toBe(10);
    expect(done.snapshots.days.map(({ day, path, snapshots }) => [day, path, snapshots])).toEqual([
      ['2036-10-01', 'a.ipynb', first.slice(0, -1)],
      ['2036-10-02', 'a.ipynb', second.slice(0, -1)],
    ]);
    const after = await Promise.all(
      stays.map(async (id) => readNotebook(history.store, await getSnapshot(history.store, id))),
    );
    expect(after).toEqual(before);
    const git = gitOf(history);
    const commit = (await getSnapshot(history.store, stays[0] ?? '')).commit;
    expect(git('log', '-1', '--format=%an %ae %at %B', commit)).toBe(subject);
    expect(git('rev-list', '--count', 'refs/cellar/auto/2036-10-01').trim()).toBe('1');
    expect(git('rev-parse', 'refs/cellar/auto/2036-10-01').trim()).toBe(commit);
    git('fsck', '--full', '--strict');
    expect((await run(history)).snapshots.count).toBe(0);
  });

  test('leaves an id that says when it expired and what is kept nearest to it', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    const { first } = await fill(history, clock);
    await run(history);
    const [gone = '', near] = [first[8], first[9]];
    const [notebook] = await history.store.catalog.notebooks();
    for (const asked of [gone, gone.slice(0, 24)])
      await expect(getSnapshot(history.store, asked)).rejects.toThrow(
        expect.objectContaining({
          code: 'expired',
          facts: {
            path: 'a.ipynb',
            expired: {
              ...{ id: gone, notebook: notebook?.id, path: 'a.ipynb' },
              ...{ time: '2036-10-01T13:20:00.000Z', expired: '2036-11-10T12:00:00.000Z' },
              nearest: { id: near, time: '2036-10-01T13:30:00.000Z' },
            },
          },
          message: `Version ${gone} of a.ipynb, taken 2036-10-01 13:20 UTC, was thinned out on 2036-11-10. The nearest that is kept: ${near ?? ''} of 2036-10-01 13:30 UTC.`,
        }),
      );
    await expect(setPin(history, gone, true)).rejects.toMatchObject({ code: 'expired' });
  });

  test('is the same in a catalog built anew, and after a restart', async () => {
    const clock = { now: NOON };
    const root = await makeFolder();
    const history = await openOn(clock, root);
    await fill(history, clock);
    await run(history);
    const live = await rowsOf(history);
    await reindex(history);
    expect(await rowsOf(history)).toEqual(live);
    await history.store.close();
    expect(await rowsOf(await openOn(clock, root))).toEqual(live);
  });

  test('takes away a day of which nothing stays, and a catalog that knew it indexes no other day again', async () => {
    const clock = { now: NOON };
    const root = await makeFolder();
    const history = await openOn(clock, root);
    await fill(history, clock);
    await history.store.catalog.flush();
    await run(history, { retention: { ...DEFAULT_RETENTION, daily: 35 } });
    const git = gitOf(history);
    expect(git('for-each-ref', '--format=%(refname)', 'refs/cellar/auto').trim()).toBe(
      'refs/cellar/auto/2036-11-10',
    );
    expect(
      (await newestOf(history.store, (await history.store.catalog.notebooks())[0]?.id ?? ''))?.line,
    ).toBe('auto');
    expect(await history.store.catalog.snapshotCount()).toBe(1);
  });

  test('keeps what is pinned, with a message, and the newest of each notebook', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    const [one = ''] = await saveOften(history, clock, { path: 'a.ipynb', minutes: [0, 1, 1] });
    const { row } = await keep(history, 'a.ipynb', ['m'], { message: 'good' });
    await saveOften(history, clock, { path: 'b.ipynb', minutes: [1] });
    await setPin(history, one, true);
    clock.now = NOON + 300 * DAY;
    await saveOften(history, clock, { path: 'c.ipynb', minutes: [0] });
    await run(history, { retention: { ...DEFAULT_RETENTION, daily: 30 } });
    const { catalog } = history.store;
    expect((await catalog.findSnapshot(one))?.line).toBe('main');
    expect(await catalog.findSnapshot(row.id)).toBeDefined();
    const histories = await readHistories(history.store);
    expect(histories.map(({ length }) => length).sort()).toEqual([1, 1, 2]);
  });

  test('does nothing when the clock jumps ten years on', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    await saveOften(history, clock, { path: 'a.ipynb', minutes: [0, 1, 1] });
    await history.store.artifacts.add(Readable.from([Buffer.from('model')]));
    clock.now += 3650 * DAY;
    const done = await run(history);
    expect(done.snapshots.count).toBe(0);
    expect(done.artifacts.count).toBe(0);
    expect(done.heldBack).toContain('clock');
    expect(await history.store.artifacts.measure()).toMatchObject({ count: 1 });
  });

  test('frees a file that nothing refers to once its grace is over', async () => {
    const clock = { now: Date.now() };
    const history = await openOn(clock);
    await saveOften(history, clock, { path: 'a.ipynb', minutes: [0] });
    await history.store.artifacts.add(Readable.from([Buffer.from('model')]));
    expect((await run(history, { grace: 0 })).artifacts.count).toBe(0);
    clock.now += 13 * DAY;
    expect((await run(history)).artifacts.count).toBe(0);
    clock.now += 2 * DAY;
    expect((await run(history, { dryRun: true })).artifacts).toMatchObject({ count: 1, bytes: 5 });
    expect(await history.store.artifacts.measure()).toMatchObject({ count: 1 });
    expect((await run(history)).bytes).toBe(5);
    expect(await history.store.artifacts.measure()).toEqual({ count: 0, bytes: 0 });
  });

  test('ended between two days goes on where it was', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    await fill(history, clock);
    const ending = new AbortController();
    const report = (): void => {
      ending.abort(new Error('enough'));
    };
    await expect(run(history, { signal: ending.signal, report })).rejects.toThrow('enough');
    const left = (await run(history)).snapshots.count;
    expect(left).toBeGreaterThan(0);
    expect(await history.store.catalog.expired()).toHaveLength(10);
  });

  test('killed between the record of what expired and the day is finished by the next', async () => {
    const clock = { now: NOON };
    const root = await makeFolder();
    const history = await openOn(clock, root);
    const { first } = await fill(history, clock);
    const going = await Promise.all(
      first.slice(0, -1).map(async (id) => {
        const { notebook, path, time } = await getSnapshot(history.store, id);
        return { id, notebook, path, time };
      }),
    );
    await record(history, 'expire', {
      expired: new Date(clock.now).toISOString(),
      snapshots: going,
    });
    await history.store.close();
    const again = await openOn(clock, root);
    await expect(getSnapshot(again.store, first[0] ?? '')).rejects.toThrow('thinned out');
    await run(again);
    await sealPending(again);
    expect(gitOf(again)('rev-list', '--count', 'refs/cellar/auto/2036-10-01').trim()).toBe('1');
    const live = await rowsOf(again);
    await reindex(again);
    expect(await rowsOf(again)).toEqual(live);
  });

  test('frees in git what thinned out, as the dry run said, and says so', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    await fill(history, clock);
    const before = looseOf(history);
    const planned = await run(history, { dryRun: true });
    // Of ten versions the notebook, its state, the four trees above them, and the commit; and two commits that stay as new ones.
    expect(planned.objects.count).toBe(10 * 7 + 2);
    expect(looseOf(history)).toEqual(before);
    const done = await run(history);
    expect(done.objects).toEqual(planned.objects);
    expect(done.bytes).toBe(done.objects.bytes);
    expect(gitOf(history)('fsck', '--full', '--strict', '--unreachable')).toBe('');
    const after = looseOf(history);
    const gone = [...before].filter(([oid]) => !after.has(oid));
    expect(gone).toHaveLength(done.objects.count);
    expect(gone.reduce((sum, [, size]) => sum + size, 0)).toBe(done.objects.bytes);
    expect((await run(history)).objects).toEqual({ count: 0, bytes: 0 });
  });

  test('does not confuse who asked for a version before: it is read where it is now, or has expired', async () => {
    const clock = { now: NOON };
    const root = await makeFolder();
    const history = await openOn(clock, root);
    const { first } = await fill(history, clock);
    const [goes, stays] = await Promise.all(
      [first[0] ?? '', first.at(-1) ?? ''].map((id) => getSnapshot(history.store, id)),
    );
    if (goes === undefined || stays === undefined) throw new RangeError('ten were saved');
    const state = await readSnapshotState(history.store, stays);
    await run(history);
    await history.store.close();
    const { store } = await openOn(clock, root);
    await expect(store.repository.readCommit(stays.commit)).rejects.toThrow('missing');
    expect(await readSnapshotState(store, stays)).toEqual(state);
    await expect(readNotebook(store, goes)).rejects.toMatchObject({ code: 'expired' });
    await store.close();
  });

  test('leaves what was put into git within the last hour', async () => {
    const clock = { now: Date.now() };
    const history = await openOn(clock);
    const [first = ''] = await saveOften(history, clock, { path: 'a.ipynb', minutes: [0, 1, 1] });
    await expireDay(history, [await getSnapshot(history.store, first)]);
    expect((await run(history)).objects.count).toBe(0);
    clock.now = Date.now() + 2 * 60 * 60 * 1000;
    expect((await run(history)).objects.count).toBeGreaterThan(0);
  });

  test('frees nothing in git where something that a version needs is missing, and says why', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    const { first } = await fill(history, clock);
    const { blob } = await getSnapshot(history.store, first.at(-1) ?? '');
    await rm(looseObjectPath(join(history.store.places.git, 'objects'), blob));
    const done = await run(history);
    expect(done.snapshots.count).toBe(10);
    expect(done.objects.count).toBe(0);
    expect(done.heldBack).toContain('cellar verify');
  });

  test('killed at any change of the disk loses nothing that stays', async () => {
    const clock = { now: NOON };
    const filled = await makeFolder();
    const first = await openOn(clock, filled);
    await fill(first, clock);
    await first.store.close();
    let struck = 1;
    for (let at = 0; struck > 0; at += 9) {
      const root = await makeFolder();
      await cp(filled, root, { recursive: true });
      const faulty = new FaultyDisk(undefined);
      const history = await openOn(clock, root, { disk: faulty.disk, report: () => undefined });
      const fault = { kind: 'refuse' as const, code: 'EIO' };
      faulty.plan = { fault, matches: isChange, at, lasting: true };
      await run(history).catch(() => undefined);
      ({ struck } = faulty);
      await endBoot(root);
      const again = await openOn(clock, root);
      await run(again);
      expect(await again.store.catalog.snapshotCount()).toBe(3);
      expect(await again.store.catalog.expired()).toHaveLength(10);
      expect(gitOf(again)('fsck', '--full', '--strict', '--unreachable')).toBe('');
      await sealPending(again);
      const live = await rowsOf(again);
      await reindex(again);
      expect(await rowsOf(again)).toEqual(live);
      await again.store.close();
    }
  }, 240_000);
});

/** The loose objects with their sizes. */
function looseOf({ store }: History): ReadonlyMap<string, number> {
  const objects = join(store.places.git, 'objects');
  const sizes = new Map<string, number>();
  for (const folder of readdirSync(objects).filter((name) => /^[0-9a-f]{2}$/.test(name)))
    for (const name of readdirSync(join(objects, folder)))
      sizes.set(folder + name, statSync(join(objects, folder, name)).size);
  return sizes;
}
