import { describe, expect, test } from 'vitest';

import { repackJob } from '../../../server/main/repack-job.js';
import { createMemoryRepository } from '../../../server/store/git/repository-memory.js';
import { toObject } from '../../../server/store/git/object.js';
import { openTestHistory, makeFolder } from '../scratch.js';

const HOUR = 60 * 60_000;

describe('the job that repacks', () => {
  test('has nothing to do in a small store, something where many objects are loose, and does not insist', async () => {
    const history = await openTestHistory(await makeFolder());
    const { repository } = history.store;
    const job = repackJob(history);
    expect(await job.isDue?.()).toBe(false);
    const texts = Array.from({ length: 2_000 }, (_, at) => toObject('blob', Buffer.from(`${at}`)));
    // Few at a time, as snapshots are: many at once would come as a pack.
    for (let at = 0; at < texts.length; at += 16)
      await repository.addObjects(texts.slice(at, at + 16));
    expect(await job.isDue?.()).toBe(true);
    await job.run(new AbortController().signal);
    await repository.checkObject(texts[7]?.oid ?? '');
    // Nothing leads to them, so that they are left for a collection: to look at them each minute would help nobody.
    expect((await repository.counts()).loose).toBeGreaterThanOrEqual(2_000);
    expect(await job.isDue?.()).toBe(false);
    await history.store.close();
  });

  test('leaves a store alone for some hours after a failure', async () => {
    const repository = {
      ...createMemoryRepository(),
      counts: () => Promise.resolve({ loose: 5_000, packs: 0 }),
      pack: () => Promise.reject(new Error('no space left')),
    };
    const clock = { now: 0 };
    const history = await openTestHistory(await makeFolder());
    const job = repackJob({ store: { ...history.store, repository } }, () => clock.now);
    expect(await job.isDue?.()).toBe(true);
    await expect(job.run(new AbortController().signal)).rejects.toThrow('no space left');
    expect(await job.isDue?.()).toBe(false);
    clock.now += 7 * HOUR;
    expect(await job.isDue?.()).toBe(true);
    await history.store.close();
  });
});
