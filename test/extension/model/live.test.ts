import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { LiveRun } from '../../../contract/live.js';
import { LiveModel } from '../../../extension/model/live.js';
import { clientOf, id } from './fixture.js';

const [A, B] = ['a'.repeat(32), 'b'.repeat(32)];
const PLACE = { path: 'train.ipynb', notebook: id(999), kernel: 'k', metric: undefined };
let runs: LiveRun[];
let away: boolean;
let asked: () => readonly string[];
let emit: (event: unknown) => void;
let model: LiveModel;

beforeEach(() => {
  vi.useFakeTimers();
  away = false;
  runs = [run(A)];
  const served = clientOf((url) => {
    if (away) throw new TypeError('fetch failed');
    if (!url.pathname.endsWith('/live')) return { run: A, name: 'loss', total: 0, points: [] };
    const named = (url.searchParams.get('runs') ?? '').split(',');
    const found = runs.filter((each) => each.status === 'running' || named.includes(each.id));
    return { now: Date.now(), runs: found, more: 0 };
  });
  asked = () => served.asked.filter((path) => path.startsWith('/api/v1/live'));
  emit = served.emit;
  model = new LiveModel(served.client);
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

function run(name: string, patch: Partial<LiveRun> = {}): LiveRun {
  return {
    ...{ id: name, name: name.slice(0, 1), status: 'running', snapshot: null, notebook: null },
    ...{ start: Date.now() - 1_000, changed: Date.now(), total: 1, made: [] },
    metrics: [{ name: 'loss', value: 1, step: 0, time: 0 }],
    ...patch,
  };
}

function told(what: 'values' | 'facts', name = A, kernels = ['k']): object {
  return { kind: 'runs', runs: [{ run: name, notebook: null, kernels, what }] };
}

/** "a b+": runs in their order, with a plus those that are over. */
const shown = (): string =>
  model.state.runs.map(({ name, isOver }) => `${name}${isOver ? '+' : ''}`).join(' ');
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

test('shows the runs of its kernel, with their values as they come', async () => {
  model.show(PLACE);
  await pass(0);
  expect(asked()).toEqual([`/api/v1/live?kernel=k&notebook=${id(999)}`]);
  expect(shown()).toBe('a');
  runs = [run(A, { metrics: [{ name: 'loss', value: 0.5, step: 1, time: 1 }] })];
  emit(told('values'));
  await pass(500);
  expect(model.state.runs[0]?.metrics[0]?.value).toBe(0.5);
});

test('asks for nothing about runs of other kernels, and twice a second at most about its own', async () => {
  model.show(PLACE);
  await pass(1_000);
  emit(told('values', B, ['other']));
  await pass(1_000);
  expect(asked()).toHaveLength(1);
  for (let at = 0; at < 100; at += 1) {
    emit(told('values'));
    await pass(10);
  }
  expect(asked().length).toBeLessThanOrEqual(1 + 3);
});

test('keeps a run that has ended until it is told otherwise, after those that go on', async () => {
  model.show(PLACE);
  await pass(0);
  runs = [run(B), run(A, { status: 'finished' })];
  emit(told('facts'));
  await pass(500);
  expect(shown()).toBe('b a+');
  expect(model.going.runs).toMatchObject([
    { id: B, isOver: false },
    { id: A, isOver: true },
  ]);
  // Another series of cells begins.
  model.setBurst({ started: Date.now(), cells: 1, isRunning: true });
  expect(shown()).toBe('b');
});

test('a run whose kernel has died does not go on, unless something is logged to it after', async () => {
  model.show(PLACE);
  await pass(0);
  model.kernelGone();
  expect(shown()).toBe('a+');
  await pass(1_000);
  runs = [run(A)];
  emit(told('values'));
  await pass(500);
  expect(shown()).toBe('a');
});

test('what is silent for long goes on no more', async () => {
  model.show(PLACE);
  await pass(0);
  await pass(6 * 60_000);
  expect(shown()).toBe('a+');
});

test('asks for nothing while nobody sees it, and once when somebody does', async () => {
  model.setShown(false);
  model.show(PLACE);
  emit(told('values'));
  await pass(5_000);
  expect(asked()).toEqual([]);
  model.setShown(true);
  await pass(0);
  expect(asked()).toHaveLength(1);
});

test('shows what it has while the server is away, and asks when it is back', async () => {
  model.show(PLACE);
  await pass(0);
  away = true;
  emit(told('values'));
  await pass(1_000);
  expect(shown()).toBe('a');
  away = false;
  runs = [run(A, { status: 'finished' })];
  emit({ kind: 'workspace' });
  await pass(1_000);
  expect(shown()).toBe('a+');
});

test('forgets what was purged at once', async () => {
  model.show(PLACE);
  await pass(0);
  runs = [];
  emit({ kind: 'purged', generation: 1 });
  expect(shown()).toBe('');
});

test('shows nothing of another notebook', async () => {
  model.show(PLACE);
  await pass(0);
  runs = [];
  model.show({ ...PLACE, path: 'other.ipynb', notebook: undefined, kernel: 'l' });
  expect(shown()).toBe('');
  await pass(1_000);
  expect(asked().at(-1)).toBe('/api/v1/live?kernel=l');
});

test('cells are shown once they have run for a moment, and until their version may be listed', async () => {
  const started = Date.now();
  const cells = (count: number, isRunning = true): void => {
    model.setBurst({ started, cells: count, isRunning });
  };
  cells(1);
  await pass(500);
  cells(2);
  expect(model.state.burst).toBeUndefined();
  await pass(300);
  expect(model.state.burst?.cells).toBe(2);
  cells(3, false);
  expect(model.going.burst).toBe('over');
  model.setBurst(undefined);
  expect(model.going.burst).toBe('over');
  await pass(3_000);
  expect(model.going.burst).toBeUndefined();
});

test('short series of cells are never shown', async () => {
  model.setBurst({ started: Date.now(), cells: 1, isRunning: true });
  await pass(300);
  model.setBurst({ started: Date.now() - 300, cells: 1, isRunning: false });
  await pass(1_000);
  expect(model.state.burst).toBeUndefined();
});
