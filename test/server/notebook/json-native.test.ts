import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseNatively } from '../../../server/notebook/json-native.js';
import { JsonReader } from '../../../server/notebook/json-reader.js';

const NUMBERS = ['0', '-0', '7', '-1.5', '1.0', '0.10', '1e5', '12345678901234567890', '1E-7'];
const number = fc.oneof(
  fc.constantFrom(...NUMBERS, '0.0000001', '0.000001', '123456789012345', '1234567890.12345'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const text = fc.string({ unit: fc.constantFrom(...Array.from('a"\\01.5e-,:[ é')), maxLength: 8 });

/** JSON text with numbers of all kinds, names like "__proto__" and "7", and strings full of quotes and backslashes. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    number,
    text.map((value) => JSON.stringify(value)),
    fc.constantFrom('true', 'null'),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(fc.oneof(text, fc.constantFrom('__proto__', '7', 'a')), tie('json')), {
        maxLength: 4,
      })
      .map(
        (pairs) =>
          `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`,
      ),
  ),
}));

describe('reading JSON by the platform', () => {
  it('reads what it takes as the exact reader does, names in their order', () => {
    let taken = 0;
    fc.assert(
      fc.property(json, (value) => {
        const fast = parseNatively(value);
        if (fast === undefined) return;
        taken++;
        expect(fast).toStrictEqual(new JsonReader(value, 'It').read());
        const names = (of: unknown) =>
          of instanceof Map ? [...(of as Map<string, unknown>).keys()] : [];
        expect(names(fast)).toEqual(names(new JsonReader(value, 'It').read()));
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it.each([
    '1.0',
    '[-0]',
    '{"a":1e5}',
    '[1.50]',
    '[9007199254740993]',
    '{"a":[0.0000001]}',
    '{"7":1}',
  ])('leaves %s to the exact reader', (value) => {
    expect(parseNatively(value)).toBeUndefined();
  });

  it('takes numbers within strings for text, behind escaped quotes too', () => {
    expect(parseNatively('["x = 1.0, \\"2.50\\", \\\\", 3]')).toEqual(['x = 1.0, "2.50", \\', 3]);
  });

  it('changes no prototype', () => {
    const value = parseNatively('{"__proto__":{"polluted":true}}');
    expect(value).toEqual(new Map([['__proto__', new Map([['polluted', true]])]]));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
