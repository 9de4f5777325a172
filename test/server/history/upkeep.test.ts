import { setImmediate } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { startUpkeep, type Upkeep, type UpkeepJob } from '../../../server/history/upkeep.js';

interface Clock {
  now: number;
  activity: number;
}

function start(
  jobs: readonly UpkeepJob[],
  reported: unknown[] = [],
): { readonly clock: Clock; readonly upkeep: Upkeep } {
  const clock: Clock = { now: 0, activity: 0 };
  const upkeep = startUpkeep(jobs, {
    activity: () => clock.activity,
    now: () => clock.now,
    report: (error) => reported.push(error),
    tick: 1_000_000,
  });
  onTestFinished(() => upkeep.stop());
  return { clock, upkeep };
}

test('an idle job runs once the workspace is quiet after a change, and once for each', async () => {
  let runs = 0;
  const run = (): Promise<void> => {
    runs += 1;
    return Promise.resolve();
  };
  const { clock, upkeep } = start([{ name: 'seal', idle: 5, run }]);
  const seen: number[] = [];
  for (const [now, activity] of [
    [10, 0],
    [20, 1],
    [24, 1],
    [25, 1],
    [60, 1],
    [61, 2],
    [65, 3],
    [69, 3],
    [70, 3],
  ] as const) {
    Object.assign(clock, { now, activity });
    await upkeep.look();
    seen.push(runs);
  }
  expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 2]);
});

test('a job runs each time its time has passed, unless it is not due', async () => {
  const ran: number[] = [];
  let due = true;
  const { clock, upkeep } = start([
    {
      name: 'daily',
      every: 10,
      isDue: () => due,
      run: () => Promise.resolve(void ran.push(clock.now)),
    },
  ]);
  for (const now of [5, 10, 15, 20, 31]) {
    clock.now = now;
    due = now !== 20;
    await upkeep.look();
  }
  expect(ran).toEqual([10, 31]);
});

test('never two long jobs run at a time, a failure is reported, and the others go on', async () => {
  const reported: unknown[] = [];
  const ran: string[] = [];
  const { clock, upkeep } = start(
    [
      { name: 'fails', every: 1, run: () => Promise.reject(new Error('no room')) },
      { name: 'works', every: 1, run: () => Promise.resolve(void ran.push('works')) },
    ],
    reported,
  );
  clock.now = 1;
  await Promise.all([upkeep.look(), upkeep.look()]);
  expect(ran).toEqual(['works']);
  expect(reported.map(String)).toEqual(['Error: no room']);
});

test('a short job keeps its time while a long one runs', async () => {
  const ran: number[] = [];
  let end: () => void = () => undefined;
  const { clock, upkeep } = start([
    {
      name: 'seal',
      every: 60,
      isShort: true,
      run: () => Promise.resolve(void ran.push(clock.now)),
    },
    { name: 'repack', every: 10, run: () => new Promise((resolve) => (end = resolve)) },
    { name: 'gc', every: 10, run: () => Promise.resolve(void ran.push(-clock.now)) },
  ]);
  const looks: Promise<void>[] = [];
  for (const now of [10, 60, 90, 120]) {
    clock.now = now;
    looks.push(upkeep.look());
    await setImmediate();
  }
  expect(ran).toEqual([60, 120]);
  end();
  await Promise.all(looks);
  expect(ran).toEqual([60, 120, -120]);
});

test('stopping ends the job that runs, and waits for it', async () => {
  let ended = false;
  const { clock, upkeep } = start([
    {
      name: 'long',
      every: 1,
      run: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            ended = true;
            resolve();
          });
        }),
    },
  ]);
  clock.now = 1;
  void upkeep.look();
  await Promise.resolve();
  await upkeep.stop();
  expect(ended).toBe(true);
});
