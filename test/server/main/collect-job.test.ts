import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { expireDay } from '../../../server/history/expire.js';
import { getSnapshot } from '../../../server/history/history.js';
import { collectJob } from '../../../server/main/collect-job.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { DAY, openOn, saveOften } from '../history/days.js';

test('the daily job frees by the settings of the workspace, and what is of no use in git', async () => {
  const clock = { now: Date.now() };
  const history = await openOn(clock);
  const { store } = history;
  const operating = openOperatingState(store.places);
  const told: string[] = [];
  const job = collectJob(history, operating, () => told.push('collected'));
  const [first = ''] = await saveOften(history, clock, { path: 'a.ipynb', minutes: [0, 1, 1] });
  const { commit } = await getSnapshot(store, first);
  await expireDay(history, [await getSnapshot(store, first)]);
  await store.artifacts.add(Readable.from([Buffer.from('model')]));
  await operating.writeSettings({ spaceLimit: 0, artifactGrace: 30 });
  expect(await job.isDue?.()).toBe(true);
  clock.now = Date.now() + 20 * DAY;
  await job.run(new AbortController().signal);
  expect(await store.artifacts.measure()).toMatchObject({ count: 1 });
  await expect(store.repository.checkObject(commit)).rejects.toMatchObject({
    code: 'store_damaged',
  });
  expect(await job.isDue?.()).toBe(false);
  clock.now += 20 * DAY;
  expect(await job.isDue?.()).toBe(true);
  await operating.writeSettings({
    spaceLimit: 0,
    artifactGrace: 30,
    retention: { off: false, all: 1, hourly: 1, daily: 2 },
  });
  await job.run(new AbortController().signal);
  expect(await store.artifacts.measure()).toMatchObject({ count: 0 });
  expect(await store.catalog.snapshotCount()).toBe(1);
  expect(told).toEqual(['collected']);
});
