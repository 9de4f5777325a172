import { describe, expect, it } from 'vitest';

import type { MergeChoices } from '../../../contract/merge.js';
import { isArray, isObject } from '../../../server/notebook/json-value.js';
import { applyMerge } from '../../../server/notebook/merge/merge.js';
import type { MergePlan } from '../../../server/notebook/merge/plan.js';
import { planOf, wordsOf } from './merge-notation.js';

describe('choices', () => {
  const wordsWith = (plan: MergePlan, choices: Partial<MergeChoices>) => {
    const { notebook, unresolved } = applyMerge(plan, { decisions: {}, sources: {}, ...choices });
    return `${wordsOf(notebook)} (${unresolved})`;
  };

  it('keep or delete a cell', () => {
    const plan = planOf("A | B / A / A | B'");
    const of = (take: 'base' | 'local' | 'remote' | 'both') =>
      wordsWith(plan, { decisions: { 'presence:b1': take } });
    expect([of('base'), of('local'), of('remote'), of('both')]).toEqual([
      'A | B (0)',
      'A (0)',
      "A | B' (0)",
      "A | B' (0)",
    ]);
  });

  it('take a split, the edited cell, both, or what was', () => {
    const plan = planOf("A | B / A< | A> | B / A' | B");
    const id = plan.decisions.find(({ reason }) => reason === 'both_split')?.id ?? '';
    const of = (take: 'base' | 'local' | 'remote' | 'both') =>
      wordsWith(plan, { decisions: { [id]: take } });
    expect([of('base'), of('local'), of('remote'), of('both')]).toEqual([
      'A | B (0)',
      'A< | A> | B (0)',
      "A' | B (0)",
      "A< | A> | A' | B (0)",
    ]);
  });

  it('put a cell where either side or base has it', () => {
    const plan = planOf('A | B | C | D / B | A | C | D / B | C | D | A');
    const of = (take: 'base' | 'local' | 'remote') =>
      wordsWith(plan, { decisions: { 'place:b0': take } });
    expect([of('base'), of('local'), of('remote')]).toEqual([
      'A | B | C | D (0)',
      'B | A | C | D (0)',
      'B | C | D | A (0)',
    ]);
  });

  it('settle a source chunk by chunk', () => {
    const plan = planOf('#a:a⏎b⏎c / #a:a1⏎b⏎c1 / #a:a2⏎b⏎c2');
    const of = (
      first: 'base' | 'local' | 'remote' | 'both',
      second: 'base' | 'local' | 'remote' | 'both',
    ) => wordsWith(plan, { decisions: { 'source:b0:0': first, 'source:b0:2': second } });
    expect([of('local', 'remote'), of('both', 'base')]).toEqual(['a1⏎b⏎c2 (0)', 'a1⏎a2⏎b⏎c (0)']);
    expect(wordsWith(plan, { decisions: { 'source:b0:0': 'local' } })).toBe(
      'a1⏎b⏎<<<<<<< local⏎c1⏎=======⏎c2⏎>>>>>>> remote (1)',
    );
  });

  it('take a source that was written by hand before its chunks', () => {
    const plan = planOf('#a:a⏎b⏎c / #a:a1⏎b⏎c1 / #a:a2⏎b⏎c2');
    expect(
      wordsWith(plan, { sources: { b0: 'mine' }, decisions: { 'source:b0:0': 'remote' } }),
    ).toBe('mine (0)');
  });

  it('undo what was decided without asking', () => {
    const plan = planOf("A | B / A' | B / A | B | C");
    expect(wordsWith(plan, { decisions: { 'source:b0': 'base', 'presence:r2': 'local' } })).toBe(
      'A | B (0)',
    );
  });

  it('take the outputs of either run', () => {
    const plan = planOf('A => 1 / A => 2 / A => 3');
    const of = (take: 'base' | 'local' | 'remote' | 'both') =>
      wordsWith(plan, { decisions: { 'outputs:b0': take } });
    expect([of('base'), of('local'), of('remote'), of('both')]).toEqual([
      'A => 1 (0)',
      'A => 2 (0)',
      'A => 3 (0)',
      'A => 2 (0)',
    ]);
  });

  it('ignore names that this merge does not know', () => {
    expect(
      wordsWith(planOf('A / A / A'), {
        decisions: { 'source:b9': 'base', 'presence:x': 'local' },
        sources: { b9: 'x' },
      }),
    ).toBe('A (0)');
  });
});

describe('base, chosen for the type of a cell that both sides added', () => {
  it('leaves it the type of local, since base knows none', () => {
    const plan = planOf('#z:Z / #z:Z | #n:md:A / #z:Z | #n:A');
    const type = plan.decisions.find(({ about }) => about === 'type');
    const { notebook } = applyMerge(plan, {
      decisions: { [type?.id ?? '']: 'base' },
      sources: {},
    });
    const cells = notebook.get('cells');
    const added = isArray(cells) ? cells[1] : undefined;
    expect(type?.conflict).toBe(true);
    expect(isObject(added) ? added.get('cell_type') : undefined).toBe('markdown');
  });
});
