import { describe, expect, it } from 'vitest';

import type { NotebookDiff } from '../../../contract/diff.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { NOISE_RULES } from '../../../server/notebook/noise-rules.js';
import {
  cpuNow,
  diffStreams,
  diffValues,
  display,
  notebookOf,
  stream,
  withOutputs,
} from './notation.js';

function isUnchanged(diff: NotebookDiff): boolean {
  const { modified, added, deleted, moved } = diff.cells;
  return modified + added + deleted + moved === 0 && !diff.notebook_metadata_changed;
}

const STREAMS: readonly (readonly [string, string, string])[] = [
  ['address', '<Foo object at 0x7f12345678a0>', '<Foo object at 0x7f99995678b0>'],
  ['address', '#<Object:0x000055d5f8a0b1c8>', '#<Object:0x000055d5f8a0ffff>'],
  ['address', '<environment: 0x55d5f8a0b1c8>', '<environment: 0x55d5f8a0bfff>'],
  ['temp_path', '/tmp/ipykernel_12/345.py:3: Warning', '/tmp/ipykernel_99/678.py:3: Warning'],
  [
    'temp_path',
    '/var/folders/x1/abc_d/T/ipykernel_1/2.py:1: W',
    '/var/folders/x1/abc_d/T/ipykernel_8/9.py:1: W',
  ],
  ['temp_path', 'saved to /tmp/tmpab12cd34/x', 'saved to /tmp/tmpzz99yy88/x'],
  ['temp_path', '<ipython-input-3-abcdef123456> in f', '<ipython-input-7-0123456789ab> in f'],
  ['prompt', 'Cell In[3], line 1', 'Cell In[12], line 1'],
  ['duration', 'CPU times: user 12 ms, sys: 1 ms', 'CPU times: user 9 ms, sys: 2 ms'],
  ['duration', 'Wall time: 1.2 s', 'Wall time: 900 ms'],
  ['duration', '1.2 ms ± 3 µs per loop (mean)', '1.4 ms ± 9 µs per loop (mean)'],
  [
    'duration',
    '100%|###| 10/10 [00:01<00:00,  9.8it/s]',
    '100%|###| 10/10 [00:02<00:00,  4.1it/s]',
  ],
  ['duration', '10/10 - 2s 15ms/step - loss: 0.5', '10/10 - 3s 17ms/step - loss: 0.5'],
  ['timestamp', '2024-01-05 10:00:00,123 INFO start', '2025-02-06 11:22:33,456 INFO start'],
  ['timestamp', '[2024-01-05T10:00:00Z] WARNING: low', '[2025-01-05T10:00:01Z] WARNING: low'],
  [
    'tracking_link',
    '🏃 View run bald-fish-1 at: http://127.0.0.1:1/#/experiments/0/runs/ab',
    '🏃 View run red-cow-2 at: http://127.0.0.1:1/#/experiments/0/runs/cd',
  ],
  ['progress', '10%\r50%\r100%', '10%\r30%\r60%\r100%'],
  ['address', 'Ptr{Nothing}(0x00007f12aa34bb56)', 'Ptr{Nothing}(0x00007f12aa34bbff)'],
  ['address', 'Figure(0x7f12345678a0)', 'Figure(0x7f99995678b0)'],
  ['address', '&{1 2 0xc00001c0a8}', '&{1 2 0xc00009f0b0}'],
  ['address', 'org.apache.spark.rdd.RDD@5e91993f', 'org.apache.spark.rdd.RDD@1b2c3d4e'],
  [
    'address',
    '[<matplotlib.lines.Line2D at 0x7f12345>]',
    '[<matplotlib.lines.Line2D at 0x7f99995>]',
  ],
  ['address', 'Thing@0x000055d5f8a0b1c8', 'Thing@0x000055d5f8a0ffff'],
  [
    'temp_path',
    'C:\\Users\\a\\Temp\\ipykernel_1\\2.py:1',
    'C:\\Users\\a\\Temp\\ipykernel_8\\9.py:1',
  ],
  ['temp_path', '/tmp/RtmpAbCdEf/file1', '/tmp/RtmpXyZzYy/file1'],
  [
    'temp_path',
    '/tmp/ray/session_2024-01-01_10-00-00_1/x',
    '/tmp/ray/session_2025-02-02_11-11-11_2/x',
  ],
  [
    'temp_path',
    '/run/kernel-0a1b2c3d-0000-4000-8000-0123456789ab.json',
    '/run/kernel-ffffffff-0000-4000-8000-0123456789ab.json',
  ],
  ['duration', '10 loops, best of 5: 20 µs per loop', '100 loops, best of 5: 21 µs per loop'],
  ['duration', 'Compiler : 116 ms', 'Compiler : 98 ms'],
  ['duration', '[00:01&lt;00:00, 99.00it/s]', '[00:02&lt;00:00, 59.00it/s]'],
  ['duration', '100it [00:01, 98.0it/s]', '100it [00:03, 33.0it/s]'],
  ['duration', '3/10 [==>...] - ETA: 0:12', '3/10 [==>...] - ETA: 0:15'],
  [
    'duration',
    'the overhead of testing was 0.000123 seconds.',
    'the overhead of testing was 0.000987 seconds.',
  ],
  [
    'duration',
    '0: learn: 0.6 total: 1.2ms  remaining: 12s',
    '0: learn: 0.6 total: 3ms  remaining: 9s',
  ],
  ['duration', '[CV] END .....C=1; total time=   0.1s', '[CV] END .....C=1; total time=   0.4s'],
  [
    'duration',
    'Done 10 out of 10 | elapsed:    0.1s finished',
    'Done 10 out of 10 | elapsed:    0.7s finished',
  ],
  ['duration', 'Elapsed time: 12.3 s', 'Elapsed time: 13.1 s'],
  ['duration', 'Training time: 0.5 seconds', 'Training time: 0.7 seconds'],
  ['duration', '=== 3 passed in 0.12s ===', '=== 3 passed in 0.21s ==='],
  ['duration', '[####] | 100% Completed | 1.23 s', '[####] | 100% Completed | 890 ms'],
  ['duration', '12.3/12.3 MB 45.6 MB/s eta 0:00:00', '12.3/12.3 MB 4.1 MB/s eta 0:00:01'],
  ['duration', 'Time taken: 1.23 seconds', 'Time taken: 2.1 seconds'],
  [
    'duration',
    '  0.001234 seconds (12 allocations: 1.2 KiB)',
    '  0.009876 seconds (12 allocations: 1.2 KiB)',
  ],
  ['duration', 'Time difference of 1.2 secs', 'Time difference of 3.4 mins'],
  ['timestamp', '[I 2024-01-05 10:00:00,123] Trial 0', '[I 2025-02-06 11:22:33,456] Trial 0'],
  [
    'timestamp',
    '2024-01-05 10:00:00.123: I tensorflow/core',
    '2025-02-06 11:22:33.456: I tensorflow/core',
  ],
  ['timestamp', 'I0105 10:00:00.123456 14012 a.cc:12] x', 'I0206 11:22:33.654321 14999 a.cc:12] x'],
  ['timestamp', '24/01/05 10:00:00 WARN Loader: x', '25/02/06 11:22:33 WARN Loader: x'],
  ['timestamp', '[10:00:00] WARNING: learner.cc', '[11:22:33] WARNING: learner.cc'],
  ['timestamp', '2024-01-05 10:00:00.123 | INFO     | x', '2025-02-06 11:22:33.456 | INFO     | x'],
  [
    'timestamp',
    'Date:                Mon, 23 Nov 2026   Prob: 1',
    'Date:                Tue, 24 Nov 2026   Prob: 1',
  ],
  [
    'timestamp',
    'Time:                        10:00:00   AIC',
    'Time:                        11:22:33   AIC',
  ],
  ['tracking_link', 'wandb: Syncing run bald-fish-1', 'wandb: Syncing run red-cow-2'],
  ['process_id', '(train pid=4711) ready', '(train pid=815) ready'],
  ['process_id', 'app application_1700000000000_0001', 'app application_1700000009999_0002'],
  ['process_id', 'tcp://127.0.0.1:43219', 'tcp://127.0.0.1:39001'],
];

