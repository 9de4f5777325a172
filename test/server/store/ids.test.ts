import { expect, test } from 'vitest';

import { createIds } from '../../../server/store/ids.js';

test('ids of one moment, and of a clock that goes back, rise and differ in what is shown of them', () => {
  let time = Date.UTC(2026, 0, 1);
  const next = createIds(() => time);
  const ids: string[] = [];
  for (let at = 0; at < 20_000; at += 1) {
    if (at % 5_000 === 0) time -= 1;
    ids.push(next());
  }
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids.map((id) => id.slice(0, 16))).size).toBe(ids.length);
  expect(ids.every((id) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true);
});
