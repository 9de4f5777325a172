import { expect, test, vi } from 'vitest';

import type { CellarEvent } from '../../../contract/events.js';
import { watchIntake } from '../../../server/capture/intake.js';

test('a quick file is told to whoever asked, and to nobody else', () => {
  const heard: CellarEvent[] = [];
  const asked: number[] = [];
  const parts = { events: { emit: (event: CellarEvent) => heard.push(event) } };
  const toIntake = watchIntake(parts, 'a.ipynb', { report: ({ done }) => asked.push(done) });
  const { report } = toIntake('model.pt');
  report?.({ what: 'bytes', done: 1, total: 2 });
  report?.({ what: 'bytes', done: 2, total: 2 });
  expect(asked).toEqual([1, 2]);
  expect(heard).toEqual([]);
});

test('a slow file is told to everybody, four times a second at most, and at its end', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const heard: CellarEvent[] = [];
    const parts = { events: { emit: (event: CellarEvent) => heard.push(event) } };
    const { report } = watchIntake(parts, 'a.ipynb')('model.pt');
    for (let done = 1; done <= 100; done += 1) {
      vi.advanceTimersByTime(20);
      report?.({ what: 'bytes', done, total: 100 });
    }
    expect(heard.length).toBeGreaterThan(3);
    expect(heard.length).toBeLessThanOrEqual(6);
    expect(heard.at(-1)).toEqual({
      ...{ kind: 'progress', path: 'a.ipynb', file: 'model.pt' },
      ...{ what: 'bytes', done: 100, total: 100 },
    });
  } finally {
    vi.useRealTimers();
  }
});

test('an intake ends with whoever asked, and with the workspace', () => {
  const [ending, leaving] = [new AbortController(), new AbortController()];
  const parts = { ending: ending.signal };
  const first = watchIntake(parts, 'a.ipynb', { signal: leaving.signal })('a');
  const second = watchIntake(parts, 'a.ipynb')('b');
  leaving.abort();
  expect([first.signal?.aborted, second.signal?.aborted]).toEqual([true, false]);
  ending.abort();
  expect(second.signal?.aborted).toBe(true);
});
