import { describe, expect, it } from 'vitest';

import { findMergeValue, toMergeView } from '../../../server/notebook/merge/result.js';
import { mergeWords } from '../../../server/notebook/merge/words.js';
import { planOf, reasonsOf } from './merge-notation.js';

describe('what a merge says of itself', () => {
  it('names its reasons', () => {
    expect(reasonsOf(planOf("A | B | C / B | C | A / A' | B | C"), 'place')).toBe(
      'moved_and_edited',
    );
    expect(reasonsOf(planOf('A | B => 1 / A / A | B => 2'), 'presence')).toBe('deleted_and_rerun');
    expect(reasonsOf(planOf('A | B / A | C | B / A | D | B'), 'presence')).toBe(
      'both_inserted both_inserted',
    );
    expect(reasonsOf(planOf('a⏎b⏎c / a1⏎b⏎c / a⏎b⏎c1'), 'source')).toBe('merged_by_line');
    expect(reasonsOf(planOf("A => 1 / A' => 2 / A => 3"), 'outputs')).toBe('fits_source');
  });

  it('says one line a conflict, and the sum', () => {
    expect(mergeWords(planOf('x = 1 / x = 2 / x = 3'))).toEqual([
      'conflict in cell 1: its source: local "x = 2", remote "x = 3"',
      'merged with 1 conflict',
    ]);
    expect(mergeWords(planOf("A | B / A / A | B'"))).toEqual([
      'conflict in cell 2: whether it is there: local deleted it, remote changed it; it stands',
      'merged with 1 conflict',
    ]);
    expect(mergeWords(planOf('A / A / A'))).toEqual(['merged']);
  });

  it('shows every cell with its chunks and where each side has it', () => {
    const plan = planOf("a⏎b | B | C / a1⏎b | C / a2⏎b | B | C'");
    const labels = { base: 'base', local: 'main', remote: 'topic' };
    const view = toMergeView(plan, { path: 'n.ipynb', labels, origin: 'files', fingerprint: 'f' });
    expect(view.cells.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'b0 conflict',
      'b1 deleted',
      'b2 merged',
    ]);
    expect(view.cells[0]?.chunks).toEqual([
      { kind: 'conflict', base: 'a\n', local: 'a1\n', remote: 'a2\n', decision: 'source:b0:0' },
      { kind: 'same', base: 'b', local: 'b', remote: 'b' },
    ]);
    expect(view.cells[2]).toMatchObject({
      base: { index: 2 },
      local: { index: 1 },
      remote: { index: 2 },
    });
  });

  it('finds the outputs of each side by hash', () => {
    const plan = planOf('A => one / A => two / A => three');
    const labels = { base: 'base', local: 'local', remote: 'remote' };
    const view = toMergeView(plan, { path: 'n.ipynb', labels, origin: 'files', fingerprint: 'f' });
    const [cell] = view.cells;
    const texts = [cell?.base, cell?.local, cell?.remote].map(
      (side) => findMergeValue(plan, side?.outputs[0]?.hash ?? '')?.text,
    );
    expect(texts).toEqual(['one', 'two', 'three']);
    expect(findMergeValue(plan, 'unknown')).toBeUndefined();
  });
});

describe('the chunks of a view', () => {
  it.each([
    ['appended by both', '#a:a / #a:a⏎x / #a:a⏎y'],
    ['appended by one', '#a:a / #a:a⏎x / #a:a'],
    ['put at the end of a conflict by both', '#a:m⏎n / #a:z / #a:n⏎z'],
    ['behind an addition', '#a:a⏎b / #a:a⏎q⏎b⏎x / #a:a⏎b⏎y'],
    ['of a side that ends its last line', '#a:a⏎b / #a:a⏎b⏎ / #a:a⏎b1'],
  ])('make up each side for lines %s', (_, line) => {
    const view = toMergeView(planOf(line), {
      path: 'n.ipynb',
      labels: { base: 'base', local: 'local', remote: 'remote' },
      origin: 'files',
      fingerprint: '',
    });
    for (const side of ['base', 'local', 'remote'] as const)
      for (const cell of view.cells)
        expect(cell.chunks.map((chunk) => chunk[side]).join('')).toBe(cell[side]?.source);
  });
});
