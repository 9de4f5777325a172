import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { onTestFinished, expect, test } from 'vitest';

import { createPool, type Errand, type Pool, type PoolOptions } from '../../../server/work/pool.js';
import type { Task } from '../../../server/work/task.js';
import { buildWorkers } from './built.js';

/** What a task of these tests does, as the code of its file. */
const TASKS = {
  add: "import { threadId } from 'node:worker_threads'; export const run = ([a, b]) => ({ value: { sum: a + b, threadId }, transfer: [] });",
  double:
    'export const run = (bytes) => { const value = bytes.map((byte) => 2 * byte); return { value, transfer: [value.buffer] }; };',
  spin: 'export const run = () => { for (;;); };',
  hoard:
    'export const run = () => { const kept = []; for (let at = 0; ; at += 1) kept.push(new Map([[at, {}]])); };',
  grow: 'export const run = () => { const kept = new Map(); for (let at = 0; ; at += 1) kept.set(at, at); };',
  quit: 'export const run = () => { process.exit(3); };',
  fault: "export const run = () => { throw new TypeError('a bug'); };",
  wait: 'export const run = ([flags]) => { Atomics.store(flags, 0, 1); Atomics.notify(flags, 0); Atomics.wait(flags, 1, 0); return { value: 0, transfer: [] }; };',
};

type Sum = { readonly sum: number; readonly threadId: number };
const DOUBLE: Task<Uint8Array, Uint8Array> = { name: 'double' };
const ADD: Task<readonly [number, number], Sum> = { name: 'add' };

async function openPool(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const folder = await buildWorkers();
  for (const [name, code] of Object.entries(TASKS))
    writeFileSync(new URL(`${name}.task.js`, folder), code);
  const pool = createPool({ folder, size: 1, ...options });
  onTestFinished(() => pool.close());
  return pool;
}

function errand<Input>(value: Input, more: Partial<Errand<Input>> = {}): Errand<Input> {
  return { input: () => Promise.resolve({ value, transfer: [] }), timeBox: 60_000, ...more };
}

function task(name: keyof typeof TASKS): Task<unknown, unknown> {
  return { name };
}

/** A task 'wait' says in the first place that it runs, and waits for a word in the second. */
async function untilBegun(flags: Int32Array): Promise<void> {
  while (Atomics.load(flags, 0) === 0) await sleep(5);
}

test('does tasks one after another on the same thread', async () => {
  const pool = await openPool();
  const sums = await Promise.all([1, 2, 3].map((n) => pool.run(ADD, errand([n, 10] as const))));
  expect(sums.map(({ sum }) => sum)).toEqual([11, 12, 13]);
  expect(new Set(sums.map(({ threadId }) => threadId)).size).toBe(1);
});

test('moves buffers there and back', async () => {
  const pool = await openPool();
  const bytes = new Uint8Array([1, 2, 3]);
  const input = (): ReturnType<Errand<Uint8Array>['input']> =>
    Promise.resolve({ value: bytes, transfer: [bytes.buffer] });
  const doubled = await pool.run(DOUBLE, {
    input,
    timeBox: 60_000,
  });
  expect([...doubled]).toEqual([2, 4, 6]);
  expect(bytes.length).toBe(0);
});

test('fetches the input of a task only when a thread is free for it', async () => {
  const pool = await openPool();
  const fetched: number[] = [];
  const fetching =
    (n: number): Errand<readonly [number, number]>['input'] =>
    async () => {
      fetched.push(n);
      await sleep(20);
      expect(fetched.length).toBe(n);
      return { value: [n, 0] as const, transfer: [] };
    };
  const runs = [1, 2, 3].map((n) => pool.run(ADD, { input: fetching(n), timeBox: 60_000 }));
  await Promise.all(runs);
  expect(fetched).toEqual([1, 2, 3]);
});

test('ends a task whose time box runs out, and does the next one on a new thread', async () => {
  const pool = await openPool();
  const before = await pool.run(ADD, errand([1, 1] as const));
  const stuck = pool.run(task('spin'), errand(0, { timeBox: 100 }));
  const after = pool.run(ADD, errand([2, 2] as const));
  await expect(stuck).rejects.toMatchObject({ code: 'timed_out' });
  expect((await after).sum).toBe(4);
  expect((await after).threadId).not.toBe(before.threadId);
});

