import { describe, expect, it } from 'vitest';

import { BUNDLE_MIME } from '../../../contract/bundle-mime.js';
import type { NotebookDiff } from '../../../contract/diff.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import {
  cpuNow,
  diffStreams,
  diffValues,
  display,
  outputsOf,
  partOf,
  stream,
  withOutputs,
} from './notation.js';

function kinds(diff: NotebookDiff): string {
  return outputsOf(diff)
    .map(({ kind, base, head }) => `${kind} ${base ?? '-'}:${head ?? '-'}`)
    .join(', ');
}

const ERROR = {
  output_type: 'error',
  ename: 'ValueError',
  evalue: 'bad',
  traceback: ['\u001b[31mTraceback\u001b[0m', 'line 1'],
};

describe('outputs of a cell', () => {
  const a = stream('a\n');
  const one = display({ 'text/plain': 'one' });
  const two = display({ 'text/plain': 'two' });
  const picture = display({ 'image/png': 'aGk=', 'text/plain': '<Figure>' });

  it.each([
    ['sees one added', [one], [one, picture], 'same 0:0, added -:1'],
    ['sees one removed', [one, picture], [picture], 'deleted 0:-, same 1:0'],
    ['sees one changed', [a, one], [a, two], 'same 0:0, modified 1:1'],
    [
      'sees one inserted before equal ones',
      [one, two],
      [picture, one, two],
      'added -:0, same 0:1, same 1:2',
    ],
    ['sees an error instead of a result', [one], [ERROR], 'deleted 0:-, added -:0'],
    ['sees a stream beside an error', [stream('x')], [stream('x'), ERROR], 'same 0:0, added -:1'],
    [
      'keeps stdout and stderr apart',
      [stream('x')],
      [stream('x', 'stderr')],
      'deleted 0:-, added -:0',
    ],
    ['sees outputs cleared', [one, two], [], 'deleted 0:-, deleted 1:-'],
    [
      'pairs the picture that changed among others',
      [one, picture, two],
      [one, display({ 'image/png': 'b2s=', 'text/plain': '<Figure>' }), two],
      'same 0:0, modified 1:1, same 2:2',
    ],
  ])('%s', (_, base, head, expected) => {
    expect(kinds(diffNotebooks(withOutputs(...base), withOutputs(...head)))).toBe(expected);
  });

  it('names changed and removed outputs by the cell in head', () => {
    const diff = diffNotebooks(withOutputs(one, picture), withOutputs(two));
    expect(diff.outputs_changed).toEqual([[0, 0]]);
    expect(diff.outputs_removed).toEqual([[0, 1]]);
  });
});

