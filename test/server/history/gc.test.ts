import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { DEFAULT_RETENTION, type Collected } from '../../../contract/retention.js';
import { collect, type CollectOptions } from '../../../server/history/gc.js';
import {
  getSnapshot,
  newestOf,
  readNotebook,
  type History,
} from '../../../server/history/history.js';
import { setPin } from '../../../server/history/pin.js';
import { record } from '../../../server/history/record.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
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
      ['2026-10-01', 'a.ipynb', first.slice(0, -1)],
      ['2026-10-02', 'a.ipynb', second.slice(0, -1)],
    ]);
    const after = await Promise.all(
      stays.map(async (id) => readNotebook(history.store, await getSnapshot(history.store, id))),
    );
    expect(after).toEqual(before);
    const git = gitOf(history);
    const commit = (await getSnapshot(history.store, stays[0] ?? '')).commit;
    expect(git('log', '-1', '--format=%an %ae %at %B', commit)).toBe(subject);
    expect(git('rev-list', '--count', 'refs/cellar/auto/2026-10-01').trim()).toBe('1');
    expect(git('rev-parse', 'refs/cellar/auto/2026-10-01').trim()).toBe(commit);
    git('fsck', '--full', '--strict');
    expect((await run(history)).snapshots.count).toBe(0);
  });

  test('leaves an id that says when it expired and what is kept nearest to it', async () => {
    const clock = { now: NOON };
    const history = await openOn(clock);
    const { first } = await fill(history, clock);
    await run(history);
    const [gone = '', near] = [first[8], first[9]];
    for (const asked of [gone, gone.slice(0, 24)])
      await expect(getSnapshot(history.store, asked)).rejects.toThrow(
        expect.objectContaining({
          code: 'expired',
          message: `Version ${gone} of a.ipynb, taken 2026-10-01 13:20 UTC, was thinned out on 2026-11-10. The nearest that is kept: ${near ?? ''} of 2026-10-01 13:30 UTC.`,
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
      'refs/cellar/auto/2026-11-10',
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
    expect(gitOf(again)('rev-list', '--count', 'refs/cellar/auto/2026-10-01').trim()).toBe('1');
    const live = await rowsOf(again);
    await reindex(again);
    expect(await rowsOf(again)).toEqual(live);
  });

  test('killed at any call of the disk loses nothing that stays', async () => {
    for (let at = 1; at < 400; at += 7) {
      const clock = { now: NOON };
      const root = await makeFolder();
      const first = await openOn(clock, root);
      await fill(first, clock);
      await first.store.close();
      const dying = dieAt(at);
      let died = false;
      try {
        const history = await openOn(clock, root, { disk: dying.disk, report: () => undefined });
        dying.arm();
        await run(history);
        dying.disarm();
      } catch {
        died = true;
      }
      await dying.release(root);
      const again = await openOn(clock, root);
      await run(again);
      expect(await again.store.catalog.snapshotCount()).toBe(3);
      expect(await again.store.catalog.expired()).toHaveLength(10);
      gitOf(again)('fsck', '--full', '--strict');
      await sealPending(again);
      const live = await rowsOf(again);
      await reindex(again);
      expect(await rowsOf(again)).toEqual(live);
      await again.store.close();
      if (!died) return;
    }
  }, 120_000);
});

/** A disk on which nothing more happens from its n-th call on, once it is armed. */
function dieAt(calls: number): {
  readonly disk: Disk;
  arm(): void;
  disarm(): void;
  release(root: string): Promise<void>;
} {
  let left = Infinity;
  const die = (): void => {
    left -= 1;
    if (left < 0) throw Object.assign(new Error('killed'), { code: 'EIO' });
  };
  const wrapped = Object.fromEntries(
    Object.entries(nodeDisk).map(([name, call]) => [
      name,
      typeof call !== 'function'
        ? call
        : (...args: unknown[]): unknown => {
            try {
              die();
            } catch (error) {
              return Promise.reject(error instanceof Error ? error : new Error(String(error)));
            }
            return (call as (...given: unknown[]) => unknown)(...args);
          },
    ]),
  );
  return {
    disk: wrapped as unknown as Disk,
    arm: () => {
      left = calls;
    },
    disarm: () => {
      left = Infinity;
    },
    // What its lock would be after a kill: nobody's.
    release: (root) => nodeDisk.rm(`${root}/.cellar/lock`, { force: true }),
  };
}
