import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  cleanNotebook,
  DEFAULT_STRIPS,
  STRIPS,
  type Strip,
} from '../../../server/notebook/clean.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { hasChanges } from '../../../server/notebook/narrow.js';
import { parseNotebook } from '../../../server/notebook/read.js';

function clean(
  text: string,
  strip: readonly Strip[] = DEFAULT_STRIPS,
  keep: string[] = [],
): string {
  return String(Buffer.from(cleanNotebook(new TextEncoder().encode(text), { strip, keep })));
}

const OUTPUT = {
  output_type: 'execute_result',
  execution_count: 3,
  metadata: {},
  data: { 'text/plain': '1' },
};

function notebook(cell: object = {}, metadata: object = {}): object {
  const code = {
    cell_type: 'code',
    execution_count: 3,
    id: 'a',
    metadata: {},
    outputs: [OUTPUT],
    source: 'x',
  };
  return { cells: [{ ...code, ...cell }], metadata, nbformat: 4, nbformat_minor: 5 };
}

function cleaned(
  value: object,
  strip?: readonly Strip[],
  keep?: string[],
): Record<string, unknown> & {
  cells: Record<string, unknown>[];
} {
  return JSON.parse(clean(JSON.stringify(value), strip, keep)) as ReturnType<typeof cleaned>;
}

describe('a cleaned notebook', () => {
  it('lacks execution counts and what editors note, and nothing else', () => {
    const metadata = {
      collapsed: true,
      ExecuteTime: {},
      tags: ['x'],
      jupyter: { source_hidden: true },
    };
    expect(cleaned(notebook({ metadata }, { vscode: {}, kernelspec: {}, widgets: {} }))).toEqual(
      notebook(
        {
          execution_count: null,
          metadata: { tags: ['x'], jupyter: { source_hidden: true } },
          outputs: [{ ...OUTPUT, execution_count: null }],
        },
        { kernelspec: {}, widgets: {} },
      ),
    );
  });

  it.each<[Strip, object, object]>([
    ['outputs', notebook(), notebook({ outputs: [] })],
    ['ids', notebook(), notebook({ id: '1' })],
    ['widgets', notebook({}, { widgets: {} }), notebook()],
    [
      'kernel',
      notebook({}, { language_info: { name: 'python', version: '3.12.1' } }),
      notebook({}, { language_info: { name: 'python' } }),
    ],
  ])('lacks %s where that was asked for', (kind, before, after) => {
    expect(cleaned(before, [kind])).toEqual(after);
  });

  it('keeps names that it is told to, and outputs that are marked', () => {
    const scrolled = notebook({ metadata: { scrolled: true } });
    expect(cleaned(scrolled, ['metadata'], ['scrolled'])).toEqual(scrolled);
    const all: Strip[] = ['outputs', 'counts'];
    for (const marked of [
      notebook({ metadata: { tags: ['keep_output'] } }),
      notebook({ metadata: { keep_output: true } }),
      notebook({}, { keep_output: true }),
    ])
      expect(cleaned(marked, all)).toEqual(marked);
  });

  it('of nbformat 3 lacks its prompt numbers', () => {
    const cell = {
      cell_type: 'code',
      input: 'x',
      outputs: [],
      prompt_number: 4,
      language: 'python',
    };
    const old = { nbformat: 3, nbformat_minor: 0, metadata: {}, worksheets: [{ cells: [cell] }] };
    expect(clean(JSON.stringify(old))).toContain('"prompt_number":null');
  });

  it.each([
    ['indentation of one', (value: object) => `${JSON.stringify(value, undefined, 1)}\n`],
    [
      'indentation of four, no final newline',
      (value: object) => JSON.stringify(value, undefined, 4),
    ],
    ['tabs', (value: object) => `${JSON.stringify(value, undefined, '\t')}\n`],
    ['one line', (value: object) => JSON.stringify(value)],
    [
      'CRLF and a byte order mark',
      (value: object) =>
        `\ufeff${JSON.stringify(value, undefined, 2).replaceAll('\n', '\r\n')}\r\n`,
    ],
    [
      'Python on one line',
      (value: object) => JSON.stringify(value).replace(/([,:])(?=["[{\dn])/g, '$1 '),
    ],
    [
      'escapes for all but ASCII',
      (value: object) => JSON.stringify(value, undefined, 1).replaceAll('ü', '\\u00fc'),
    ],
  ])('is laid out as it was: %s', (_, format) => {
    const source = 'ü';
    const outputs = [{ ...OUTPUT, execution_count: null }];
    const after = format(notebook({ source, execution_count: null, outputs }));
    expect(clean(format(notebook({ source })))).toBe(after);
    expect(clean(after)).toBe(after);
  });

  it('has every number as it was written', () => {
    const text = JSON.stringify(notebook({ metadata: { tags: [], n: 'N' } })).replace(
      '"N"',
      '[1.0,1e5,12345678901234567890,NaN,-0.0]',
    );
    expect(clean(text)).toContain('[1.0,1e5,12345678901234567890,NaN,-0.0]');
  });

  it('is refused when it is none', () => {
    expect(() => clean('{')).toThrow(/not JSON/);
    expect(() => clean('{}')).toThrow();
  });

  it('is clean, and what is taken out by default is what a diff does not show', () => {
    const cell = fc.record({
      cell_type: fc.constant('code'),
      execution_count: fc.option(fc.nat()),
      id: fc.constant('a'),
      metadata: fc.dictionary(
        fc.constantFrom('collapsed', 'tags', 'x', 'ExecuteTime', '__proto__'),
        fc.jsonValue(),
      ),
      outputs: fc.constant([OUTPUT]),
      source: fc.string(),
    });
    const kinds = fc.subarray(Object.keys(STRIPS) as Strip[]);
    fc.assert(
      fc.property(cell, kinds, fc.constantFrom(undefined, 1, '\t'), (code, strip, indent) => {
        const text = JSON.stringify(notebook(code), undefined, indent);
        const once = clean(text, strip);
        expect(clean(once, strip)).toBe(once);
        const [base, head] = [text, clean(text)].map((each) =>
          parseNotebook(new TextEncoder().encode(each)),
        );
        expect(hasChanges(diffNotebooks(base!, head!))).toBe(false);
      }),
    );
  });
});
