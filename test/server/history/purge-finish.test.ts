import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { getSnapshot, readNotebook, type History } from '../../../server/history/history.js';
import { finishPurgeJob } from '../../../server/history/purge-finish.js';
import { purge } from '../../../server/history/purge.js';
import { startUpkeep } from '../../../server/history/upkeep.js';
import { nodeDisk, type Disk } from '../../../server/store/disk/disk.js';
import { logPoints } from '../../../server/tracking/record-runs.js';
import { makeFolder, openTestHistory } from '../scratch.js';
import { gitOf, keep } from './kept.js';

const SECRET = 'hunter2hunter2';

/** A disk on which nothing at certain paths can be changed for as long as `refuses` says so. */
function refusingDisk(refuses: (path: string) => boolean): Disk {
  const changes = ['rename', 'rm', 'unlink', 'open'];
  return new Proxy(nodeDisk, {
    get: (target, name, receiver) => {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof name !== 'string' || typeof call !== 'function' || !changes.includes(name))
        return call;
      return (...given: unknown[]): unknown => {
        const path = String(given[name === 'rename' ? 1 : 0]);
        if ((name === 'open' && given[1] === 'r') || !refuses(path))
          return Reflect.apply(call, target, given);
        return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
      };
    },
  });
}

function run(history: History, signal = new AbortController().signal): Promise<unknown> {
  return purge(history, { texts: [SECRET], dryRun: false, signal });
}

function objects({ store }: History): string {
  const args = ['--git-dir', store.places.git, 'cat-file', '--batch', '--batch-all-objects'];
  return execFileSync('git', args).toString('utf8');
}

test('a purge that is ended before its marker has raised nothing and remembers nothing', async () => {
  let isFull = false;
  const disk = refusingDisk((path) => isFull && path.endsWith('purge.json'));
  const history = await openTestHistory(await makeFolder(), { disk });
  const { row } = await keep(history, 'a.ipynb', [`key = '${SECRET}'`]);
  await logPoints(history, 'a'.repeat(32), {
    points: [{ name: SECRET, value: 1, step: 1, time: 1 }],
  });
  isFull = true;
  await expect(run(history)).rejects.toThrow();
  isFull = false;
  expect(() => gitOf(history)('show', 'main:.cellar/generation.json')).toThrow();
  const purged = join(history.store.places.state, 'purged.json');
  await expect(readFile(purged)).rejects.toMatchObject({ code: 'ENOENT' });
  const again = await keep(history, 'a.ipynb', [`again = '${SECRET}'`]);
  for (const { id } of [row, again.row]) {
    const now = await getSnapshot(history.store, id);
    expect((await readNotebook(history.store, now)).toString()).toContain(SECRET);
  }
  await run(history);
  expect(objects(history)).not.toContain(SECRET);
});

test('a purge that fails behind its marker is finished by the same process, before anything else is kept', async () => {
  for (const part of ['refs/heads/main.lock', 'refs/heads/main', 'catalog']) {
    let isFull = false;
    const disk = refusingDisk((path) => isFull && path.includes(part));
    const history = await openTestHistory(await makeFolder(), { disk, report: () => undefined });
    const { row } = await keep(history, 'a.ipynb', [`key = '${SECRET}'`]);
    await keep(history, 'a.ipynb', ['clean']);
    isFull = true;
    const failure = await run(history).catch((error: unknown) => error);
    if (part.startsWith('refs')) {
      expect(failure).toMatchObject({ code: 'disk_full' });
      await expect(keep(history, 'a.ipynb', ['later'])).rejects.toThrow();
    }
    isFull = false;
    await keep(history, 'a.ipynb', ['after']);
    const now = await getSnapshot(history.store, row.id);
    expect((await readNotebook(history.store, now)).toString()).not.toContain(SECRET);
    const finished: number[] = [];
    const done = (generation: number): number => finished.push(generation);
    let clock = 0;
    const job = finishPurgeJob(history, { now: () => clock, done });
    const report = (error: unknown): never => {
      throw error;
    };
    const upkeep = startUpkeep([job], { activity: () => 0, report, now: () => clock, tick: 1e6 });
    clock = 60_000;
    await upkeep.look();
    await upkeep.stop();
    expect(objects(history)).not.toContain(SECRET);
    expect(JSON.parse(gitOf(history)('show', 'main:.cellar/generation.json'))).toEqual({
      generation: 1,
    });
    const marker = join(history.store.places.state, 'purge.json');
    await expect(readFile(marker)).rejects.toMatchObject({ code: 'ENOENT' });
    gitOf(history)('fsck', '--full', '--strict');
  }
});

test('what fails again and again is tried at longer and longer intervals', async () => {
  let isFull = false;
  const disk = refusingDisk((path) => isFull && path.includes('refs/heads/main'));
  const history = await openTestHistory(await makeFolder(), { disk, report: () => undefined });
  await keep(history, 'a.ipynb', [`key = '${SECRET}'`]);
  isFull = true;
  await expect(run(history)).rejects.toThrow('It goes on by itself');
  let clock = 0;
  const job = finishPurgeJob(history, { now: () => clock });
  let tries = 0;
  for (; clock < 62_000; clock += 1_000)
    if ((await job.isDue?.()) === true) {
      tries += 1;
      await expect(job.run(new AbortController().signal)).rejects.toThrow();
    }
  expect(tries).toBe(5);
  isFull = false;
  await job.run(new AbortController().signal);
  expect(await job.isDue?.()).toBe(false);
  expect(objects(history)).not.toContain(SECRET);
});
