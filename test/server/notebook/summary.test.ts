import { describe, expect, it } from 'vitest';

import { BUNDLE_MIME } from '../../../contract/bundle-mime.js';
import { findBundles } from '../../../server/notebook/bundles.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { countChangedCells, sourceHashes } from '../../../server/notebook/summary.js';
import { findValue, hashText } from '../../../server/notebook/values.js';
import { cellsOf, display, notebookOf, parseText, stream, withOutputs } from './notation.js';

describe('changed cells by their hashes', () => {
  it.each([
    ['A | B', 'A | B', [0, 0, 0]],
    ['A | B', "A | B'", [1, 0, 0]],
    ['A | B', 'A | C | B', [0, 1, 0]],
    ['A | B', 'B', [0, 0, 1]],
    ['A | B | C', 'C | A | B', [0, 0, 0]],
    ['A | B', 'A => 1 | B', [0, 0, 0]],
    ['A', 'md:x', [1, 0, 0]],
    ['A | B | C', "B | C'", [1, 0, 1]],
    ['', 'A | B', [0, 2, 0]],
    ['A | A', 'A', [0, 0, 1]],
  ])('from %s to %s', (base, head, [modified, added, deleted]) => {
    const hashes = (line: string) => sourceHashes(notebookOf(cellsOf(line)));
    expect(countChangedCells(hashes(base), hashes(head))).toEqual({ modified, added, deleted });
  });
});

describe('values named by hash', () => {
  it('are found again in the notebook they came from', () => {
    const long = 'x'.repeat(9000);
    const notebook = withOutputs(
      stream(long),
      display({ 'image/png': 'aGVs\nbG8=\n', 'application/json': { b: 1, a: 2.0 } }),
    );
    const diff = diffNotebooks(withOutputs(), notebook);
    const refs =
      diff.changes[0]?.outputs.flatMap(({ parts }) => parts.map(({ head }) => head)) ?? [];
    expect(refs.length).toBe(2);
    for (const ref of refs) expect(findValue(notebook, ref?.hash ?? '')?.mime).toBe(ref?.mime);
    expect(findValue(notebook, hashText('aGVsbG8='))).toEqual({
      mime: 'image/png',
      text: 'aGVsbG8=',
    });
    expect(findValue(notebook, hashText('nothing'))).toBeUndefined();
  });
});

describe('bundles in outputs', () => {
  it('are found in order, a wrong one reported with its place', () => {
    const good = { metrics: { acc: 0.9 }, params: { trees: 60 } };
    const found = findBundles(
      withOutputs(
        stream('x'),
        display({ [BUNDLE_MIME]: good }),
        display({ [BUNDLE_MIME]: { metrics: { acc: [], loss: 'low' } } }),
      ),
    );
    expect(found[0]).toEqual({ cell: 'a', index: 0, output: 1, kind: 'bundle', bundle: good });
    expect(found[1]).toMatchObject({ cell: 'a', output: 2, kind: 'invalid' });
    expect(found[1]?.kind === 'invalid' && found[1].reason).toContain('metrics.loss');
  });

  it('take the NaN that Python writes', () => {
    const notebook = parseText(
      `{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"${BUNDLE_MIME}": {"metrics": {"a": NaN, "b": -Infinity, "c": 1.0}}}}]}]}`,
    );
    expect(findBundles(notebook)).toMatchObject([
      { kind: 'bundle', bundle: { metrics: { a: 'NaN', b: '-Infinity', c: 1 } } },
    ]);
  });

  it('do not reach prototypes', () => {
    const notebook = parseText(
      `{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"${BUNDLE_MIME}": {"__proto__": {"polluted": 1}, "params": {"__proto__": "x"}}}}]}]}`,
    );
    expect(findBundles(notebook).length).toBe(1);
    expect({}).not.toHaveProperty('polluted');
  });
});
