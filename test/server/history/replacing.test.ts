import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { History } from '../../../server/history/history.js';
import { reindex } from '../../../server/history/reindex.js';
import { sealPending } from '../../../server/history/seal.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { diskThatFailsReads, diskWith, errno } from '../disk.js';
import { makeFolder, openTestHistory } from '../scratch.js';
import { rowsOf } from './days.js';
import { keep, LONG } from './kept.js';

const RUN = 'a'.repeat(32);

/** Something that is waited for until it is opened. */
class Gate {
  open: () => void = () => undefined;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
}

/** What befalls the disk: reading the refs, or writing the catalog, waits; or the catalog has no room. */
interface Trouble {
  refs?: Gate | undefined;
  catalog?: Gate | undefined;
  isFull?: boolean;
}

function troubledDisk(trouble: Trouble): Disk {
  const readdir = async (...args: Parameters<Disk['readdir']>): Promise<unknown> => {
    if (String(args[0]).includes('refs/cellar')) await trouble.refs?.passed;
    return nodeDisk.readdir(...args);
  };
  const open: Disk['open'] = async (...args) => {
    const path = String(args[0]);
    if (path.includes('/catalog/')) {
      if (trouble.isFull === true) throw errno('ENOSPC', path);
      await trouble.catalog?.passed;
    }
    return nodeDisk.open(...args);
  };
  return diskWith({ readdir: readdir as unknown as Disk['readdir'], open });
}

async function log(history: History, step: number): Promise<void> {
  await logPoints(history, RUN, { points: [{ name: 'acc', value: step, step, time: step }] });
}

const valueOf = async ({ store }: History): Promise<unknown> =>
  (await store.catalog.findRun(RUN))?.metrics['acc']?.value;

async function expectSameAnew(history: History): Promise<void> {
  await sealPending(history);
  const live = await rowsOf(history);
  await reindex(history);
  expect(await rowsOf(history)).toEqual(live);
}

describe('a catalog that is built anew while points are logged', () => {
  test('has them from its first moment on', async () => {
    const trouble: Trouble = {};
    const history = await openTestHistory(undefined, { disk: troubledDisk(trouble) });
    await keep(history, 'a.ipynb', LONG);
    await history.store.catalog.flush();
    const [refs, catalog] = [new Gate(), new Gate()];
    Object.assign(trouble, { refs, catalog });
    const going = reindex(history);
    await sleep(30);
    await log(history, 1);
    refs.open();
    // It is in its place now, and about to be written.
    await sleep(60);
    expect(await valueOf(history)).toBe(1);
    await log(history, 2);
    catalog.open();
    await going;
    expect(await valueOf(history)).toBe(2);
    await expectSameAnew(history);
  });

  test('has them also when it cannot be written, which is reported', async () => {
    const trouble: Trouble = {};
    const reported: string[] = [];
    const history = await openTestHistory(undefined, {
      disk: troubledDisk(trouble),
      report: (error) => reported.push(String(error)),
    });
    await keep(history, 'a.ipynb', LONG);
    await history.store.catalog.flush();
    const refs = new Gate();
    Object.assign(trouble, { refs, isFull: true });
    const going = reindex(history);
    await sleep(30);
    await log(history, 1);
    refs.open();
    expect(await going).toBeGreaterThan(0);
    expect(reported[0]).toContain('ENOSPC');
    expect(await valueOf(history)).toBe(1);
    trouble.isFull = false;
    await log(history, 2);
    await expectSameAnew(history);
  });
});

describe('a store opens', () => {
  async function keepSome(root: string): Promise<unknown> {
    const first = await openTestHistory(root);
    await keep(first, 'a.ipynb', LONG);
    await log(first, 1);
    const rows = await rowsOf(first);
    await first.store.close();
    return rows;
  }

  test('where its catalog cannot be written', async () => {
    const root = await makeFolder();
    const rows = await keepSome(root);
    await rm(join(root, '.cellar/catalog'), { recursive: true });
    const again = await openTestHistory(root, {
      disk: troubledDisk({ isFull: true }),
      report: () => undefined,
    });
    expect(await rowsOf(again)).toEqual(rows);
  });

  test('where its catalog cannot be read', async () => {
    const root = await makeFolder();
    const rows = await keepSome(root);
    const reported: string[] = [];
    const disk = diskThatFailsReads(
      (path) => path.includes('/catalog/snapshots-'),
      () => 'EIO',
    );
    const again = await openTestHistory(root, {
      disk,
      report: (error) => reported.push(String(error)),
    });
    expect(reported[0]).toContain('built anew: EIO');
    expect(await rowsOf(again)).toEqual(rows);
  });
});
