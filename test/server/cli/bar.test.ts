import { expect, test } from 'vitest';

import { formatBar } from '../../../server/cli/bar.js';

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
