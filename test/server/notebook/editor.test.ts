import { describe, expect, it } from 'vitest';

import { keepBytes } from '../../../server/notebook/editor.js';
import { parseNotebook } from '../../../server/notebook/read.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a browser makes of a file: numbers as doubles, NaN as null, joined sources. */
function inBrowser(text: string, edit: (notebook: Editable) => void = () => undefined): string {
  const notebook = JSON.parse(text.replace(/\bNaN\b/g, 'null')) as Editable;
  for (const cell of notebook.cells)
    if (Array.isArray(cell.source)) cell.source = cell.source.join('');
  edit(notebook);
  return JSON.stringify(notebook);
}

interface Editable {
  cells: {
    id?: string;
    source: string | string[];
    metadata: Record<string, unknown>;
    outputs?: object[];
  }[];
  metadata: Record<string, unknown>;
}

const FILE = `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "a",
   "metadata": {
    "big": 9007199254740993,
    "nan": NaN,
    "one": 1.0
   },
   "outputs": [
    {
     "data": {
      "application/json": {
       "v": 1e-05
      },
      "image/png": "aGk=\\n",
      "image/svg+xml": [
       "<svg>\\n",
       "</svg>"
      ],
      "text/plain": [
       "a\\n",
       "b"
      ]
     },
     "execution_count": 1,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "x = 'é'\\n",
    "x"
   ]
  },
  {
   "cell_type": "markdown",
   "id": "b",
   "metadata": {},
   "source": []
  }
 ],
 "metadata": {
  "v": 2.50
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

function kept(file: string | undefined, editor: string): string {
  return decoder.decode(keepBytes(file === undefined ? undefined : encoder.encode(file), editor));
}

describe('the bytes of an open notebook', () => {
  it("are the file's own when the editor holds the same", () => {
    expect(kept(FILE, inBrowser(FILE))).toBe(FILE);
  });

  it("are the file's own whatever its indentation, byte order mark and line ends", () => {
    const odd = '\ufeff' + FILE.replaceAll('\n ', '\r\n\t');
    expect(kept(odd, inBrowser(FILE))).toBe(odd);
  });

  it('are the same when only the trust of a cell was noted', () => {
    const editor = inBrowser(FILE, ({ cells }) => {
      for (const cell of cells) cell.metadata['trusted'] = true;
    });
    expect(kept(FILE, editor)).toBe(FILE);
  });

  it('are written as nbformat writes when something changed, with every number as the file has it', () => {
    const editor = inBrowser(FILE, ({ cells }) => {
      const [, second] = cells;
      if (second !== undefined) second.source = '# Title\ntext';
    });
    const expected = FILE.replace(
      '"source": []',
      '"source": [\n    "# Title\\n",\n    "text"\n   ]',
    );
    expect(kept(FILE, editor)).toBe(expected);
  });

  it('keep numbers by the id of their cell when cells move', () => {
    const editor = inBrowser(FILE, (notebook) => {
      notebook.cells.reverse();
    });
    const text = kept(FILE, editor);
    expect(text).toContain('"big": 9007199254740993');
    expect(text).toContain('"one": 1.0');
    expect(text).toContain('"nan": NaN');
  });

  it('take a number that was really changed', () => {
    const editor = inBrowser(FILE, ({ metadata }) => {
      metadata['v'] = 3;
    });
    expect(kept(FILE, editor)).toContain('"v": 3\n');
  });

  it('are the model alone without a file, or with one that is no JSON', () => {
    const written = kept(undefined, inBrowser(FILE));
    expect(written).toBe(kept('<<<<<<< not JSON', inBrowser(FILE)));
    expect(written.endsWith('}\n')).toBe(true);
    expect(parseNotebook(encoder.encode(written)).cells[0]?.source).toBe("x = 'é'\nx");
  });

  it('do not take text and a list for the same where nbformat does not', () => {
    const file = FILE.replace('"v": 2.50', '"v": ["a", "b"]');
    const editor = inBrowser(file, ({ metadata }) => {
      metadata['v'] = 'ab';
    });
    expect(kept(file, editor)).toContain('"v": "ab"');
  });

  it('split lines as Python does', () => {
    const editor = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ cell_type: 'raw', metadata: {}, source: 'a\r\nb\rc\u2028d\n\ne' }],
    });
    const { cells } = JSON.parse(kept(undefined, editor)) as Editable;
    expect(cells[0]?.source).toEqual(['a\r\n', 'b\r', 'c\u2028', 'd\n', '\n', 'e']);
  });

  it('keep base64 and JSON types as they are', () => {
    const text = kept(undefined, inBrowser(FILE));
    expect(text).toContain('"image/png": "aGk=\\n"');
    expect(text).toContain('"v": 0.00001');
  });

  it('leave lists in outputs of an unknown type as they are', () => {
    const cell = {
      cell_type: 'code',
      execution_count: null,
      metadata: {},
      source: '',
      outputs: [{ output_type: 'future', text: ['a\rb'] }],
    };
    const editor = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
    expect(JSON.parse(kept(undefined, editor))).toMatchObject({
      cells: [{ outputs: cell.outputs }],
    });
  });

  it('refuse a model that is no JSON', () => {
    expect(() => kept(FILE, '{')).toThrow('The editor’s notebook is not JSON');
  });
});
