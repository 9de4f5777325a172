import { describe, expect, it } from 'vitest';

import { CellarError } from '../../../server/errors.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { renderHtml } from '../../../server/notebook/html.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { renderText } from '../../../server/notebook/text.js';
import type { Notebook } from '../../../server/notebook/notebook.js';
import { countsAgree, parseText } from './notation.js';

/** A small notebook with every kind of thing in it. */
const RICH = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
    language_info: { name: 'python', version: '3.11.7', codemirror_mode: { version: 3 } },
    tags: ['a', 1],
  },
  cells: [
    { cell_type: 'markdown', id: 'm', metadata: { tags: ['x'] }, source: ['# A\n', 'text'] },
    {
      cell_type: 'markdown',
      id: 'p',
      metadata: {},
      source: '![a](attachment:a.png)',
      attachments: { 'a.png': { 'image/png': 'iVBORw0KGgo=' } },
    },
    {
      cell_type: 'code',
      id: 'c',
      metadata: { collapsed: false },
      execution_count: 3,
      source: 'show(x)',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['one\n', 'two\n'] },
        {
          output_type: 'execute_result',
          execution_count: 3,
          metadata: { 'image/png': { width: 3 } },
          data: {
            'text/plain': ['<T at 0x7f00aa11bb22>'],
            'text/html': '<table><tr><th>a</th></tr><tr><td>1</td></tr></table>',
            'image/png': 'iVBORw0KGgo=',
            'image/svg+xml': '<svg><path d="M0 0"/></svg>',
            'application/json': { a: [1, 2.5, { b: null }] },
            'application/vnd.cellar.v1+json': { metrics: { loss: [{ step: 1, value: 0.5 }] } },
          },
        },
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['line 1', 'line 2'] },
      ],
    },
  ],
};

const OTHERS: readonly unknown[] = [null, true, 7, 1e300, 'text', '', [], [[]], {}, { a: {} }];

/** The value with each of its nodes in turn replaced by each of the other types. */
function* replaced(value: unknown): Generator {
  yield* OTHERS;
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    for (let i = 0; i < items.length; i++)
      for (const other of replaced(items[i])) yield items.with(i, other);
  } else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value))
      for (const other of replaced(item)) yield { ...value, [name]: other };
}

/** Reads it or refuses it in words; anything else fails the test. */
function tryParse(bytes: Uint8Array): Notebook | undefined {
  try {
    return parseNotebook(bytes, { side: 'head' });
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    expect(error.facts.side).toBe('head');
    expect(error.message).toMatch(/^The head.*\.$/s);
    return undefined;
  }
}

function expectSound(base: Notebook, head: Notebook): void {
  for (const [a, b] of [
    [base, head],
    [head, base],
  ] as const) {
    const diff = diffNotebooks(a, b);
    expect(countsAgree(diff, a, b)).toBe(true);
    renderText(diff, { color: true, width: 80, base: a, head: b });
    renderHtml(diff, a, b, { title: 'x' });
  }
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('broken notebooks', () => {
  it('reads or refuses a notebook with any node of any other type, and compares what it reads', () => {
    const base = parseText(JSON.stringify(RICH));
    let [read, refused] = [0, 0];
    for (const other of replaced(RICH)) {
      const head = tryParse(encode(other));
      if (head === undefined) refused++;
      else {
        read++;
        expectSound(base, head);
      }
    }
    expect(read).toBeGreaterThan(400);
    expect(refused).toBeGreaterThan(100);
  });

  it('refuses a notebook cut off at any byte', () => {
    const whole = encode(RICH);
    for (let end = 0; end < whole.length; end += 3)
      expect(tryParse(whole.subarray(0, end))).toBeUndefined();
  });

  it('refuses bytes that are no UTF-8 wherever they stand, naming the byte', () => {
    const whole = encode(RICH);
    for (let at = 0; at < whole.length; at += 7)
      for (const wrong of [0xff, 0xc0, 0x80, 0xed]) {
        const bytes = whole.slice();
        bytes[at] = wrong;
        expect(() => parseNotebook(bytes)).toThrow(
          expect.objectContaining({ code: 'not_utf8' }) as Error,
        );
      }
  });

  it('refuses UTF-16 and other encodings', () => {
    const text = JSON.stringify(RICH);
    expect(tryParse(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBeUndefined();
    expect(tryParse(Buffer.from(`"é${text}`, 'latin1'))).toBeUndefined();
  });
});

const DEEP = 3000;

function nested(kind: 'list' | 'object', inner: string): string {
  return kind === 'list'
    ? '['.repeat(DEEP) + inner + ']'.repeat(DEEP)
    : '{"a":'.repeat(DEEP) + inner + '}'.repeat(DEEP);
}

const PLACES: readonly (readonly [string, (value: string) => string])[] = [
  ["the notebook's metadata", (value) => `{"nbformat":4,"metadata":{"x":${value}},"cells":[]}`],
  ['an unknown name of the notebook', (value) => `{"nbformat":4,"cells":[],"x":${value}}`],
  [
    "a cell's metadata",
    (value) =>
      `{"nbformat":4,"cells":[{"cell_type":"code","source":"x = 12345678","metadata":{"x":${value}}}]}`,
  ],
  ...[
    'application/json',
    'application/vnd.plotly.v1+json',
    'text/plain',
    'image/png',
    'text/html',
  ].map(
    (mime) =>
      [
        `an output of type ${mime}`,
        (value: string) =>
          `{"nbformat":4,"cells":[{"cell_type":"code","source":"x = 12345678","outputs":[{"output_type":"display_data","data":{"${mime}":${value}}}]}]}`,
      ] as const,
  ),
  [
    'an output of a future type',
    (value) =>
      `{"nbformat":4,"cells":[{"cell_type":"code","source":"x = 12345678","outputs":[{"output_type":"future","x":${value}}]}]}`,
  ],
  [
    'an attachment',
    (value) =>
      `{"nbformat":4,"cells":[{"cell_type":"markdown","source":"x = 12345678","attachments":{"a":${value}}}]}`,
  ],
];

describe('notebooks nested 3,000 levels deep', () => {
  it.each(PLACES)('are read and compared where the depth is in %s', (_, place) => {
    for (const kind of ['list', 'object'] as const) {
      const [one, two] = [
        parseText(place(nested(kind, '1'))),
        parseText(place(nested(kind, '2.0'))),
      ];
      expectSound(one, two);
      expect(diffNotebooks(one, parseText(place(nested(kind, '1.0')))).cells.modified).toBe(0);
    }
  });

  it('are refused in words when no reader could keep them', () => {
    const text = `{"nbformat":4,"cells":[],"metadata":{"x":${'['.repeat(20_000)}`;
    expect(() => parseText(text)).toThrow(/nested deeper than 10000 levels/);
  });
});

describe('names that JavaScript gives a meaning', () => {
  it('are ordinary names, and change no prototype', () => {
    const hostile =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}';
    const text = (value: string) =>
      `{"nbformat":4,"metadata":${value},"__proto__":${value},"cells":[{"cell_type":"code","id":"__proto__","source":"constructor","metadata":${value},"outputs":[{"output_type":"display_data","metadata":${value},"data":{"__proto__":"x","application/json":${value},"application/vnd.cellar.v1+json":{"metrics":${value}}}}]}]}`;
    const before = Object.getOwnPropertyNames(Object.prototype);
    expectSound(parseText(text(hostile)), parseText(text('{}')));
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
