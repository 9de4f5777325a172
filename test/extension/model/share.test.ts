import fc from 'fast-check';
import { expect, test } from 'vitest';

import { share } from '../../../extension/model/share.js';

test('keeps each part that did not change, and takes what did', () => {
  const before = { cells: [{ source: 'a' }, { source: 'b' }], metrics: { loss: 1 }, end: 1 };
  const after = { cells: [{ source: 'a' }, { source: 'c' }], metrics: { loss: 1 }, end: 2 };
  const shared = share(before, after);
  expect(shared).toEqual(after);
  expect(shared.cells[0]).toBe(before.cells[0]);
  expect(shared.metrics).toBe(before.metrics);
  expect(shared.cells).not.toBe(before.cells);
});

test('takes a new order of names for a change', () => {
  const before = { b: 1, a: 2 };
  expect(Object.keys(share(before, { a: 2, b: 1 }))).toEqual(['a', 'b']);
});

test('is always what came, and the very same where nothing changed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      expect(JSON.stringify(share(before, after))).toBe(JSON.stringify(after));
      expect(share(before, JSON.parse(JSON.stringify(before)) as unknown)).toStrictEqual(before);
      const own = JSON.parse(JSON.stringify(before)) as object | null;
      const again: unknown = JSON.parse(JSON.stringify(own));
      if (own !== null && typeof own === 'object') expect(share(own, again)).toBe(own);
    }),
  );
});
