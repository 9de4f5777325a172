import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Pace } from '../../../extension/model/pace.js';

let begun: number[];
let takes: number;
let pace: Pace;
beforeEach(() => {
  vi.useFakeTimers();
  begun = [];
  takes = 0;
  const start = performance.now();
  pace = new Pace(async () => {
    begun.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, takes));
  }, 100);
});
afterEach(() => {
  pace.dispose();
  vi.useRealTimers();
});

test('works at once, and then once for all wishes of a stretch', async () => {
  for (let at = 0; at < 25; at += 1) {
    pace.wish();
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun).toEqual([0, 100, 200, 300]);
});

test('never works twice at a time, and once more for what was wished meanwhile', async () => {
  takes = 350;
  pace.wish();
  await vi.advanceTimersByTimeAsync(50);
  pace.wish();
  pace.wish();
  await vi.advanceTimersByTimeAsync(1_000);
  // Timers of a test have no fractions of a millisecond.
  expect(begun.map((each) => Math.floor(each / 10) * 10)).toEqual([0, 350]);
});

test('rests while it is held, and then does what was wished for', async () => {
  pace.hold(true);
  pace.wish();
  await vi.advanceTimersByTimeAsync(500);
  expect(begun).toEqual([]);
  pace.hold(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([500]);
  pace.wish();
  pace.dispose();
  await vi.advanceTimersByTimeAsync(500);
  expect(begun).toEqual([500]);
});
