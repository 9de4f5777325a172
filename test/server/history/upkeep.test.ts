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

test('an idle job runs once the workspace is quiet after the start or a change, and once for each', async () => {
  let runs = 0;
  const run = (): Promise<void> => {
    runs += 1;
    return Promise.resolve();
  };
  const { clock, upkeep } = start([{ name: 'seal', idle: 5, run }]);
  const seen: number[] = [];
  for (const [now, activity] of [
    [4, 0],
    [5, 0],
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
  expect(seen).toEqual([0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]);
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

test('a failure is reported, and the others go on', async () => {
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

test('a long job delays the other long ones and none of the short ones', async () => {
  const ran: string[] = [];
  let end = (): void => undefined;
  const note = (name: string) => () => Promise.resolve(void ran.push(name));
  const { clock, upkeep } = start([
    {
      name: 'repack',
      long: true,
      every: 10,
      run: () => {
        ran.push('repack');
        return new Promise((resolve) => (end = resolve));
      },
    },
    { name: 'gc', long: true, every: 10, run: note('gc') },
    { name: 'seal', every: 10, run: note('seal') },
  ]);
  const looks = [10, 20, 30].map((now) => async (): Promise<void> => {
    clock.now = now;
    const looked = upkeep.look();
    await new Promise((resolve) => setImmediate(resolve));
    if (now < 30) return;
    end();
    await looked;
  });
  for (const look of looks) await look();
  expect(ran).toEqual(['seal', 'repack', 'seal', 'seal', 'gc']);
});

test('never two short jobs run at a time', async () => {
  let running = 0;
  let most = 0;
  const run = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const { clock, upkeep } = start([
    { name: 'one', every: 1, run },
    { name: 'two', every: 1, run },
  ]);
  clock.now = 1;
  await Promise.all([upkeep.look(), upkeep.look()]);
  expect(most).toBe(1);
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
