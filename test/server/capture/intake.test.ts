import { expect, test, vi } from 'vitest';

import type { CellarEvent } from '../../../contract/events.js';
import { watchIntake } from '../../../server/capture/intake.js';
import { Intakes } from '../../../server/capture/intakes.js';

function listen(): {
  readonly heard: CellarEvent[];
  readonly events: { emit(e: CellarEvent): void };
} {
  const heard: CellarEvent[] = [];
  return { heard, events: { emit: (event) => heard.push(event) } };
}

test('a quick file is told to whoever asked, and to nobody else', async () => {
  const { heard, events } = listen();
  const asked: number[] = [];
  const files = watchIntake({ events }, 'a.ipynb', { report: ({ done }) => asked.push(done) });
  await files.run(['model.pt'], ({ report }) => {
    report?.({ what: 'bytes', done: 1, total: 2 });
    report?.({ what: 'bytes', done: 2, total: 2 });
    return Promise.resolve();
  });
  expect(asked).toEqual([1, 2]);
  expect(heard).toEqual([]);
});

test('a slow file is told to everybody, four times a second at most, and that it ended', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const { heard, events } = listen();
    await watchIntake({ events }, 'a.ipynb').run(['model.pt'], ({ report }) => {
      for (let done = 1; done <= 100; done += 1) {
        vi.advanceTimersByTime(20);
        report?.({ what: 'bytes', done, total: 100 });
      }
      return Promise.resolve();
    });
    expect(heard.length).toBeGreaterThan(3);
    expect(heard.length).toBeLessThanOrEqual(6);
    const of = { kind: 'progress', path: 'a.ipynb', file: 'model.pt', what: 'bytes', total: 100 };
    expect(heard[0]).toEqual({ ...of, done: 50, ended: false });
    expect(heard.at(-1)).toEqual({ ...of, done: 100, ended: true });
    expect(heard.filter((event) => event.kind === 'progress' && event.ended)).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test('an intake ends with whoever asked, and with the workspace', async () => {
  const [ending, leaving] = [new AbortController(), new AbortController()];
  const parts = { ending: ending.signal };
  const signals: (AbortSignal | undefined)[] = [];
  const note = ({ signal }: { readonly signal?: AbortSignal | undefined }): Promise<void> => {
    signals.push(signal);
    return Promise.resolve();
  };
  await watchIntake(parts, 'a.ipynb', { signal: leaving.signal }).run(['a'], note);
  await watchIntake(parts, 'a.ipynb').run(['b'], note);
  leaving.abort();
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  ending.abort();
  expect(signals[1]?.aborted).toBe(true);
});

/** Waits until its signal fires, and throws what that gives. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, refuse) => {
    signal.addEventListener('abort', () => {
      refuse(signal.reason as Error);
    });
  });
}

test('what a person cancels stays out under each of its names until a version was kept', async () => {
  const intakes = new Intakes();
  const running = intakes.run('a.ipynb', ['best', 'out/m.pt'], untilAborted);
  expect(intakes.cancel('b.ipynb', 'best')).toBe(false);
  expect(intakes.cancel('a.ipynb', 'best')).toBe(true);
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(intakes.cancel('a.ipynb', 'best')).toBe(false);
  const again = (name: string): Promise<string> =>
    intakes.run('a.ipynb', [name], () => Promise.resolve('kept'));
  await expect(again('out/m.pt')).rejects.toMatchObject({ code: 'cancelled' });
  expect(await intakes.run('b.ipynb', ['out/m.pt'], () => Promise.resolve('kept'))).toBe('kept');
  intakes.forget('a.ipynb');
  expect(await again('out/m.pt')).toBe('kept');
});

test('a cancel that comes when the file is kept already changes nothing', async () => {
  const intakes = new Intakes();
  const run = (work: () => void): Promise<string> =>
    intakes.run('a.ipynb', ['m.pt'], () => {
      work();
      return Promise.resolve('kept');
    });
  expect(await run(() => intakes.cancel('a.ipynb', 'm.pt'))).toBe('kept');
  expect(await run(() => undefined)).toBe('kept');
});
