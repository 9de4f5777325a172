import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Neighbours } from '../../../server/notebook/noise-hints.js';
import { NOISE_RULES } from '../../../server/notebook/noise-rules.js';
import type { NoiseSpan, TextKind } from '../../../server/notebook/noise.js';
import { NoiseFilter } from '../../../server/notebook/noise.js';
import { differingStretches } from '../../../server/notebook/stretches.js';

const HINTS = [...new Set(NOISE_RULES.map(({ hint }) => hint))];
const KINDS: readonly TextKind[] = ['text', 'html', 'stream'];

/** Spans by the patterns alone, each run over the whole text, the rules that stand first winning. */
function findPlainly(text: string, textKind: TextKind): NoiseSpan[] {
  const spans: NoiseSpan[] = [];
  for (const { kind, scope, pattern } of NOISE_RULES) {
    if (scope !== 'any' && scope !== textKind) continue;
    const found = [...text.matchAll(pattern)]
      .filter(({ 0: matched }) => matched !== '')
      .map(({ index, 0: matched }) => ({ kind, from: index, to: index + matched.length }));
    const free = found.filter((span) =>
      spans.every((other) => span.to <= other.from || other.to <= span.from),
    );
    spans.push(...free);
  }
  return spans.sort((a, b) => a.from - b.from);
}

/** What each rule was made for, between words that make other rules apply or not. */
const noise = fc.oneof(
  fc.constantFrom(
    '<Foo object at 0x7f12345678a0>',
    'a.b.C@5e91993f',
    '/tmp/ipykernel_12/345.py',
    'Cell In[3]',
    'CPU times: 1 ms',
    '2024-01-05 10:00:00 INFO x',
    '[I 2024-01-05 10:00:00,123] x',
    '<th>Date:</th> <td>Mon, 05 Jan</td>',
    '<th>Time:</th>\n\n<td>10:00:00\n</td>',
    '<dc:date>2024\n</dc:date>',
    '<div id="T_3f2a1_row">',
    'total: 1.2ms\nremaining: 3s',
    '100%|##| 10/10 [00:01<00:00,  9.8it/s]',
    'Elapsed time: 12.3 s',
    'pid=4711',
    'PID: 12',
    'localhost:45678',
    'é§\u2028 µs',
    '0x',
    ':',
    '\n#abcdefghij .x',
  ),
  ...HINTS.map((hint) => fc.stringMatching(new RegExp(`^(?:${hint})$`))),
);
const text = fc
  .array(fc.oneof(noise, fc.constantFrom('\n', ' ', 'word', '<br>\n'), fc.string()), {
    maxLength: 8,
  })
  .map((parts) => parts.join(' '));
/** So long that what cannot match is found out first. */
const padded = fc
  .tuple(text, fc.constantFrom('', 'plain text\n'.repeat(300)))
  .map((parts) => parts.join('\n'));

describe('noise in long texts', () => {
  it.each(HINTS)('is looked for wherever there may be %s', (hint) => {
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(hint)), (holder) => {
        expect(new Neighbours(['other', holder]).mayMatch(hint)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it.each(HINTS)('costs no search for %s where a text cannot hold it', (hint) => {
    // Hex digits after one of several letters are in any text.
    const isLoose = hint.startsWith('[mp]');
    expect(new Neighbours(['', 'q q']).mayMatch(hint)).toBe(isLoose);
  });

  it('is what the patterns find that are run one by one', () => {
    const filter = new NoiseFilter();
    fc.assert(
      fc.property(padded, fc.constantFrom(...KINDS), (whole, kind) => {
        expect(filter.find(whole, kind)).toEqual(findPlainly(whole, kind));
        const narrow = filter.narrow(kind, ['', whole]);
        expect(narrow.find(whole, kind)).toEqual(findPlainly(whole, kind));
        for (const line of whole.split('\n'))
          expect(narrow.mask(line, kind)).toBe(filter.mask(line, kind));
      }),
      { numRuns: 200 },
    );
  });
});

/** Two texts that share much: an edit somewhere between long ends, of one line or of many. */
const pair = fc
  .tuple(text, text, text, text, fc.constantFrom('x'.repeat(3000), 'line of text\n'.repeat(300)))
  .map(([before, one, two, after, filling]) => {
    const around = (middle: string) => [filling, before, middle, after, filling].join('\n');
    return [around(one), around(two)] as const;
  });

describe('stretches that differ', () => {
  it('are alike but for noise exactly where the whole texts are', () => {
    const filter = new NoiseFilter();
    let alike = 0;
    fc.assert(
      fc.property(pair, fc.constantFrom(...KINDS), ([base, head], kind) => {
        const expected = filter.mask(base, kind) === filter.mask(head, kind);
        if (expected && base !== head) alike++;
        expect(filter.isAlike(base, head, kind)).toBe(expected);
      }),
      {
        numRuns: 400,
        examples: [
          [
            ['\n' + 'x\n'.repeat(3000) + 'at 0x12345', '\n' + 'x\n'.repeat(3000) + 'at 0x12346'],
            'text',
          ],
        ],
      },
    );
    expect(alike).toBeGreaterThan(0);
  });

  it('leave out the lines at both ends that are the same, and nothing else', () => {
    const lines = Array.from({ length: 5000 }, (_, n) => `line ${n}`);
    const other = lines.with(2500, 'another');
    const [a, b] = differingStretches(lines.join('\n'), other.join('\n'));
    expect(a.length).toBeLessThan(3000);
    expect(a.split('\n').length).toBe(b.split('\n').length);
    expect(lines.join('\n')).toContain(a);
    expect(other.join('\n')).toContain(b);
    expect(b).toContain('\nanother\n');
  });
});
