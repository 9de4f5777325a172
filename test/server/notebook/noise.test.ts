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
import { HTML, STREAMS } from './noise-samples.js';

function isUnchanged(diff: NotebookDiff): boolean {
  const { modified, added, deleted, moved } = diff.cells;
  return modified + added + deleted + moved === 0 && !diff.notebook_metadata_changed;
}

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
