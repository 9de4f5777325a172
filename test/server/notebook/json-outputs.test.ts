import { describe, expect, it } from 'vitest';

import { BUNDLE_MIME } from '../../../contract/bundle-mime.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { cpuNow, diffValues, display, notebookOf, partOf } from './notation.js';

/** "path base → head" of each leaf; "-" for a side that has none. */
function leavesOf(base: unknown, head: unknown, mime = 'application/json'): string[] {
  return partOf(diffValues(mime, base, head), 'json').leaves.map(
    ({ path, base = '-', head = '-' }) => `${path} ${base} → ${head}`,
  );
}

describe('the leaves of JSON', () => {
  it.each([
    ['{"a":1} → {"a":2}', ['/a 1 → 2']],
    ['{"a":1} → {"a":1.5}', ['/a 1 → 1.5']],
    ['{"a":1} → {"b":1}', ['/a 1 → -', '/b - → 1']],
    ['[1,2,3,4] → [2,3,4]', ['/0 1 → -']],
    ['[1,2,3,4] → [1,2,9,3,4]', ['/2 - → 9']],
    ['[1,2,3,4,5,6] → [2,3,4,5,6,7]', ['/0 1 → -', '/5 - → 7']],
    ['[1,2,3] → [1,5,3]', ['/1 2 → 5']],
    [
      '[{"a":1},{"a":2},{"a":3},{"a":4}] → [{"a":0},{"a":1},{"a":2},{"a":3},{"a":4}]',
      ['/0 - → {"a":0}'],
    ],
    [
      '[{"id":1,"v":1},{"id":2,"v":2}] → [{"id":7,"v":7},{"id":1,"v":1},{"id":2,"v":3}]',
      ['/0 - → {"id":7,"v":7}', '/1/v 2 → 3'],
    ],
    [
      '[{"id":"a","v":1},{"id":"b","v":2},{"id":"c","v":3}] → [{"id":"c","v":3},{"id":"a","v":5}]',
      ['/0 {"id":"a","v":1} → -', '/1 {"id":"b","v":2} → -', '/1 - → {"id":"a","v":5}'],
    ],
    ['{"a":{"b":[null,true]}} → {"a":{"b":[null,false]}}', ['/a/b/1 true → false']],
    ['[] → {}', [' [] → {}']],
  ])('%s', (line, leaves) => {
    const [base = '', head = ''] = line.split(' → ');
    expect(leavesOf(JSON.parse(base), JSON.parse(head))).toEqual(leaves);
  });

  it('tells features of GeoJSON apart by their ids', () => {
    const feature = (id: string, x: number) => ({
      type: 'Feature',
      id,
      geometry: { coordinates: [x, 1] },
    });
    const of = (...features: object[]) => ({ type: 'FeatureCollection', features });
    const base = of(feature('a', 1), feature('b', 2), feature('c', 3), feature('d', 4));
    const head = of(
      feature('x', 9),
      feature('a', 1),
      feature('b', 5),
      feature('c', 3),
      feature('d', 4),
    );
    expect(leavesOf(base, head, 'application/geo+json').map((leaf) => leaf.split(' ')[0])).toEqual([
      '/features/0',
      '/features/1/geometry/coordinates/0',
    ]);
  });

  it('finds the rows of a Vega chart that came', () => {
    const of = (rows: number[]) => ({ data: { values: rows.map((x) => ({ x, y: x * x })) } });
    const rows = Array.from({ length: 500 }, (_, i) => i);
    const head = [...rows.slice(0, 100), -1, ...rows.slice(100, 300), -2, ...rows.slice(301)];
    expect(leavesOf(of(rows), of(head), 'application/vnd.vegalite.v5+json')).toEqual([
      '/data/values/100 - → {"x":-1,"y":1}',
      '/data/values/300/x 300 → -2',
      '/data/values/300/y 90000 → 4',
    ]);
  });

  it('compares lists too long to be aligned in time', () => {
    const of = (k: number) => Array.from({ length: 200_000 }, (_, i) => ({ n: i + k }));
    const start = cpuNow();
    expect(leavesOf(of(0), of(1)).length).toBe(200);
    expect(cpuNow() - start).toBeLessThan(10_000);
  });
});

