import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileFilter, type FieldReader } from '../../../../server/tracking/filter/compile.js';
import type { Field, Filter } from '../../../../server/tracking/filter/filter.js';
import { isLike } from '../../../../server/tracking/filter/like.js';
import { parseFilter } from '../../../../server/tracking/filter/parse.js';

interface Row {
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly string[];
  readonly clean: boolean;
}

const ROW: Row = {
  metrics: { acc: 0.9, 'val/acc 1': 0.5, 'a.b': 2, größe: 3 },
  tags: { team: "o'neill", 'x.y': '5 %', 'say "hi"': 'yes' },
  datasets: ['wine', 'cars'],
  clean: true,
};

const READERS: Readonly<Record<string, (key: string) => FieldReader<Row>>> = {
  metrics: (key) => ({ type: 'number', read: (row) => row.metrics[key] }),
  tags: (key) => ({ type: 'text', presence: true, read: (row) => row.tags[key] }),
  datasets: () => ({ type: 'text', lists: true, read: (row) => row.datasets }),
  loose: (key) => ({
    type: 'text',
    lists: true,
    absentDiffers: true,
    read: (row) => row.tags[key],
  }),
  '': () => ({ type: 'truth', read: (row) => row.clean }),
};

function resolve(field: Field): FieldReader<Row> {
  const reader = READERS[field.entity ?? '']?.(field.key);
  if (reader === undefined) throw new RangeError(`no ${field.text}`);
  return reader;
}

function holds(text: string): boolean {
  return compileFilter(parseFilter(text).filter, resolve)(ROW);
}

describe('a filter', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['metrics.acc > 0.8', true],
    ['metrics.acc>.8 and METRICS.acc<=9e-1', true],
    ['metrics.acc = -1', false],
    ['metrics.acc != 0.9', false],
    ['metrics.none != 0.9', false],
    ['metrics.`val/acc 1` = 0.5', true],
    ['metrics."val/acc 1" = 0.5', true],
    ['metrics.val/acc = 0.5', false],
    ['metrics.a.b >= 2', true],
    ['metrics.größe = 3', true],
    [`tags.team = "o'neill"`, true],
    [`tags.team = 'o''neill'`, true],
    [`tags.\`say "hi"\` = 'yes'`, true],
    [`tags.x.y LIKE '5%'`, true],
    [`tags.x.y like '5_%'`, true],
    [`tags.x.y LIKE '_'`, false],
    [`tags.team LIKE 'O%'`, false],
    [`tags.team ILIKE 'O%'`, true],
    ['tags.team IS NOT NULL', true],
    ['tags.none is null', true],
    [`datasets.name = 'cars'`, true],
    [`datasets.name IN ('a', "wine")`, true],
    [`datasets.name NOT IN ('cars', 'wine')`, false],
    [`datasets.name NOT IN ('cars')`, true],
    [`loose.none != 'a'`, true],
    [`loose.none NOT IN ('a')`, true],
    [`loose.none = 'a'`, false],
    ['clean = TRUE', true],
    [`metrics.acc < 0 OR tags.team != 'x' AND clean = true`, true],
    ['NOT (metrics.acc < 0 OR clean = true)', false],
    ['NOT metrics.acc < 0', true],
    [`tags.team = 'x' AND (metrics.acc > 0 OR metrics.acc < 0)`, false],
    [`tags.android = 'x' OR metrics.acc > 0`, true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ['metrics.acc', 'col 12'],
    ['metrics.acc > ', 'col 15'],
    ['metrics.acc > 0.8 metrics.acc < 1', 'col 19'],
    ["tags.team = 'open", 'col 18'],
    ['metrics.acc > 0.8 AND', 'col 22'],
    ['(metrics.acc > 1', 'col 17'],
    ['tags.team IN ()', 'col 15'],
    ["tags.team == 'x'", 'col 12'],
    ['metrics. > 1', 'col 9'],
    [`${'('.repeat(40_000)}clean = true`, 'nested too deeply'],
    ['x'.repeat(50_001), '50000 are taken'],
  ])('%.40s says where it cannot be read', (text, words) => {
    expect(() => parseFilter(text)).toThrow(words);
  });

  it.each([
    ["metrics.acc > 'high'", 'is compared with a number, not with "high"'],
    ['tags.team = 5', 'is compared with a text in quotes, not with 5'],
    ["tags.team > 'a'", 'takes =, !=, LIKE, ILIKE, not >'],
    ["metrics.acc LIKE '1'", 'not LIKE'],
    ["tags.team IN ('a')", 'takes no IN'],
    ['metrics.acc IS NULL', 'takes no IS NULL'],
    ['datasets.name IN (1)', 'not with 1'],
    ['clean = 1', 'true or false'],
  ])('%s says why it cannot be used', (text, words) => {
    expect(() => holds(text)).toThrow(words);
  });

  it('names what MLflow does not have', () => {
    expect(parseFilter("tags.a = 'b' AND metrics.c > 1").extensions).toEqual([]);
    expect(parseFilter("NOT (tags.a = 'OR') OR clean = true").extensions).toEqual([
      ...['OR', 'NOT', 'parentheses'],
    ]);
  });

  it('means what it meant when it is written out and read again', () => {
    fc.assert(
      fc.property(filters(3), (filter) => {
        expect(simplify(parseFilter(format(filter)).filter)).toEqual(simplify(filter));
      }),
    );
  });
});

