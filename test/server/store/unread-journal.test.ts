import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { openHistory } from '../../../server/history/history.js';
import { sealPending } from '../../../server/history/seal.js';
import { INDEXERS, RECORDERS } from '../../../server/main/subjects.js';
import { toPlaces } from '../../../server/store/places.js';
import { canOwn, type Store } from '../../../server/store/store.js';
import { readCourse } from '../../../server/tracking/read-course.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { diskThatFailsReads } from '../disk.js';
import { keep, LONG } from '../history/kept.js';
import { makeFolder, openTestHistory, openTestStore } from '../scratch.js';

const RUN = 'a'.repeat(32);

/** A store that ended, as by a kill, with three points in its journal. */
async function makePoints(root: string): Promise<void> {
  const history = await openTestHistory(root);
  await keep(history, 'a.ipynb', LONG);
  for (const step of [1, 2, 3])
    await logPoints(history, RUN, { points: [{ name: 'acc', value: step, step, time: step }] });
  await history.store.close();
}

async function readPoints(store: Store): Promise<unknown[]> {
  const course = await readCourse(store, { run: RUN, name: 'acc', buckets: 100 });
  return course.points.map(({ value }) => value);
}

test.each(['EIO', 'EMFILE', 'EACCES'])(
  'a journal that cannot be read at one start (%s) is lost at none after it',
  async (code) => {
    const root = await makeFolder();
    await makePoints(root);
    const reported: string[] = [];
    const disk = diskThatFailsReads(
      (path) => path.includes('/journal/'),
      () => code,
    );
    const store = await openTestStore(root, {
      disk,
      report: (error) => reported.push(String(error)),
    });
    const history = await openHistory(store, INDEXERS, RECORDERS);
    expect(store.readOnly).toBe(true);
    expect(reported[0]).toContain('cannot be read');
    // What is in git is still there to be read.
    expect(await store.catalog.snapshotCount()).toBe(1);
    const refused = { code: 'store_read_only' };
    await expect(keep(history, 'a.ipynb', ['x', ...LONG])).rejects.toMatchObject(refused);
    await expect(logPoints(history, RUN, { points: [] })).rejects.toMatchObject(refused);
    await expect(sealPending(history)).rejects.toMatchObject(refused);
    await store.close();

    const again = await openTestHistory(root);
    await keep(again, 'a.ipynb', ['y', ...LONG]);
    expect(await readPoints(again.store)).toEqual([1, 2, 3]);
    expect(await readdir(again.store.places.journal)).toEqual([]);
  },
);

test('whoever waits to own a store owns it once its journal can be read', async () => {
  const root = await makeFolder();
  await makePoints(root);
  const places = toPlaces(root);
  const [name = ''] = await readdir(places.journal);
  const [file, aside] = [join(places.journal, name), join(root, 'aside')];
  renameSync(file, aside);
  mkdirSync(file);
  expect(await canOwn(places)).toBe(false);
  rmdirSync(file);
  renameSync(aside, file);
  expect(await canOwn(places)).toBe(true);
  expect(await readPoints((await openTestHistory(root)).store)).toEqual([1, 2, 3]);
});