const HTML: readonly (readonly [string, string, string])[] = [
  [
    'div_id',
    '<style>#T_a1b2c_row0 {x}</style><div id="T_a1b2c">1</div>',
    '<style>#T_ffff0_row0 {x}</style><div id="T_ffff0">1</div>',
  ],
  [
    'div_id',
    '<div id="sk-container-id-1" class="s">x</div>',
    '<div id="sk-container-id-5" class="s">x</div>',
  ],
  [
    'div_id',
    '<div id="0a1b2c3d-0000-4000-8000-0123456789ab"></div>',
    '<div id="ffffffff-0000-4000-8000-0123456789ab"></div>',
  ],
  [
    'div_id',
    '<div id="altair-viz-0123456789abcdef0123456789abcdef"></div>',
    '<div id="altair-viz-ffff456789abcdef0123456789abcdef"></div>',
  ],
  [
    'div_id',
    '<div id="df-0a1b2c3d-0000-4000-8000-0123456789ab"></div>',
    '<div id="df-ffffffff-0000-4000-8000-0123456789ab"></div>',
  ],
  [
    'div_id',
    '<table id="itables_0a1b2c3d_0000_4000_8000_0123456789ab"></table>',
    '<table id="itables_ffffffff_0000_4000_8000_0123456789ab"></table>',
  ],
  [
    'div_id',
    '<script>var map_0123456789abcdef0123456789abcdef = 1;</script>',
    '<script>var map_ffff456789abcdef0123456789abcdef = 1;</script>',
  ],
  ['div_id', '<div data-root-id="p1003"></div>', '<div data-root-id="p1107"></div>'],
  ['div_id', '<use href="#m0a1b2c3d4e"/>', '<use href="#mffffffffff"/>'],
  ['div_id', '<div id="htmlwidget-0a1b2c3d4e5f">', '<div id="htmlwidget-ffffffffffff">'],
  [
    'div_id',
    '<div id="abcdefghij" style="padding-left:0px;">\n<style>\n#abcdefghij table {}\n</style></div>',
    '<div id="qwertyuiop" style="padding-left:0px;">\n<style>\n#qwertyuiop table {}\n</style></div>',
  ],
  [
    'div_id',
    '<iframe id="tensorboard-frame-0a1b2c3d4e">',
    '<iframe id="tensorboard-frame-ffff2c3d4e">',
  ],
  ['div_id', "<div id='iABCDEFGHIJ0123456789'>", "<div id='iZZZZZFGHIJ0123456789'>"],
  ['div_id', '<div id="3dmolviewer_1699999999999">', '<div id="3dmolviewer_1700000000000">'],
  ['duration', '<div>[100/100 00:12, Epoch 1/1]</div>', '<div>[100/100 00:19, Epoch 1/1]</div>'],
  [
    'timestamp',
    '<th>Date:</th>   <td>Mon, 23 Nov 2026</td>',
    '<th>Date:</th>   <td>Tue, 24 Nov 2026</td>',
  ],
  ['timestamp', '<dc:date>2026-11-23T10:00:00</dc:date>', '<dc:date>2026-11-24T10:00:00</dc:date>'],
];

