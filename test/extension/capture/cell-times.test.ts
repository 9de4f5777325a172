import { describe, expect, it } from 'vitest';

import { readTimes, toTime } from '../../../extension/capture/cell-times.js';

describe('readTimes', () => {
  it("prefers the kernel's own times", () => {
    const times = readTimes({
      'iopub.status.busy': '2026-11-23T10:00:00.000Z',
      'iopub.execute_input': '2026-11-23T10:00:00.100Z',
      'shell.execute_reply.started': '2026-11-23T10:00:00.200Z',
      'shell.execute_reply': '2026-11-23T10:00:01.000Z',
      'iopub.status.idle': '2026-11-23T10:00:01.100Z',
    });
    expect(times).toEqual({
      started: Date.UTC(2026, 10, 23, 10, 0, 0, 200),
      finished: Date.UTC(2026, 10, 23, 10, 0, 1, 0),
    });
  });

  it.each([[undefined], [null], ['x'], [{}], [{ 'shell.execute_reply': 7 }]])(
    'knows nothing from %j',
    (execution) => {
      expect(readTimes(execution)).toEqual({});
    },
  );
});

describe('toTime', () => {
  it.each([
    ['2026-11-23T10:00:00.000000Z', '2026-11-23T10:00:00Z'],
    ['2026-11-23T10:00:00+02:00', '2026-11-23T08:00:00Z'],
    ['2026-11-23T10:00:00.5', '2026-11-23T10:00:00.500Z'],
  ])('reads %s as %s', (text, same) => {
    expect(toTime(text)).toBe(Date.parse(same));
  });

  it('is undefined for what is no time', () => {
    expect(toTime('yesterday')).toBeUndefined();
  });
});