test('ends a task that nobody waits for any more', async () => {
  const pool = await openPool();
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const controller = new AbortController();
  const waiting = pool.run(task('wait'), errand([flags], { signal: controller.signal }));
  const queued = pool.run(ADD, errand([1, 1] as const, { signal: controller.signal }));
  const other = pool.run(ADD, errand([2, 2] as const));
  await untilBegun(flags);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'timed_out' });
  await expect(queued).rejects.toMatchObject({ code: 'timed_out' });
  expect((await other).sum).toBe(4);
});

test.each(['hoard', 'grow'] as const)(
  'ends a task that takes too much memory (%s) before the process is ended by it',
  async (name) => {
    const pool = await openPool({ memory: 200 * 1024 * 1024 });
    await expect(pool.run(task(name), errand(0))).rejects.toMatchObject({ code: 'too_large' });
    expect((await pool.run(ADD, errand([1, 1] as const))).sum).toBe(2);
  },
);

test('survives a thread that ends by itself, and a bug in a task', async () => {
  const pool = await openPool();
  await expect(pool.run(task('quit'), errand(0))).rejects.toThrow('ended by itself');
  await expect(pool.run(task('fault'), errand(0))).rejects.toThrow('a bug');
  expect((await pool.run(ADD, errand([1, 1] as const))).sum).toBe(2);
});

test('fails a task that no file does', async () => {
  const pool = await openPool();
  await expect(pool.run({ name: 'missing' }, errand(0))).rejects.toThrow('missing.task.js');
});

test('refuses what cannot be handed over, and goes on', async () => {
  const pool = await openPool();
  await expect(pool.run(ADD, errand(() => 0) as never)).rejects.toThrow('could not be cloned');
  expect((await pool.run(ADD, errand([1, 1] as const))).sum).toBe(2);
});

test('ends an idle thread after its time', async () => {
  const pool = await openPool({ idle: 1 });
  const first = await pool.run(ADD, errand([1, 1] as const));
  await sleep(50);
  const second = await pool.run(ADD, errand([1, 1] as const));
  expect(second.threadId).not.toBe(first.threadId);
});

test('works on as many tasks at once as it has threads', async () => {
  const pool = await openPool({ size: 2 });
  const flags = [0, 1].map(() => new Int32Array(new SharedArrayBuffer(8)));
  const runs = flags.map((each) => pool.run(task('wait'), errand([each])));
  // Both have begun although neither can end.
  await Promise.all(flags.map(untilBegun));
  for (const each of flags) {
    Atomics.store(each, 1, 1);
    Atomics.notify(each, 1);
  }
  expect(await Promise.all(runs)).toEqual([0, 0]);
});

test('a closed pool refuses what it does, what waits and what comes', async () => {
  const pool = await openPool();
  const runs = [pool.run(task('spin'), errand(0)), pool.run(ADD, errand([1, 1] as const))];
  await sleep(20);
  pool.close();
  for (const run of [...runs, pool.run(ADD, errand([1, 1] as const))])
    await expect(run).rejects.toMatchObject({ code: 'server_away' });
});

test('keeps an idle thread for as long as it is held', async () => {
  const pool = await openPool({ idle: 20 });
  const threadOf = async (): Promise<number> =>
    (await pool.run(ADD, errand([1, 2] as const))).threadId;
  const release = pool.hold();
  const first = await threadOf();
  await sleep(100);
  expect(await threadOf()).toBe(first);
  release();
  await sleep(100);
  expect(await threadOf()).not.toBe(first);
});

test('gives no task to a thread that was there before renewal, and lets what runs there end', async () => {
  const pool = await openPool();
  const first = await pool.run(ADD, errand([1, 1] as const));
  pool.renew();
  const second = await pool.run(ADD, errand([1, 1] as const));
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const waiting = pool.run(task('wait'), errand([flags]));
  await untilBegun(flags);
  pool.renew();
  Atomics.store(flags, 1, 1);
  Atomics.notify(flags, 1);
  expect(await waiting).toBe(0);
  const third = await pool.run(ADD, errand([1, 1] as const));
  expect(new Set([first, second, third].map(({ threadId }) => threadId)).size).toBe(3);
});
