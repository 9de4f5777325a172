import { describe, expect, it } from 'vitest';

import { KernelLog, type CodeCell } from '../../../extension/capture/kernel-log.js';

/** "a1 b2!" → a ran as number 1, b as number 2 with an error; each cell's source is its letter. */
function logOf(notation: string): KernelLog {
  const log = new KernelLog();
  for (const word of notation.split(' ').filter((text) => text !== '')) {
    const id = word.slice(0, 1);
    const rest = word.slice(1);
    log.ran({ id, source: id, count: parseInt(rest, 10), ok: !rest.endsWith('!') });
  }
  return log;
}

function cellsOf(ids: string): CodeCell[] {
  return Array.from(ids, (id) => ({ id, source: id }));
}

describe('KernelLog', () => {
  it.each([
    ['a1 b2 c3', 'abc', true, 'every cell once, top to bottom'],
    ['b1 a2', 'ab', false, 'out of order'],
    ['a1 b2', 'abc', false, 'a cell was left out'],
    ['a1 b2 b3', 'ab', false, 'a cell ran twice'],
    ['a1 b2!', 'ab', false, 'a cell failed'],
    ['a1 b3', 'ab', false, 'something else ran on this kernel in between'],
    ['a2 b3', 'ab', false, 'something else ran on this kernel before'],
    ['a1 b2 x3', 'ab', false, 'a cell that ran was deleted since'],
    ['', 'ab', false, 'nothing ran'],
    ['a1 b2 a1 b2', 'ab', true, 'the kernel was restarted in between, as its counter shows'],
  ])('of "%s" in a notebook "%s" says %s: %s', (ran, cells, clean) => {
    expect(logOf(ran).isClean(cellsOf(cells))).toBe(clean);
  });

  it.each([
    ['a1 b2 c3', 'abc', '', 'nothing after a clean run'],
    ['a1 b2', 'abc', 'c:never', 'a cell that never ran in this kernel'],
    ['a1 b2 a3', 'ab', 'a:order', 'a cell that ran again after one below it'],
    ['a1 x2', 'a', ':other', 'code that stands in the notebook no more'],
    [
      'b5',
      'ab',
      ':other',
      'something else, where the kernel was followed late: then nobody knows what never ran',
    ],
  ])('of "%s" in a notebook "%s" finds stale "%s": %s', (ran, cells, stale) => {
    const found = logOf(ran).findStale(cellsOf(cells));
    expect(found.map(({ cell, kind }) => `${cell}:${kind}`).join(' ')).toBe(stale);
  });

  it('finds a cell that was edited after it ran', () => {
    const cells = [{ id: 'a', source: 'a = 2' }, ...cellsOf('b')];
    expect(logOf('a1 b2').findStale(cells)).toEqual([{ cell: 'a', kind: 'edited' }]);
  });

  it('looks past code cells without a character, which are never run', () => {
    const cells = [...cellsOf('ab'), { id: 'e', source: ' \n' }];
    expect(logOf('a1 b2').isClean(cells)).toBe(true);
  });

  it('is not clean once a cell reads otherwise than when it ran', () => {
    const cells = [
      { id: 'a', source: 'a' },
      { id: 'b', source: 'edited' },
    ];
    expect(logOf('a1 b2').isClean(cells)).toBe(false);
  });

  it('forgets what ran before a restart', () => {
    const log = logOf('b1 a2');
    log.restarted();
    log.ran({ id: 'a', source: 'a', count: 1, ok: true });
    log.ran({ id: 'b', source: 'b', count: 2, ok: true });
    expect(log.isClean(cellsOf('ab'))).toBe(true);
  });

  it('sees after a restart that another notebook used the kernel first', () => {
    const log = logOf('a1');
    log.restarted();
    log.ran({ id: 'a', source: 'a', count: 2, ok: true });
    expect(log.isClean(cellsOf('a'))).toBe(false);
  });

  it('is not clean for a notebook without code', () => {
    expect(logOf('').isClean([])).toBe(false);
  });
});
