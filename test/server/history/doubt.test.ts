import { describe, expect, test } from 'vitest';

import type { History } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { MAIN } from '../../../server/store/create.js';
import { readCourse } from '../../../server/tracking/read-course.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { diskThatFailsSyncs } from '../disk.js';
import { openTestHistory } from '../scratch.js';
import { rowsOf } from './days.js';
import { gitOf, keep, LONG } from './kept.js';

const RUN = 'a'.repeat(32);

/** A history on a disk that fails to sync the folder of a ref, after the ref was renamed into it, as often as is said. */
async function openDoubtful(
  folder: string,
): Promise<{ history: History; fault: { times: number } }> {
  const fault = { times: 0 };
  const disk = diskThatFailsSyncs((path) => path.endsWith(folder), fault);
  return { history: await openTestHistory(undefined, { disk }), fault };
}

function log(history: History, step: number, ended?: 'finished'): Promise<number> {
  const points = [{ name: 'acc', value: step, step, time: step }];
  return logPoints(history, RUN, { points, ended });
}

async function valuesOf({ store }: History): Promise<unknown[]> {
  const course = await readCourse(store, { run: RUN, name: 'acc', buckets: 100 });
  return course.points.map(({ value }) => value);
}

describe('a ref that moved although the sync of its folder failed', () => {
  test('has sealed its records: none is sealed twice', async () => {
    const { history, fault } = await openDoubtful('refs/heads');
    await keep(history, 'a.ipynb', LONG);
    await log(history, 1);
    await sealPending(history);
    await log(history, 2, 'finished');
    fault.times = 1;
    await expect(sealPending(history)).rejects.toThrow('EIO');
    expect(await valuesOf(history)).toEqual([1, 2]);
    expect(await sealPending(history)).toBe(false);
    expect(history.store.journal.pending(0)).toEqual([]);
    expect(await valuesOf(history)).toEqual([1, 2]);
    const live = await rowsOf(history);
    await reindex(history);
    expect(await rowsOf(history)).toEqual(live);
  });

  test('is put once more before anything is answered from it, and refuses as long as that fails', async () => {
    const { history, fault } = await openDoubtful('refs/heads');
    await keep(history, 'a.ipynb', LONG);
    fault.times = 2;
    const again = (): ReturnType<typeof keep> =>
      keep(history, 'a.ipynb', ['x'], { key: 'k-12345678' });
    await expect(again()).rejects.toThrow('EIO');
    await expect(again()).rejects.toThrow('EIO');
    const { row } = await again();
    expect(fault.times).toBe(0);
    expect(await history.store.catalog.history(row.notebook)).toHaveLength(2);
    expect(gitOf(history)('rev-parse', MAIN).trim()).toBe(row.commit);
  });

  test('has a snapshot that a second try finds, also on a day', async () => {
    const { history, fault } = await openDoubtful('refs/cellar/auto');
    await keep(history, 'a.ipynb', LONG, { trigger: 'save' });
    fault.times = 1;
    const save = { trigger: 'save', key: 'k-12345678' } as const;
    await expect(keep(history, 'a.ipynb', ['x'], save)).rejects.toThrow('EIO');
    const { row } = await keep(history, 'a.ipynb', ['x'], save);
    expect(await history.store.catalog.history(row.notebook)).toHaveLength(2);
    const live = await rowsOf(history);
    await reindex(history);
    expect(await rowsOf(history)).toEqual(live);
  });
});