const leaf: fc.Arbitrary<Filter> = fc
  .record({
    key: fc.string({ minLength: 1 }).filter((key) => !key.includes('`')),
    value: fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'LIKE', 'ILIKE'),
  })
  .map(({ key, value, operator }) => ({
    kind: 'comparison',
    field: { entity: 'tags', key, text: `tags.\`${key}\`` },
    operator,
    value,
  }));

function filters(depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf;
  const deeper = filters(depth - 1);
  const several = fc.array(deeper, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    leaf,
    deeper.map((of): Filter => ({ kind: 'not', of })),
    several.map((of): Filter => ({ kind: 'any', of })),
    several.map((of): Filter => ({ kind: 'all', of })),
  );
}

function format(filter: Filter): string {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of
        .map((each) => `(${format(each)})`)
        .join(filter.kind === 'all' ? ' AND ' : ' or ');
    case 'not':
      return `NOT (${format(filter.of)})`;
    case 'comparison': {
      const { field, operator, value } = filter;
      const text = typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
      return `${field.text} ${operator} ${text}`;
    }
    default:
      throw new RangeError(filter.kind);
  }
}

/** JavaScript writes -0 as 0. */
function simplify(filter: Filter): unknown {
  return JSON.parse(JSON.stringify(filter));
}

const MARKS = new Map([
  ['%', '.*'],
  ['_', '.'],
]);

describe('LIKE', () => {
  it.each([
    ['', '', true],
    ['', '%', true],
    ['a', '', false],
    ['banana', '%an%a', true],
    ['banana', 'b_n%', true],
    ['banana', '%nan', false],
    ['a😀b', 'a_b', true],
    ['a%b', 'a%b', true],
  ])('of %s and %s is %s', (text, pattern, expected) => {
    expect(isLike(text, pattern)).toBe(expected);
  });

  it('agrees with a plain definition', () => {
    const letters = fc.constantFrom('a', 'b');
    const text = fc.array(letters, { maxLength: 8 });
    const pattern = fc.array(fc.constantFrom('a', 'b', '%', '_'), { maxLength: 8 });
    fc.assert(
      fc.property(text, pattern, (given, wanted) => {
        const plain = new RegExp(`^${wanted.map((mark) => MARKS.get(mark) ?? mark).join('')}$`);
        expect(isLike(given.join(''), wanted.join(''))).toBe(plain.test(given.join('')));
      }),
    );
  });
});
