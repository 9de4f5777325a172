import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CellarError } from '../../../server/errors.js';
import { compactJson, equalJson, formatJson, parseJson } from '../../../server/notebook/json.js';
import { cpuNow } from './notation.js';

describe('reading JSON', () => {
  it.each([
    '1.0',
    '1e5',
    '-0',
    '9007199254740993',
    'NaN',
    '-Infinity',
    '0.1',
    '1E+2',
    '"\\u00e9"',
    '[]',
    '{}',
    'null',
    'true',
    '1e-07',
    '123456789012345678901234567890',
    '0.10',
    '-0.0',
    '0.0000001',
  ])('keeps %s as it is written', (text) => {
    const again = compactJson(parseJson(text));
    expect(again).toBe(text === '"\\u00e9"' ? '"é"' : text);
  });

  it('reads whatever JSON.stringify writes, and writes it again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(compactJson(parseJson(text)))).toEqual(JSON.parse(text));
        expect(JSON.parse(formatJson(parseJson(JSON.stringify(value, null, 2))))).toEqual(
          JSON.parse(text),
        );
      }),
    );
  });

  it('refuses what JSON.parse refuses, but for the words of Python', () => {
    const strange = fc.string({
      unit: fc.constantFrom(...Array.from('[]{},:"\\ 01-.eE\ntrufalsn')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(strange, (text) => {
        let expected = true;
        try {
          JSON.parse(text);
        } catch {
          expected = false;
        }
        let read = true;
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CellarError);
          read = false;
        }
        expect(read).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"a": 1,}', 'line 1, column 9'],
    ['[1,\n 2\n 3]', 'line 3, column 2'],
    ['"abc', 'line 1, column 1'],
    ['[01]', 'line 1, column 2'],
    ['{"a" 1}', 'line 1, column 6'],
    ['["a\tb"]', 'line 1, column 2'],
    ['1 2', 'line 1, column 3'],
    ['', 'line 1, column 1'],
  ])('says where %j is wrong', (text, place) => {
    expect(() => parseJson(text)).toThrow(place);
  });

  it('takes __proto__ for a name like any other', () => {
    expect(compactJson(parseJson('{"__proto__": {"x": 1}, "constructor": 2}'))).toBe(
      '{"__proto__":{"x":1},"constructor":2}',
    );
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('keeps five thousand levels and refuses a million', () => {
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    const value = parseJson(deep);
    expect(compactJson(value)).toBe(deep);
    expect(equalJson(value, parseJson(deep))).toBe(true);
    expect(() => parseJson('['.repeat(1_000_000))).toThrow('nested deeper');
  });

  it('reads strings with many escapes in time', () => {
    const text = JSON.stringify(['\n"'.repeat(500_000), '\\'.repeat(500_000)]);
    const start = cpuNow();
    expect(compactJson(parseJson(text))).toBe(text);
    expect(cpuNow() - start).toBeLessThan(2_000);
  });
});

describe('writing JSON', () => {
  it('writes as Python does with indent 1 and sorted names', () => {
    const value = parseJson(
      '{"b": [1, 2.0, []], "a": {"é": "\\u0007ß\\n", "d": {}}, "c": "\\u007f"}',
    );
    expect(formatJson(value)).toBe(
      '{\n "a": {\n  "d": {},\n  "é": "\\u0007ß\\n"\n },\n "b": [\n  1,\n  2.0,\n  []\n ],\n "c": "\u007f"\n}\n',
    );
  });

  it('sorts names by code point, as Python does', () => {
    expect(compactJson(parseJson('{"\u{1F600}": 1, "\uFF5E": 2}'))).toBe(
      '{"\uFF5E":2,"\u{1F600}":1}',
    );
  });
});

describe('equal JSON', () => {
  it.each([
    ['1', '1.0', true],
    ['100000', '1e5', true],
    ['NaN', 'NaN', true],
    ['9007199254740993', '9007199254740992', false],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['[1,2]', '[2,1]', false],
    ['[1]', '[1,1]', false],
    ['{"a":null}', '{}', false],
    ['"1"', '1', false],
    ['0', '-0', true],
    ['[]', '{}', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(expected);
  });
});