describe('text outputs', () => {
  it('counts the lines removed and added', () => {
    const diff = diffStreams('a\nb\nc\n', 'a\nB\nc\nd\n');
    expect(diff.changed_lines).toBe(3);
    const { diff: lines } = partOf(diff, 'text');
    expect(lines.hunks[0]?.lines.map(({ op, text }) => op + text)).toEqual([
      ' a',
      '-b',
      '+B',
      ' c',
      '+d',
    ]);
  });

  it('shows the final newline that went as a line of its own', () => {
    expect(diffStreams('a\n', 'a').changed_lines).toBe(1);
  });

  it('finds 100 changed lines of 50,000 in time', () => {
    const lines = Array.from(
      { length: 50_000 },
      (_, i) => `epoch ${i} loss ${(1 / (i + 1)).toFixed(6)}`,
    );
    const head = lines.map((line, i) => (i % 500 === 77 ? `${line} x` : line));
    const start = cpuNow();
    expect(diffStreams(lines.join('\n'), head.join('\n')).changed_lines).toBe(200);
    expect(cpuNow() - start).toBeLessThan(3_000);
  });

  it('stays right and says so when too much is shuffled to be minimal', () => {
    const base = Array.from({ length: 6000 }, (_, i) => `line ${i}`);
    const head = [...base].sort(
      (x, y) => ((Number(x.slice(5)) * 7919) % 6007) - ((Number(y.slice(5)) * 7919) % 6007),
    );
    const { diff } = partOf(diffStreams(base.join('\n'), head.join('\n')), 'text');
    expect(diff.coarse).toBe(true);
    expect(diff.baseLines - diff.removed).toBe(diff.headLines - diff.added);
  });

  it('bounds what it lists and says how much is left out', () => {
    const of = (word: string) =>
      Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`).join('\n');
    const diff = diffStreams(of('a'), of('b'));
    const { diff: lines } = partOf(diff, 'text');
    const listed = lines.hunks.reduce(
      (sum, hunk) => sum + hunk.lines.filter(({ op }) => op !== ' ').length,
      0,
    );
    expect(listed + (lines.leftOut ?? 0)).toBe(lines.removed + lines.added);
    expect(lines.removed).toBe(20_000);
    expect(diff.changed_lines).toBe(listed);
  });

  it('folds a bar of a hundred thousand states in time', () => {
    const bar = (n: number) => `${'x'.repeat(100_000)}${'\r'.repeat(100_000)}${n}\b\b`;
    const start = cpuNow();
    diffStreams(bar(1), bar(2));
    expect(cpuNow() - start).toBeLessThan(3_000);
  });

  it.each([
    ['the last state of a bar', '10%\r20%\n', '10%\r30%\n', ['-20%', '+30%']],
    ['what a shorter state leaves standing', 'abcdef\rxy\n', 'q\n', ['-xycdef', '+q']],
    ['nothing of what was erased', 'abc\b\bd\n', 'q\n', ['-ad', '+q']],
    ['lines ended by CRLF whole', 'a\r\nb\r\n', 'a\nc\n', [' a', '-b', '+c']],
  ])('compares %s', (_, base, head, expected) => {
    const lines = partOf(diffStreams(base, head), 'text').diff.hunks.flatMap((hunk) => hunk.lines);
    expect(lines.map(({ op, text }) => op + text)).toEqual(expected);
  });

  it('shortens a line of a megabyte around what changed', () => {
    const numbers = Array.from({ length: 120_000 }, (_, i) => String(i * 7));
    const head = numbers.map((text, i) => (i === 60_000 ? 'HERE' : text));
    const diff = diffStreams(numbers.join(','), head.join(','));
    expect(JSON.stringify(diff).length).toBeLessThan(10_000);
    const line = partOf(diff, 'text').diff.hunks[0]?.lines[1];
    const [mark] = line?.marks ?? [];
    expect(line?.text.slice(mark?.[0], mark?.[1])).toBe('HERE');
    const cut = (line?.cuts ?? []).reduce((sum, { length }) => sum + length, 0);
    expect(cut + (line?.text.length ?? 0)).toBe(head.join(',').length);
  });
});

describe('other types', () => {
  it('names pictures by hash and size, not by content', () => {
    const of = (letter: string) => letter.repeat(40_000);
    const diff = diffValues('image/png', of('A'), of('B'));
    const part = partOf(diff, 'picture');
    expect(part.base).toMatchObject({ mime: 'image/png', size: 30_000 });
    expect(part.base?.text).toBeUndefined();
    expect(JSON.stringify(diff).length).toBeLessThan(2_000);
  });

  it('takes a PNG that only says another time for the same', () => {
    const chunk = (type: string, data: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return Buffer.concat([length, Buffer.from(type + data, 'latin1'), Buffer.alloc(4)]);
    };
    const png = (remark: string, shown: string) =>
      Buffer.concat([
        Buffer.from('89504e470d0a1a0a', 'hex'),
        chunk('IHDR', '0123456789abc'),
        chunk('tEXt', remark),
        chunk('IDAT', shown),
      ]).toString('base64');
    expect(diffValues('image/png', png('monday', 'x'), png('tuesday', 'x')).noise).toEqual({
      picture_remarks: 1,
    });
    expect(
      partOf(diffValues('image/png', png('monday', 'x'), png('monday', 'y')), 'picture').type,
    ).toBe('picture');
  });

  it('lists the changed leaves of JSON with their paths', () => {
    const part = partOf(
      diffValues(
        'application/json',
        { a: [1, 2], b: { 'c/d': 'x' } },
        { a: [1, 3], b: { 'c/d': 'y', e: null } },
      ),
      'json',
    );
    expect(part.leaves).toEqual([
      { path: '/a/1', base: '2', head: '3' },
      { path: '/b/c~1d', base: '"x"', head: '"y"' },
      { path: '/b/e', head: 'null' },
    ]);
  });

  it('does not shift a list whose first item went', () => {
    const part = partOf(diffValues('application/json', [9, 1, 2, 3], [1, 2, 3]), 'json');
    expect(part.leaves).toEqual([{ path: '/0', base: '9' }]);
  });

  it('finds the ten leaves of a large figure', () => {
    const of = (k: number) => ({
      data: [{ y: Array.from({ length: 100_000 }, (_, i) => (i < 10 ? i + k : Math.sin(i))) }],
    });
    expect(
      partOf(diffValues('application/vnd.plotly.v1+json', of(0), of(0.5)), 'json').leaves.length,
    ).toBe(10);
  });

  it('takes 1 and 1.0 in JSON for the same', () => {
    expect(diffValues('application/json', { a: 1 }, { a: 1 }).cells.unchanged).toBe(1);
  });

  it('survives JSON three thousand levels deep', () => {
    const of = (leaf: number) => {
      let value: unknown = leaf;
      for (let i = 0; i < 3000; i++) value = [value];
      return value;
    };
    expect(partOf(diffValues('application/json', of(1), of(2)), 'json').leaves.length).toBe(1);
  });

  it.each(['image/png', 'text/plain', 'text/html', 'application/pdf'])(
    'takes equal values of %s that are no text for equal',
    (mime) => {
      expect(diffValues(mime, { a: [] }, { a: [] }).cells.unchanged).toBe(1);
      expect(diffValues(mime, { a: [] }, { a: [1] }).cells.modified).toBe(1);
    },
  );

  it('says exception and message of a traceback', () => {
    const diff = diffNotebooks(withOutputs(ERROR), withOutputs({ ...ERROR, evalue: 'worse' }));
    expect(partOf(diff, 'traceback')).toMatchObject({
      baseError: { name: 'ValueError', message: 'bad' },
      headError: { name: 'ValueError', message: 'worse' },
    });
  });

  it('compares metrics as metrics', () => {
    const base = {
      metrics: { acc: 0.8, loss: [{ value: 2 }, { value: 1 }] },
      params: { trees: 1 },
    };
    const head = {
      metrics: { acc: 0.9, loss: [{ value: 3 }, { value: 1 }] },
      params: { trees: 60, depth: 'x' },
    };
    const part = partOf(diffValues(BUNDLE_MIME, base, head), 'metrics');
    expect(part.metrics).toEqual([{ name: 'acc', base: 0.8, head: 0.9 }]);
    expect(part.params).toEqual([
      { name: 'trees', base: '1', head: '60' },
      { name: 'depth', head: 'x' },
    ]);
  });

  it('compares a bundle that is not valid as JSON', () => {
    expect(
      partOf(diffValues(BUNDLE_MIME, { metrics: { acc: 1 } }, { metrics: 7 }), 'json').leaves
        .length,
    ).toBe(1);
  });

  it('names bytes that nothing shows by hash', () => {
    expect(partOf(diffValues('application/pdf', 'aGk=', 'b2s='), 'opaque').head?.size).toBe(2);
  });
});
