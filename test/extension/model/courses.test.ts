import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { CoursesModel, type WantedCourse } from '../../../extension/model/courses.js';
import { clientOf } from './fixture.js';

const RUN = 'c'.repeat(32);
let logged: { value: number; step: number; time: number }[];
let asked: string[];
let emit: (event: unknown) => void;
let model: CoursesModel;
let most: number;
let running: number;
let away: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  logged = [1, 2, 3].map(point);
  away = false;
  most = 0;
  running = 0;
  const served = clientOf(async (url) => {
    if (away) throw new TypeError('fetch failed');
    running += 1;
    most = Math.max(most, running);
    await new Promise((done) => setTimeout(done, 20));
    running -= 1;
    const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    return { run: RUN, name, total: logged.length, points: [...logged] };
  });
  asked = served.asked;
  emit = served.emit;
  model = new CoursesModel(served.client);
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

function point(step: number): (typeof logged)[number] {
  return { value: step / 10, step, time: step };
}

function want(step: number, patch: Partial<WantedCourse> = {}): WantedCourse {
  return { run: RUN, name: 'loss', last: point(step), isOver: false, ...patch };
}

const steps = (): readonly number[] | undefined =>
  model.find(RUN, 'loss')?.points.map(({ step }) => step);

test('asks for a course once, and lets it grow by the latest values', async () => {
  model.want([want(3)]);
  await vi.advanceTimersByTimeAsync(50);
  expect(steps()).toEqual([1, 2, 3]);
  model.want([want(3)]);
  model.want([want(5)]);
  model.want([want(7)]);
  expect(steps()).toEqual([1, 2, 3, 5, 7]);
  expect(model.find(RUN, 'loss')?.total).toBe(5);
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toHaveLength(1);
});

test('asks again now and then for what came between, and whole when the run ends', async () => {
  model.want([want(3)]);
  await vi.advanceTimersByTimeAsync(50);
  logged = [1, 2, 3, 4, 5, 6].map(point);
  model.want([want(6)]);
  expect(steps()).toEqual([1, 2, 3, 6]);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(steps()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(asked).toHaveLength(2);
  logged.push(point(7), point(8));
  model.want([want(8, { isOver: true })]);
  await vi.advanceTimersByTimeAsync(50);
  expect(steps()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(3);
});

test('asks for a few at a time, and for nothing that is not shown any more', async () => {
  model.want(['a', 'b', 'c', 'd', 'e'].map((name) => want(3, { name })));
  await vi.advanceTimersByTimeAsync(30);
  model.want([want(3, { name: 'a' })]);
  await vi.advanceTimersByTimeAsync(500);
  expect(most).toBe(2);
  expect(asked.length).toBeLessThan(5);
  expect([...model.state.courses.keys()]).toEqual([`${RUN} a`]);
});

test('keeps what it has while the server is away, and asks again with the next value', async () => {
  model.want([want(3)]);
  await vi.advanceTimersByTimeAsync(50);
  away = true;
  model.want([want(4)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(steps()).toEqual([1, 2, 3, 4]);
  away = false;
  logged = [1, 2, 3, 4, 5].map(point);
  model.want([want(5)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(steps()).toEqual([1, 2, 3, 4, 5]);
});

test('forgets what was purged at once, and asks anew', async () => {
  model.want([want(3)]);
  await vi.advanceTimersByTimeAsync(50);
  emit({ kind: 'purged', generation: 1 });
  expect(steps()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(50);
  expect(steps()).toEqual([1, 2, 3]);
});
