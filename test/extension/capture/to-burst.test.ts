import { describe, expect, it } from 'vitest';

import { burstSchema } from '../../../contract/capture.js';
import type { EndedBurst, Ran } from '../../../extension/capture/burst-tracker.js';
import { toBurst, type Captured } from '../../../extension/capture/to-burst.js';

const CAPTURED: Captured = {
  path: 'train.ipynb',
  content: '{}',
  cells: ['m', 'a', 'e', 'b'],
  code: [
    { id: 'a', source: 'x = 1' },
    { id: 'e', source: '' },
    { id: 'b', source: 'x' },
  ],
  kernel: { id: 'k', name: 'python3' },
  bundles: [{ cell: 'b', bundle: { metrics: { accuracy: 0.9 } } }],
};

function ended(attempted: string, executions: readonly Ran[] = []): EndedBurst {
  return { started: 1, finished: 2, attempted: Array.from(attempted), executions };
}

function burstOf(burst: EndedBurst, clean = true): ReturnType<typeof toBurst> {
  return toBurst('12345678', CAPTURED, {
    kind: 'burst',
    ended: burst,
    clean,
    stale: [],
    alone: true,
  });
}

describe('toBurst', () => {
  it.each([
    ['aeb', 'run-all', 'all code cells, the empty one too'],
    ['ab', 'run-all', 'all code cells with a source'],
    ['ba', 'burst', 'all of them in another order'],
    ['b', 'burst', 'some'],
    ['mab', 'run-all', 'text cells beside all code cells'],
  ])('calls a burst that was to run %s %s: %s', (attempted, trigger) => {
    expect(burstOf(ended(attempted)).trigger).toBe(trigger);
  });

  it('names each cell with its position now, and -1 for one that is gone', () => {
    const ran = (cell: string): Ran => ({ cell, count: 1, status: 'ok' });
    const { executions } = burstOf(ended('bx', [ran('b'), ran('x')]));
    expect(executions?.map(({ cell, index }) => [cell, index])).toEqual([
      ['b', 3],
      ['x', -1],
    ]);
  });

  it('says nothing of clean where nothing ran', () => {
    expect(burstOf(ended('')).clean).toBeNull();
    expect(burstOf(ended('a', [{ cell: 'a', count: 1, status: 'ok' }]), false).clean).toBe(false);
  });

  it('keeps to what the server reads, for each reason', () => {
    const reasons = [
      { kind: 'burst', ended: ended('a'), clean: true, stale: [], alone: false },
      { kind: 'save' },
      { kind: 'manual', message: 'before the new split' },
      { kind: 'manual' },
    ] as const;
    const read = reasons.map((reason) => burstSchema.parse(toBurst('12345678', CAPTURED, reason)));
    expect(read.map(({ trigger, message }) => [trigger, message])).toEqual([
      ['burst', undefined],
      ['save', undefined],
      ['manual', 'before the new split'],
      ['manual', undefined],
    ]);
    expect(read[0]).toMatchObject({ alone: false, bundles: CAPTURED.bundles });
  });
});