describe('noise of a re-run', () => {
  it.each(STREAMS)('hides and counts %s: %s', (kind, base, head) => {
    const diff = diffStreams(`before\n${base}\nafter\n`, `before\n${head}\nafter\n`);
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise[kind]).toBeGreaterThan(0);
    expect(diff.changed_lines).toBe(0);
  });

  it.each(STREAMS.filter(([kind]) => kind !== 'progress'))(
    'shows a change beside %s: %s',
    (kind, base, head) => {
      const diff = diffStreams(`value 1\n${base}\n`, `value 2\n${head}\n`);
      expect(diff.outputs_changed).toEqual([[0, 0]]);
      expect(diff.changed_lines).toBe(2);
      expect(diff.noise[kind]).toBeGreaterThan(0);
    },
  );

  it.each(HTML)('hides and counts %s in HTML: %s', (kind, base, head) => {
    const diff = diffValues('text/html', base, head);
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise[kind]).toBeGreaterThan(0);
  });

  it.each(NOISE_RULES.map((rule) => [rule.pattern.source, rule] as const))(
    'has a sample for the rule %s',
    (_, { kind, pattern, scope }) => {
      const samples = (scope === 'html' ? HTML : STREAMS).filter(([name]) => name === kind);
      expect(samples.some(([, base]) => base.search(pattern) >= 0)).toBe(true);
    },
  );

  it('shows a value that changed on the line of an address, and marks it alone', () => {
    const diff = diffStreams('<Foo n=1 at 0x7f12345678a0>', '<Foo n=2 at 0x7f99995678b0>');
    const part = diff.changes[0]?.outputs[0]?.parts[0];
    expect(part?.type === 'text' && part.diff.hunks[0]?.lines.map(({ marks }) => marks)).toEqual([
      [[7, 8]],
      [[7, 8]],
    ]);
  });

  it.each([
    ['a hex number that is data', 'flags: 0x00ff00ff', 'flags: 0x00ff00fe'],
    ['a date that is data', '2024-01-05 10:00:00  5', '2024-01-06 10:00:00  5'],
    ['a duration that is data', 'trip took 12 s', 'trip took 13 s'],
    ['an index in brackets', 'a[3] = 1', 'a[4] = 1'],
    ['a path that is no temporary one', '/data/tmp/x1', '/data/tmp/x2'],
    ['a word before a URL', 'see http://a/1', 'see http://a/2'],
    ['a value in a progress bar', '[00:01<00:00, 9it/s, loss=1]', '[00:01<00:00, 9it/s, loss=2]'],
    ['a port that was chosen', 'http://localhost:8888', 'http://localhost:8889'],
    ['an address of mail', 'ann.lee@abc.example', 'ann.lee@abd.example'],
    ['the date of an event', 'Date: Mon, 23 Nov 2026', 'Date: Tue, 24 Nov 2026'],
  ])('does not take %s for noise', (_, base, head) => {
    expect(diffStreams(base, head).changed_lines).toBe(2);
  });

  it('takes a UUID in a cell of a table for a value', () => {
    const of = (start: string) =>
      `<table><tr><th>id</th></tr><tr><td>${start}-0000-4000-8000-0123456789ab</td></tr></table>`;
    const diff = diffValues('text/html', of('0a1b2c3d'), of('ffffffff'));
    expect(diff.changes[0]?.outputs[0]?.parts[0]).toMatchObject({ type: 'table', changedCells: 1 });
  });

  it('counts execution counts once a cell', () => {
    const of = (n: number) =>
      notebookOf([
        {
          cell_type: 'code',
          id: 'a',
          source: 'x',
          metadata: {},
          execution_count: n,
          outputs: [
            {
              output_type: 'execute_result',
              execution_count: n,
              data: { 'text/plain': '1' },
              metadata: {},
            },
          ],
        },
      ]);
    const diff = diffNotebooks(of(1), of(7));
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise).toEqual({ execution_count: 1 });
  });

  it('does not count how a kernel chunked and interleaved its streams as a change', () => {
    const base = withOutputs(stream('a\n'), stream('warn\n', 'stderr'), stream('b\n'));
    const head = withOutputs(stream('a\nb\n'), stream('warn\n', 'stderr'));
    const diff = diffNotebooks(base, head);
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise).toEqual({ stream_chunks: 1 });
  });

  it('counts regenerated cell ids', () => {
    const of = (id: string) =>
      notebookOf([{ cell_type: 'code', id, source: 'x = load()', metadata: {}, outputs: [] }]);
    expect(diffNotebooks(of('a'), of('b')).noise).toEqual({ cell_id: 1 });
  });

  it.each([
    ['collapsed', 'editor_metadata'],
    ['scrolled', 'editor_metadata'],
    ['jupyter', 'editor_metadata'],
    ['application/vnd.databricks.v1+cell', 'editor_metadata'],
    ['cell_id', 'editor_metadata'],
    ['deepnote_cell_type', 'editor_metadata'],
    ['source_hash', 'editor_metadata'],
    ['output_cleared', 'editor_metadata'],
    ['execution_start', 'execution_time'],
    ['execution_millis', 'execution_time'],
    ['_uuid', 'editor_metadata'],
    ['_cell_guid', 'editor_metadata'],
    ['_kg_hide-input', 'editor_metadata'],
    ['ExecuteTime', 'execution_time'],
    ['execution', 'execution_time'],
    ['papermill', 'execution_time'],
  ])('hides the metadata %s of a cell', (name, kind) => {
    const of = (value: unknown) =>
      notebookOf([
        { cell_type: 'code', id: 'a', source: 'x', metadata: { [name]: value }, outputs: [] },
      ]);
    const diff = diffNotebooks(of({ a: 1 }), of({ a: 2 }));
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise).toEqual({ [kind]: 1 });
  });

  it('shows tags that changed', () => {
    const of = (tags: string[]) =>
      notebookOf([{ cell_type: 'code', id: 'a', source: 'x', metadata: { tags }, outputs: [] }]);
    const diff = diffNotebooks(of(['a']), of(['a', 'b']));
    expect(diff.modified[0]?.aspects).toEqual(['metadata']);
    expect(diff.changes[0]?.metadata).toEqual([{ path: '/tags/1', head: '"b"' }]);
  });

  it('hides a new patch version of the kernel but shows a new minor one', () => {
    const of = (version: string) => notebookOf([], { language_info: { name: 'python', version } });
    expect(diffNotebooks(of('3.11.7'), of('3.11.9')).noise).toEqual({ kernel_version: 1 });
    const diff = diffNotebooks(of('3.11.7'), of('3.12.0'));
    expect(diff.notebook_metadata).toEqual([
      { path: '/language_info/version', base: '"3.11.7"', head: '"3.12.0"' },
    ]);
  });

  it('hides another display name of the same kernel, not another kernel', () => {
    const of = (name: string, display: string) =>
      notebookOf([], { kernelspec: { name, display_name: display, language: 'python' } });
    const renamed = diffNotebooks(of('python3', 'Python 3'), of('python3', 'Python 3 (ipykernel)'));
    expect(isUnchanged(renamed)).toBe(true);
    expect(renamed.noise).toEqual({ kernel_version: 1 });
    const other = diffNotebooks(of('python3', 'Python 3'), of('env', 'Python 3'));
    expect(other.notebook_metadata_changed).toBe(true);
  });

  it('hides how base64 is wrapped', () => {
    const diff = diffValues('image/png', 'aGVsbG8gd29ybGQ=\n', ['aGVsbG8g\n', 'd29ybGQ=\n']);
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise).toEqual({ base64_wrapping: 1 });
  });

  it('hides the model id of a widget', () => {
    const mime = 'application/vnd.jupyter.widget-view+json';
    expect(
      diffValues(mime, { model_id: 'a', version_major: 2 }, { model_id: 'b', version_major: 2 })
        .noise,
    ).toEqual({ widget_id: 1 });
    expect(
      isUnchanged(
        diffValues(mime, { model_id: 'a', version_major: 2 }, { model_id: 'b', version_major: 1 }),
      ),
    ).toBe(false);
  });

  it('hides when a metric was logged and the id of its run, not what was logged', () => {
    const mime = 'application/vnd.cellar.v1+json';
    const bundle = (id: string, time: number, value: number, sha256 = 'a') => ({
      run: { id: id.repeat(32), name: 'wide' },
      metrics: { loss: [{ value, step: 0, time }] },
      artifacts: [{ name: 'm.pkl', sha256: sha256.repeat(64), size: 1 }],
    });
    const again = diffValues(mime, bundle('a', 1, 0.5), bundle('b', 2, 0.5));
    expect(isUnchanged(again)).toBe(true);
    expect(again.noise).toEqual({ metric_time: 1 });
    const other = diffValues(mime, bundle('a', 1, 0.5), bundle('b', 2, 0.4));
    expect(other.changes[0]?.outputs[0]?.parts).toMatchObject([
      { type: 'metrics', metrics: [{ name: 'loss', base: 0.5, head: 0.4 }] },
    ]);
    const file = diffValues(mime, bundle('a', 1, 0.5), bundle('b', 2, 0.5, 'c'));
    expect(file.changes[0]?.outputs[0]?.parts).toMatchObject([
      {
        type: 'metrics',
        artifacts: [{ name: 'm.pkl', base: { size: 1 }, head: { sha256: 'c'.repeat(64) } }],
      },
    ]);
  });

  it('counts a format upgrade', () => {
    expect(diffNotebooks(notebookOf([], {}, 4), notebookOf([], {}, 5)).noise).toEqual({
      format: 1,
    });
  });

  it('shows nothing of a notebook that was run again', () => {
    const of = (n: number, address: string, id: string) =>
      withOutputs(
        stream(`<A at ${address}>\n`),
        display({ 'text/plain': `<Figure at ${address}>`, 'image/png': 'aGVsbG8=' }),
        {
          output_type: 'execute_result',
          execution_count: n,
          metadata: {},
          data: { 'text/html': `<div id="T_${id}">7</div>`, 'text/plain': `<S at ${address}>` },
        },
      );
    const diff = diffNotebooks(of(1, '0x7f00000000aa', 'a1b2c'), of(9, '0x7f00000000bb', 'c3d4e'));
    expect(isUnchanged(diff)).toBe(true);
    expect(diff.noise).toMatchObject({ address: 3, div_id: 1, execution_count: 1 });
  });

  it('matches every pattern on a long hostile text in time', () => {
    const hostile = [
      '[00:00<'.repeat(20_000),
      ' at 0x'.repeat(20_000),
      'View run '.repeat(20_000),
      '1'.repeat(100_000),
      '2024-01-05 10:00:00 '.repeat(5_000),
      'a.'.repeat(50_000),
      ' '.repeat(100_000),
      '0123456789abcdef'.repeat(6_000),
      'total: 1ms       '.repeat(6_000),
    ];
    const start = cpuNow();
    for (const text of hostile)
      for (const { pattern } of NOISE_RULES)
        for (const match of text.matchAll(pattern)) if (match[0] === '') throw new Error(text);
    expect(cpuNow() - start).toBeLessThan(5_000);
  });
});
