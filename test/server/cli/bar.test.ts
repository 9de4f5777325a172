import { expect, test, vi } from 'vitest';

import { formatBar, withBar } from '../../../server/cli/bar.js';

test('a bar fits the width of the terminal and tells share, amounts and time', () => {
  const line = formatBar({ what: 'commits', done: 4500, total: 10_000 }, 12.4, 80);
  expect(line).toBe('commits [##############                ] 45 %  4500 of 10000  12 s');
  expect(formatBar({ what: 'commits', done: 1, total: 2 }, 1, 20)).toHaveLength(20);
});

test('bytes are told in units, and an unknown total draws no bar', () => {
  expect(formatBar({ what: 'bytes', done: 1_500_000, total: 3_000_000 }, 1, 60)).toContain(
    '1.5 MB of 3.0 MB',
  );
  expect(formatBar({ what: 'commits', done: 0, total: null }, 3, 80)).toBe('commits  3 s');
});

test('a step of which nothing is heard is seen to go on, and goes away at its end', async () => {
  vi.useFakeTimers();
  try {
    const lines: (string | undefined)[] = [];
    const context = { width: 80, sketch: (line: string | undefined) => lines.push(line) };
    await withBar(context, async (report) => {
      report({ what: 'reading', done: 0, total: null });
      await vi.advanceTimersByTimeAsync(2_100);
    });
    expect(lines).toEqual(['reading  0 s', 'reading  1 s', 'reading  2 s', undefined]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