describe('packed arrays of Plotly', () => {
  const pack = (dtype: string, numbers: ArrayBufferView, shape?: string) => ({
    dtype,
    bdata: Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64'),
    ...(shape === undefined ? {} : { shape }),
  });
  const PLOTLY = 'application/vnd.plotly.v1+json';

  it.each([
    ['f8', new Float64Array([1, 0.1, NaN]), new Float64Array([1, 0.2, NaN]), '0.1 → 0.2'],
    ['f4', new Float32Array([1, 0.1, 3]), new Float32Array([1, 0.2, 3]), '0.1 → 0.2'],
    ['i4', new Int32Array([1, -5, 3]), new Int32Array([1, 6, 3]), '-5 → 6'],
    ['u2', new Uint16Array([1, 65_535, 3]), new Uint16Array([1, 6, 3]), '65535 → 6'],
    ['i1', new Int8Array([1, -1, 3]), new Int8Array([1, 6, 3]), '-1 → 6'],
    ['u1', new Uint8Array([1, 255, 3]), new Uint8Array([1, 6, 3]), '255 → 6'],
  ])('of %s are compared by value', (dtype, base, head, change) => {
    const of = (numbers: ArrayBufferView) => ({ data: [{ y: pack(dtype, numbers) }] });
    expect(leavesOf(of(base), of(head), PLOTLY)).toEqual([`/data/0/y/1 ${change}`]);
  });

  it('are compared with lists of numbers', () => {
    const packed = pack('f8', new Float64Array([1, 2.5, 3]));
    expect(diffValues(PLOTLY, { y: packed }, { y: [1, 2.5, 3] }).cells.unchanged).toBe(1);
    expect(leavesOf({ y: packed }, { y: [1, 2, 3] }, PLOTLY)).toEqual(['/y/1 2.5 → 2']);
  });

  it('differ by their shape too', () => {
    const of = (shape: string) => ({ z: pack('u1', new Uint8Array(6), shape) });
    expect(leavesOf(of('2, 3'), of('3, 2'), PLOTLY)).toEqual(['/z/shape "2, 3" → "3, 2"']);
  });

  it('that are none are compared as they stand', () => {
    const of = (bdata: string) => ({ dtype: 'f8', bdata });
    expect(leavesOf(of('AAA='), of('AAE='))).toEqual(['/bdata "AAA=" → "AAE="']);
    expect(leavesOf({ dtype: 'x', bdata: 'a' }, { dtype: 'x', bdata: 'b' })).toEqual([
      '/bdata "a" → "b"',
    ]);
  });

  it('have ids of traces beside them, which are noise', () => {
    const of = (uid: string, y: number) => ({ data: [{ uid, y: [y] }] });
    expect(diffValues(PLOTLY, of('a', 1), of('b', 1)).noise).toEqual({ div_id: 1 });
    expect(leavesOf(of('a', 1), of('b', 2), PLOTLY)).toEqual(['/data/0/y/0 1 → 2']);
  });
});

