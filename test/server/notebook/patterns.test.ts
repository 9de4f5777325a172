import { describe, expect, it } from 'vitest';

import { diffNotebooks } from '../../../server/notebook/diff.js';
import { compilePatterns } from '../../../server/notebook/patterns.js';
import { cpuNow, stream, withOutputs } from './notation.js';

function diffWith(pattern: string, base: string, head: string, show: readonly string[] = []) {
  const patterns = compilePatterns([{ kind: 'mine', pattern }]);
  return diffNotebooks(withOutputs(stream(base)), withOutputs(stream(head)), { patterns, show });
}

describe('noise that a person defined', () => {
  it('is hidden and counted by its kind', () => {
    const diff = diffWith('request-id: \\w+', 'a\nrequest-id: x1\n', 'a\nrequest-id: y2\n');
    expect([diff.cells.unchanged, diff.noise]).toEqual([1, { mine: 1 }]);
  });

  it('leaves a change beside it to be seen, and marks that alone', () => {
    const diff = diffWith('😀 id \\w+', '😀 id x1 n=1\n', '😀 id y2 n=2\n');
    const part = diff.changes[0]?.outputs[0]?.parts[0];
    const marks = part?.type === 'text' && part.diff.hunks[0]?.lines.map((line) => line.marks);
    expect(marks).toEqual([[[11, 12]], [[11, 12]]]);
    expect(diff.changed_lines).toBe(2);
  });

  it('gives way to what Cellar knows where both match', () => {
    const diff = diffWith('at \\S+', '<A at 0x7f12345678a0>', '<A at 0x7f99995678b0>');
    expect(diff.noise).toEqual({ address: 1 });
  });

  it.each([['mine'], ['all']])('is shown when %s is asked for', (kind) => {
    const diff = diffWith('id \\w+', 'id x1\n', 'id y2\n', [kind]);
    expect([diff.changed_lines, diff.noise, diff.shown?.includes('mine')]).toEqual([2, {}, true]);
  });

  it('matches within one line only, which it knows by ^ and $', () => {
    expect(diffWith('^v.$', 'a\nv1\nb', 'a\nv2\nb').cells.unchanged).toBe(1);
    expect(diffWith('a\\s+v.', 'a\nv1\nb', 'a\nv2\nb').changed_lines).toBe(2);
  });

  it.each([
    ['(', /cannot be read/],
    ['a(?=b)', /cannot be read/],
    ['x*', /matches the empty text/],
    ['(?:ab?){900}(?:cd?){900}', /too large/],
    ['((a{300}){300}b)', /cannot be read/],
  ])('refuses the pattern %s and names it', (pattern, reason) => {
    const asked = () => compilePatterns([{ kind: 'mine', pattern }]);
    expect(asked).toThrow(reason);
    expect(asked).toThrow(JSON.stringify(pattern));
  });

  it('takes no place for a match where no text is matched', () => {
    expect(diffWith('\\b', 'a b', 'a c').changed_lines).toBe(2);
  });

  it('refuses more patterns than can be looked for', () => {
    const many = Array.from({ length: 51 }, (_, i) => ({ kind: 'mine', pattern: `x${i}` }));
    expect(() => compilePatterns(many)).toThrow(/51 patterns/);
  });

  it('takes linear time for a pattern that backtracks elsewhere', () => {
    const text = `${'a'.repeat(19_000)}b\n`.repeat(20);
    const start = cpuNow();
    diffWith('(a+)+$', `${text}1`, `${text}2`);
    expect(cpuNow() - start).toBeLessThan(5_000);
  });
});
