import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JSONObject } from '../../../extension/capture/json.js';
import { keepsIds, toCellText, toNotebookText } from '../../../extension/capture/notebook-text.js';

function cellOf(cell: JSONObject, format = { keepsIds: true }): unknown {
  return JSON.parse(toCellText(cell, format));
}

describe('toCellText', () => {
  it('leaves out what only the editor knows: whether a cell is trusted', () => {
    const metadata = { trusted: true, tags: ['keep'] };
    expect(cellOf({ id: 'a', cell_type: 'code', source: 'x', metadata })).toEqual({
      id: 'a',
      cell_type: 'code',
      source: 'x',
      metadata: { tags: ['keep'] },
    });
    expect(metadata.trusted).toBe(true);
  });

  it.each([
    [4, 4, false],
    [4, 5, true],
    [5, 0, true],
    [3, 0, false],
  ])('of nbformat %i.%i keeps ids: %s', (major, minor, kept) => {
    const cell = cellOf({ id: 'a', source: '' }, { keepsIds: keepsIds(major, minor) });
    expect(cell).toEqual(kept ? { id: 'a', source: '' } : { source: '' });
  });
});

describe('toNotebookText', () => {
  it('gives the JSON values that the editor holds, whatever they are', () => {
    const cell = fc.record({
      id: fc.string(),
      cell_type: fc.constant('code'),
      source: fc.string(),
      metadata: fc.dictionary(
        fc.string().filter((key) => key !== 'trusted' && key !== '__proto__'),
        fc.jsonValue(),
      ),
      outputs: fc.array(fc.jsonValue()),
    });
    fc.assert(
      fc.property(fc.array(cell), fc.dictionary(fc.string(), fc.jsonValue()), (cells, others) => {
        const { orig_nbformat: _, ...metadata } = JSON.parse(JSON.stringify(others)) as JSONObject;
        const text = toNotebookText({
          cells: cells.map((one) => toCellText(one as JSONObject, { keepsIds: true })),
          metadata: { ...metadata, orig_nbformat: 3 },
          nbformat: 4,
          nbformatMinor: 5,
        });
        expect(JSON.parse(text)).toEqual(
          JSON.parse(JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 })),
        );
      }),
    );
  });
});