describe('widgets', () => {
  const VIEW = 'application/vnd.jupyter.widget-view+json';
  const STATE = 'application/vnd.jupyter.widget-state+json';
  const notebookWith = (id: string, value: string) =>
    notebookOf(
      [
        {
          cell_type: 'code',
          id: 'a',
          metadata: {},
          source: 'bar',
          execution_count: 1,
          outputs: [display({ [VIEW]: { model_id: id, version_major: 2, version_minor: 0 } })],
        },
      ],
      {
        widgets: {
          [STATE]: {
            state: {
              [id]: { model_name: 'HBoxModel', state: { children: [`IPY_MODEL_${id}1`] } },
              [`${id}1`]: { model_name: 'HTMLModel', state: { value, self: `IPY_MODEL_${id}` } },
            },
          },
        },
      },
    );

  it('are the same when only the ids of their models are others', () => {
    const diff = diffNotebooks(notebookWith('a', '5/5'), notebookWith('b', '5/5'));
    expect([diff.cells.unchanged, diff.noise]).toEqual([1, { widget_id: 1, widget_state: 1 }]);
  });

  it('are compared by what their saved models show', () => {
    const part = partOf(diffNotebooks(notebookWith('a', '5/5'), notebookWith('b', '4/5')), 'json');
    expect(part.leaves).toContainEqual({
      path: '/model/state/children/0/state/value',
      base: '"5/5"',
      head: '"4/5"',
    });
  });

  it('have no change in the times of a progress bar', () => {
    const [base, head] = [' 5/5 [00:01&lt;00:00, 4.9it/s]', ' 5/5 [00:02&lt;00:00, 2.1it/s]'];
    const diff = diffNotebooks(notebookWith('a', base), notebookWith('b', head));
    expect(diff.cells.unchanged).toBe(1);
    expect(diff.noise['duration']).toBeGreaterThan(0);
  });

  it('show their ids when that is asked for', () => {
    const diff = diffNotebooks(notebookWith('a', 'x'), notebookWith('b', 'x'), {
      show: ['widget_id'],
    });
    expect(partOf(diff, 'json').leaves).toEqual([{ path: '/model_id', base: '"a"', head: '"b"' }]);
  });
});

describe('bundles of metrics', () => {
  const bundle = (n: number, name = 'm.pkl') => ({
    run: { id: String(n).repeat(32), name: 'wide' },
    metrics: {
      loss: [
        { value: n, step: 0, time: n },
        { value: 1, step: 1 },
      ],
    },
    artifacts: [{ name, sha256: String(n).repeat(64), size: n }],
  });

  it('show files that changed as such, and earlier values of a metric as leaves', () => {
    const part = partOf(diffValues(BUNDLE_MIME, bundle(1), bundle(2)), 'metrics');
    expect([part.metrics, part.artifacts, part.leaves]).toEqual([
      [],
      [
        {
          name: 'm.pkl',
          base: { size: 1, sha256: '1'.repeat(64) },
          head: { size: 2, sha256: '2'.repeat(64) },
        },
      ],
      [{ path: '/metrics/loss/0/value', base: '1', head: '2' }],
    ]);
  });

  it('show files that came and went', () => {
    const part = partOf(diffValues(BUNDLE_MIME, bundle(1, 'a'), bundle(1, 'b')), 'metrics');
    expect(part.artifacts?.map(({ name, base }) => [name, base === undefined])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('show what data were by their facts, without the numbers of their sketches', () => {
    const data = (rows: number) => {
      const sketch = { k: 200, count: rows, levels: [[rows, rows + 1]] };
      const columns = [{ name: 'age', type: 'integer', missing: 0, sketch }];
      const digest = String(rows).repeat(8);
      return { run: { id: 'a', parent: String(rows) }, datasets: [{ digest, rows, columns }] };
    };
    expect(partOf(diffValues(BUNDLE_MIME, data(1), data(2)), 'metrics').leaves).toEqual([
      { path: '/datasets/0/digest', base: '"11111111"', head: '"22222222"' },
      { path: '/datasets/0/rows', base: '1', head: '2' },
    ]);
  });

  it('show times and the id of the run when they are asked for', () => {
    const of = (time: number) => ({ metrics: { loss: [{ value: 1, time }] } });
    const diff = diffNotebooks(
      notebookOf([
        { cell_type: 'code', id: 'a', source: '', outputs: [display({ [BUNDLE_MIME]: of(1) })] },
      ]),
      notebookOf([
        { cell_type: 'code', id: 'a', source: '', outputs: [display({ [BUNDLE_MIME]: of(2) })] },
      ]),
      { show: ['metric_time'] },
    );
    expect(partOf(diff, 'metrics').leaves).toEqual([
      { path: '/metrics/loss/0/time', base: '1', head: '2' },
    ]);
  });
});
