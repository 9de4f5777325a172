import { expect, test } from 'vitest';

import { ByteCache } from '../../../../server/store/disk/byte-cache.js';

test('drops what was used longest ago once its limit is passed', () => {
  const cache = new ByteCache<string>(10);
  cache.add('a', 'A', 4);
  cache.add('b', 'B', 4);
  expect(cache.find('a')).toBe('A');
  cache.add('c', 'C', 4);
  expect(['a', 'b', 'c'].map((key) => cache.find(key))).toEqual(['A', undefined, 'C']);
  cache.add('d', 'D', 11);
  expect(cache.find('d')).toBeUndefined();
});

test('takes no value that was begun before it was cleared', () => {
  const cache = new ByteCache<string>(10);
  const { epoch } = cache;
  cache.add('a', 'A', 1, epoch);
  cache.clear();
  cache.add('b', 'B', 1, epoch);
  cache.add('c', 'C', 1);
  expect(['a', 'b', 'c'].map((key) => cache.find(key))).toEqual([undefined, undefined, 'C']);
});
