import { describe, expect, it } from 'vitest';

import { CellarError } from '../../../server/errors.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { ERROR_MIME, STDOUT_MIME } from '../../../server/notebook/notebook.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { notebookOf, parseText, stream, withOutputs } from './notation.js';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function errorOf(content: Uint8Array): CellarError {
  try {
    parseNotebook(content, { side: 'head', path: 'train.ipynb' });
  } catch (error) {
    if (error instanceof CellarError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const V3 = JSON.stringify({
  nbformat: 3,
  nbformat_minor: 0,
  metadata: { name: 'old' },
  worksheets: [
    {
      cells: [
        { cell_type: 'heading', level: 2, source: ['A title\n', 'of two lines'] },
        { cell_type: 'html', source: '<b>x</b>' },
        {
          cell_type: 'code',
          input: ['x = 1\n', 'x'],
          language: 'python',
          prompt_number: 4,
          collapsed: false,
          outputs: [
            { output_type: 'stream', stream: 'stderr', text: 'warn' },
            { output_type: 'pyout', prompt_number: 4, text: ['1'], png: 'aGk=' },
            { output_type: 'pyerr', ename: 'E', evalue: 'v', traceback: ['t1', 't2'] },
          ],
        },
      ],
    },
  ],
});

describe('reading a notebook', () => {
  it('reads nbformat 3 in the words of nbformat 4', () => {
    const { cells, format } = parseText(V3);
    expect(format).toEqual({ major: 3, minor: 0 });
    expect(cells.map(({ type, source }) => [type, source])).toEqual([
      ['markdown', '## A title of two lines'],
      ['markdown', '<b>x</b>'],
      ['code', 'x = 1\nx'],
    ]);
    expect(cells[2]?.executionCount).toBe(4);
    expect(cells[2]?.outputs.map(({ type }) => type)).toEqual([
      'stream',
      'execute_result',
      'error',
    ]);
    expect(cells[2]?.outputs[1]?.data).toEqual(
      new Map([
        ['text/plain', '1'],
        ['image/png', 'aGk='],
      ]),
    );
    expect(cells[2]?.outputs[2]?.data.get(ERROR_MIME)).toBe('t1\nt2');
  });

  it('takes a file with byte order mark, CRLF and other indentation for the same', () => {
    const cells = [{ cell_type: 'code', id: 'a', source: 'x = 1', metadata: {}, outputs: [] }];
    const plain = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
    const dressed =
      '\ufeff' + JSON.stringify(JSON.parse(plain), null, 4).replaceAll('\n', '\r\n') + '\r\n\r\n';
    const diff = diffNotebooks(parseText(plain), parseText(dressed));
    expect([diff.cells.unchanged, diff.noise]).toEqual([1, {}]);
  });

  it('takes a source as text or as a list of its lines', () => {
    const of = (source: unknown) =>
      notebookOf([{ cell_type: 'code', id: 'a', source, metadata: {}, outputs: [] }]);
    expect(of(['a\n', 'b']).cells[0]?.source).toBe('a\nb');
    expect(diffNotebooks(of('a\nb'), of(['a\n', 'b'])).cells.unchanged).toBe(1);
  });

  it('reads cells without id, with one id twice, and of an unknown type', () => {
    const { cells } = notebookOf([
      { cell_type: 'code', source: 'x' },
      { cell_type: 'code', id: 'a', source: 'y', outputs: [] },
      { cell_type: 'future', id: 'a', source: 'z' },
    ]);
    expect(cells.map(({ id, type }) => [id, type])).toEqual([
      [undefined, 'code'],
      ['a', 'code'],
      ['a', 'raw'],
    ]);
  });

  it('reads a future minor format', () => {
    expect(notebookOf([], {}, 17).format).toEqual({ major: 4, minor: 17 });
  });

  it('takes a count of executions or a minor format that is no whole number for none', () => {
    const text = (count: string) =>
      `{"nbformat":4,"nbformat_minor":${count},"cells":[{"cell_type":"code","execution_count":${count}}]}`;
    for (const count of ['1.5', '1e300', 'NaN', '"2"', '[]', 'null', '9007199254740993']) {
      const { cells, format } = parseText(text(count));
      expect([cells[0]?.executionCount, format.minor]).toEqual([null, 0]);
    }
    expect(parseText(text('7.0')).cells[0]?.executionCount).toBe(7);
  });

  it('names the kernel and its language', () => {
    const { kernel, language } = notebookOf([], {
      kernelspec: { name: 'ir', display_name: 'R', language: 'R' },
      language_info: { name: 'R', version: '4.3.1' },
    });
    expect([kernel, language]).toEqual([
      { name: 'ir', displayName: 'R', language: 'R', version: '4.3.1' },
      'r',
    ]);
    expect(notebookOf([]).kernel).toBeNull();
  });

  it('joins streams between other outputs only', () => {
    const { cells } = withOutputs(
      stream('a'),
      stream('b'),
      { output_type: 'display_data', data: {}, metadata: {} },
      stream('c'),
    );
    expect(
      cells[0]?.outputs.map(({ index, chunks, data }) => [index, chunks, data.get(STDOUT_MIME)]),
    ).toEqual([
      [0, 2, 'ab'],
      [2, 1, undefined],
      [3, 1, 'c'],
    ]);
  });

  it('keeps an output of an unknown type as JSON', () => {
    const { cells } = withOutputs({ output_type: 'future', x: 1 });
    expect(cells[0]?.outputs[0]?.data.has('application/json')).toBe(true);
  });

  const refused: readonly (readonly [string, Uint8Array, string, string])[] = [
    ['an empty file', bytes(''), 'not_json', 'is empty'],
    ['text', bytes('hello'), 'not_json', 'line 1, column 1'],
    ['a truncated file', bytes('{"nbformat": 4,\n "cells": ['), 'not_json', 'line 2, column 12'],
    ['a list', bytes('[]'), 'not_a_notebook', 'not an object'],
    ['an object of another kind', bytes('{"a": 1}'), 'not_a_notebook', 'nbformat'],
    ['a format that is no number', bytes('{"nbformat": "4"}'), 'not_a_notebook', 'nbformat'],
    ['no cells', bytes('{"nbformat": 4}'), 'not_a_notebook', '"cells"'],
    ['no worksheets', bytes('{"nbformat": 3}'), 'not_a_notebook', '"worksheets"'],
    ['nbformat 2', bytes('{"nbformat": 2}'), 'unsupported_format', 'nbformat 2.0'],
    [
      'nbformat 5',
      bytes('{"nbformat": 5, "nbformat_minor": 1}'),
      'unsupported_format',
      'nbformat 5.1',
    ],
    [
      'a cell that is text',
      bytes('{"nbformat": 4, "cells": [{"cell_type": "raw"}, "x"]}'),
      'not_a_notebook',
      'cell 1 is not an object',
    ],
    [
      'a cell without type',
      bytes('{"nbformat": 4, "cells": [{}]}'),
      'not_a_notebook',
      'cell 0 has no text "cell_type"',
    ],
    [
      'a source that is a number',
      bytes('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}'),
      'not_a_notebook',
      'cell 0: its "source"',
    ],
    [
      'a source of numbers',
      bytes('{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1]}]}'),
      'not_a_notebook',
      'cell 0: its "source"',
    ],
    [
      'outputs that are an object',
      bytes('{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": {}}]}'),
      'not_a_notebook',
      'cell 0: its "outputs"',
    ],
    [
      'an output that is null',
      bytes('{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": [null]}]}'),
      'not_a_notebook',
      'cell 0, output 0',
    ],
    [
      'metadata that is a list',
      bytes('{"nbformat": 4, "metadata": [], "cells": []}'),
      'not_a_notebook',
      '"metadata"',
    ],
    ['wrong UTF-8', new Uint8Array([0x7b, 0x0a, 0x22, 0xff, 0x22]), 'not_utf8', 'byte 3 (line 2)'],
    [
      'UTF-8 that ends within a character',
      new Uint8Array([0x22, 0xc3]),
      'not_utf8',
      'wrong byte 1',
    ],
    [
      "git's conflict markers",
      bytes('{\n "cells": [\n<<<<<<< HEAD\n  1\n=======\n  2\n>>>>>>> other\n ]\n}'),
      'conflict_markers',
      'from line 3): "cellar merge --repair train.ipynb" puts the sides together',
    ],
    [
      'the markers of a diff3 merge with CRLF',
      bytes('{"cells": [\r\n<<<<<<< a\r\n1\r\n||||||| b\r\n=======\r\n2\r\n>>>>>>> c\r\n]}'),
      'conflict_markers',
      'from line 2)',
    ],
  ];

  it.each(refused)('refuses %s, naming file, reason and place', (_, content, code, words) => {
    const error = errorOf(content);
    expect(error.code).toBe(code);
    expect(error.message).toContain('train.ipynb');
    expect(error.message).toContain(words);
    expect(error.facts).toEqual({ side: 'head', path: 'train.ipynb' });
  });

  it('takes conflict markers within a string for text', () => {
    const source = '<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n';
    expect(notebookOf([{ cell_type: 'code', source }]).cells[0]?.source).toBe(source);
  });

  it('keeps lone surrogates and names such as __proto__', () => {
    const text =
      '{"nbformat": 4, "metadata": {"__proto__": 1}, "cells": [{"cell_type": "raw", "source": "\\ud800"}]}';
    const notebook = parseText(text);
    expect(notebook.metadata.get('__proto__')).toBe(1);
    expect(notebook.cells[0]?.source).toBe('\ud800');
    expect(
      diffNotebooks(notebook, parseText('{"nbformat": 4, "cells": []}')).notebook_metadata,
    ).toEqual([{ path: '/__proto__', base: '1' }]);
  });
});
