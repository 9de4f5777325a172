import { expect, test } from 'vitest';

import { ByteBudget, SHARED_BUDGET } from '../../../../server/store/disk/byte-budget.js';
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

test('holds no more than its limit, whatever is added, replaced and deleted', () => {
  const budget = new ByteBudget(1_000);
  const cache = new ByteCache<number>(100, budget);
  for (let at = 0; at < 500; at += 1) {
    cache.add(`${at % 7}`, at, 1 + ((at * 31) % 60));
    if (at % 5 === 0) cache.delete(`${at % 3}`);
    expect(budget.used).toBeLessThanOrEqual(100);
  }
  expect(budget.used).toBeGreaterThan(0);
  cache.clear();
  expect(budget.used).toBe(0);
});

test('shares a budget: what was used longest ago goes first, whichever cache has it', () => {
  const budget = new ByteBudget(10);
  const [one, other] = [new ByteCache<string>(10, budget), new ByteCache<string>(10, budget)];
  one.add('a', 'A', 4);
  other.add('b', 'B', 4);
  expect(one.find('a')).toBe('A');
  other.add('c', 'C', 4);
  expect([one.find('a'), other.find('b'), other.find('c')]).toEqual(['A', undefined, 'C']);
  other.add('d', 'D', 10);
  expect([one.find('a'), other.find('c'), other.find('d')]).toEqual([undefined, undefined, 'D']);
  expect(budget.used).toBe(10);
  other.add('e', 'E', 11);
  expect([other.find('d'), budget.used]).toEqual(['D', 10]);
  one.add('a', 'A', 1);
  expect([one.find('a'), other.find('d'), budget.used]).toEqual(['A', undefined, 1]);
});

test('all caches of a process share what leaves a server room below 400 MB', () => {
  expect(SHARED_BUDGET.limit).toBeLessThanOrEqual(140 * 1024 * 1024);
  const before = SHARED_BUDGET.used;
  const cache = new ByteCache<string>(10);
  cache.add('a', 'A', 4);
  expect(SHARED_BUDGET.used).toBe(before + 4);
  cache.clear();
  expect(SHARED_BUDGET.used).toBe(before);
});
