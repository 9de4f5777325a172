import { describe, expect, it } from 'vitest';

import { diffNotebooks } from '../../../server/notebook/diff.js';
import { cpuNow, diffValues, display, outputsOf, partOf, withOutputs } from './notation.js';

function html(rows: readonly (readonly (string | number)[])[], columns = ['x', 'y']): string {
  const head = `<thead><tr><th></th>${columns.map((name) => `<th>${name}</th>`).join('')}</tr></thead>`;
  const body = rows.map(
    ([label = '', ...cells]) =>
      `<tr><th>${label}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<div><style>.d {}</style><table border="1">${head}<tbody>${body.join('')}</tbody></table></div>`;
}

describe('tables', () => {
  it('marks the one cell that changed, with the difference', () => {
    const base = html([
      [0, 1, 2.5],
      [1, 3, 4],
    ]);
    const head = html([
      [0, 1, 2.75],
      [1, 3, 4],
    ]);
    const part = partOf(diffValues('text/html', base, head), 'table');
    expect(part.changedCells).toBe(1);
    expect(part.rows[0]).toEqual({
      op: '~',
      cells: [
        { base: '0', head: '0' },
        { base: '1', head: '1' },
        { base: '2.5', head: '2.75', delta: 0.25 },
      ],
    });
    expect(part.rows[1]?.op).toBe(' ');
  });

  it('takes a cell that differs in an address alone for unchanged beside one that changed', () => {
    const of = (address: string, value: number) =>
      html([
        [0, `&lt;Model object at ${address}&gt;`, 1],
        [1, `&lt;Model object at ${address}&gt;`, value],
      ]);
    const diff = diffValues('text/html', of('0x7f1234567890', 2), of('0x7f9999999999', 3));
    const part = partOf(diff, 'table');
    expect(part.changedCells).toBe(1);
    expect(part.rows.map(({ op }) => op)).toEqual([' ', '~']);
    expect(diff.noise).toEqual({ address: 1 });
  });

  it('aligns rows by their label', () => {
    const part = partOf(
      diffValues(
        'text/html',
        html([
          ['a', 1, 1],
          ['b', 2, 2],
          ['c', 3, 3],
        ]),
        html([
          ['b', 2, 2],
          ['c', 3, 4],
          ['d', 5, 5],
        ]),
      ),
      'table',
    );
    expect(part.rows.map(({ op, cells }) => op + (cells[0]?.head ?? cells[0]?.base ?? ''))).toEqual(
      ['-a', ' b', '~c', '+d'],
    );
  });

  it('pairs the rows of a ranked table by label, wherever they stand', () => {
    const base = html([
      ['a', 1, 9],
      ['b', 1, 8],
      ['c', 1, 7],
    ]);
    const head = html([
      ['c', 1, 9],
      ['d', 1, 8],
      ['a', 1, 5],
    ]);
    const part = partOf(diffValues('text/html', base, head), 'table');
    expect(part.rows.map(({ op, cells }) => op + (cells[0]?.head ?? cells[0]?.base ?? ''))).toEqual(
      ['-b', '~c', '+d', '~a'],
    );
  });

  it('shows rows that only changed places as gone and come', () => {
    const part = partOf(
      diffValues(
        'text/html',
        html([
          ['a', 1, 1],
          ['b', 2, 2],
        ]),
        html([
          ['b', 2, 2],
          ['a', 1, 1],
        ]),
      ),
      'table',
    );
    expect(part.rows.map(({ op }) => op).sort()).toEqual([' ', '+', '-']);
  });

  it('aligns columns by their name', () => {
    const part = partOf(
      diffValues(
        'text/html',
        html([[0, 1, 2]], ['x', 'y']),
        html([[0, 1, 9, 2]], ['x', 'new', 'y']),
      ),
      'table',
    );
    expect(part.columns).toEqual([
      { op: ' ', name: '' },
      { op: ' ', name: 'x' },
      { op: '+', name: 'new' },
      { op: ' ', name: 'y' },
    ]);
    expect(part.changedCells).toBe(0);
    expect(part.rows[0]?.cells[2]).toEqual({ head: '9' });
  });

  it('leaves equal rows of a long table out', () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i, i, i]);
    const part = partOf(
      diffValues(
        'text/html',
        html(rows),
        html(rows.map(([n = 0, x = 0, y = 0]) => [n, x, n === 20 ? 99 : y])),
      ),
      'table',
    );
    expect(part.rows.length).toBe(1);
    expect(part.rowsLeftOut).toBe(39);
  });

  it('gives no difference where a text became a number', () => {
    const part = partOf(diffValues('text/html', html([[0, 'n/a', 2]]), html([[0, 7, 2]])), 'table');
    expect(part.rows[0]?.cells[1]).toEqual({ base: 'n/a', head: '7' });
  });

  it('reads spans and entities', () => {
    const of = (value: string) =>
      `<table><tr><th rowspan="2">k</th><th colspan="2">both</th></tr><tr><th>l</th><th>r</th></tr><tr><td>a &amp; b</td><td>${value}</td><td>2</td></tr></table>`;
    const part = partOf(diffValues('text/html', of('1'), of('3')), 'table');
    expect(part.columns.map(({ name }) => name)).toEqual(['k', 'both / l', 'both / r']);
    expect(part.rows[0]?.cells).toEqual([
      { base: 'a & b', head: 'a & b' },
      { base: '1', head: '3', delta: 2 },
      { base: '2', head: '2' },
    ]);
  });

  it('shows what changed around an equal table', () => {
    const of = (n: number) => `${html([[0, 1, 2]])}<p>${n} rows × 2 columns</p>`;
    const part = partOf(diffValues('text/html', of(10), of(12)), 'html');
    expect(part.diff.hunks[0]?.lines.map(({ text }) => text)).toEqual([
      '10 rows × 2 columns',
      '12 rows × 2 columns',
    ]);
  });

  it('shows a table instead of the text that stands in for it', () => {
    const of = (n: number) =>
      withOutputs(display({ 'text/plain': `x ${n}`, 'text/html': html([[0, n, 2]]) }));
    expect(outputsOf(diffNotebooks(of(1), of(2)))[0]?.parts.map(({ type }) => type)).toEqual([
      'table',
    ]);
  });

  it('reads hostile HTML without an end in time', () => {
    const parts = ['<style>', '<!--', '<td ', '<table><tr><td>', '&#', '< '];
    const start = cpuNow();
    for (const part of parts) {
      const whole = `<table><tr><td>1</td></tr>${part.repeat(30_000)}`;
      diffValues('text/html', `${whole}</table>`, `${whole}x</table>`);
    }
    expect(cpuNow() - start).toBeLessThan(20_000);
  });

  it.each([
    '<table',
    '<table><tr><td>',
    '<table></table>',
    '</td></table>',
    '<table><tr><td rowspan="99999999">x</table>',
    '<table><table></table></table>',
  ])('takes %j for HTML without a throw', (broken) => {
    expect(outputsOf(diffValues('text/html', broken, `${broken}<b>1</b>`)).length).toBe(1);
  });
});
