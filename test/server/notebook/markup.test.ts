import { describe, expect, it } from 'vitest';

import { diffNotebooks } from '../../../server/notebook/diff.js';
import { plainLines, textBlocks } from '../../../server/notebook/markup.js';
import { cpuNow, diffValues, display, partOf, withOutputs } from './notation.js';

const HTML = 'text/html';
const SVG = 'image/svg+xml';

describe('markup that shows the same', () => {
  it.each([
    [HTML, '<b class="x" id="y">a</b> → <b id="y" class="x">a</b>', 'markup_form'],
    [HTML, '<b class="x">a</b> → <b  class=\'x\' >a</b>', 'markup_form'],
    [HTML, '<p>a</p><p>b</p> → <p>a</p>\n  <p>b</p>', 'markup_form'],
    [HTML, '<p>a  b</p> → <p>a\nb</p>', 'markup_form'],
    [HTML, '<p>a</p> → <!-- made today --><p>a</p>', 'markup_form'],
    [HTML, '<BR><P>a → <br><p>a', 'markup_form'],
    [HTML, '<i>T</i><style>#T_abcde {}</style> → <i>T</i><style>#T_fffff {}</style>', 'div_id'],
    [
      SVG,
      '<svg><path d="M0" fill="red"/></svg> → <svg><path fill="red" d="M0"/></svg>',
      'markup_form',
    ],
    [SVG, '<?xml version="1.0"?><svg><g/></svg> → <svg><g/></svg>', 'markup_form'],
    [
      SVG,
      '<svg><metadata><x>1</x></metadata><g/></svg> → <svg><metadata><x>2</x></metadata><g/></svg>',
      'markup_form',
    ],
    [SVG, '<svg><dc:date>2026</dc:date></svg> → <svg><dc:date>2027</dc:date></svg>', 'timestamp'],
    [SVG, '<svg><g id="m0a1b2c3d4e"/></svg> → <svg><g id="mffffffffff"/></svg>', 'div_id'],
    [
      SVG,
      '<svg><clipPath id="clip12"/><g clip-path="url(#clip12)"/></svg> → <svg><clipPath id="clip47"/><g clip-path="url(#clip47)"/></svg>',
      'div_id',
    ],
    [
      SVG,
      '<svg><clipPath id="clip1a2b3cxy"/><g clip-path="url(#clip1a2b3cxy)"/></svg> → <svg><clipPath id="clipfedcb9xy"/><g clip-path="url(#clipfedcb9xy)"/></svg>',
      'div_id',
    ],
    ['text/latex', '$x +  y$ → $x\n+ y$', 'markup_form'],
  ])('in %s: %s', (mime, line, kind) => {
    const [base = '', head = ''] = line.split(' → ');
    const diff = diffValues(mime, base, head);
    expect([diff.cells.unchanged, Object.keys(diff.noise)]).toEqual([1, [kind]]);
    const shown = diffNotebooks(
      withOutputs(display({ [mime]: base })),
      withOutputs(display({ [mime]: head })),
      { show: ['all'] },
    );
    expect([shown.cells.modified, shown.noise]).toEqual([1, {}]);
  });
});

describe('markup that shows something else', () => {
  it.each([
    ['a word', HTML, '<p>a</p> → <p>b</p>'],
    ['an attribute', HTML, '<p class="a">a</p> → <p class="b">a</p>'],
    ['blanks of preformatted text', HTML, '<pre>a b</pre> → <pre>a  b</pre>'],
    ['a script', HTML, '<script>x = 1</script> → <script>x = 2</script>'],
    [
      'an entity that a document type defines',
      SVG,
      '<!DOCTYPE svg [<!ENTITY a "1">]><svg/> → <!DOCTYPE svg [<!ENTITY a "2">]><svg/>',
    ],
    ['a path', SVG, '<svg><path d="M0 1"/></svg> → <svg><path d="M0 2"/></svg>'],
    ['what an id joins', SVG, `${clips('clip1', 'clip2')} → ${clips('clip2', 'clip1')}`],
    [
      'a name that is not generated',
      SVG,
      '<svg><g id="axes"/></svg> → <svg><g id="legend"/></svg>',
    ],
    ['an empty line of LaTeX', 'text/latex', 'a b → a\n\nb'],
  ])('differs by %s', (_, mime, line) => {
    const [base = '', head = ''] = line.split(' → ');
    const diff = diffValues(mime, base, head);
    expect([diff.outputs_changed, diff.noise]).toEqual([[[0, 0]], {}]);
  });

  it('shows the lines that a reader sees beside the markup', () => {
    const base = '<div><p>one <b>two</b></p><style>p {}</style><p>three &amp; four</p></div>';
    const part = partOf(diffValues(HTML, base, base.replace('four', 'five')), 'html');
    const lines = part.text?.hunks.flatMap((hunk) => hunk.lines.map(({ op, text }) => op + text));
    expect(lines).toEqual([' one two', '-three & four', '+three & five']);
    const tag = partOf(diffValues(HTML, '<p id="a">x</p>', '<p id="b">x</p>'), 'html');
    expect([tag.text, tag.diff.removed]).toEqual([undefined, 1]);
  });

  it('shows the elements of an SVG that changed, and its size', () => {
    const of = (r: number) =>
      `<svg width="90" height="70"><g><circle r="${r}" cx="1"/></g><text>a</text></svg>`;
    const part = partOf(diffValues(SVG, of(3), of(4)), 'picture');
    expect(part).toMatchObject({ notCompared: 'vector', baseSize: [90, 70], headSize: [90, 70] });
    const lines = part.diff?.hunks.flatMap((hunk) => hunk.lines.map(({ op, text }) => op + text));
    expect(lines?.filter((line) => !line.startsWith(' '))).toEqual([
      '-<circle cx="1" r="3"/>',
      '+<circle cx="1" r="4"/>',
    ]);
  });
});

function clips(one: string, other: string): string {
  const clip = (id: string, d: string) => `<clipPath id="${id}"><path d="${d}"/></clipPath>`;
  return `<svg>${clip('clip1', 'M0')}${clip('clip2', 'M9')}<g clip-path="url(#${one})"/><g clip-path="url(#${other})"/></svg>`;
}

describe('reading markup', () => {
  it.each([
    ['<a href="x>y">z</a>', ['<a href="x>y">', 'z', '</a>']],
    ['1 < 2 <b>', ['1 ', '<', ' 2 ', '<b>']],
    ['<![CDATA[<i>]]>', ['<i>']],
    ['<p', ['<p']],
    ['<!-- a', ['<!-- a']],
    ['<script>a < b</script>', ['<script>', 'a < b', '</script>']],
    ['<script>a', ['<script>', 'a']],
    ['<input checked value=1>', ['<input checked value="1">']],
  ])('takes %s apart', (markup, lines) => {
    expect(plainLines(markup)).toEqual(lines);
  });

  it('takes linear time for hostile markup', () => {
    const start = cpuNow();
    for (const text of [
      '<!--'.repeat(100_000),
      '<'.repeat(300_000),
      '<a "'.repeat(100_000),
      '<script>'.repeat(50_000),
      '<g>'.repeat(200_000),
      `<path d="${'M 0 1 '.repeat(500_000)}"/>`,
      '<!DOCTYPE a [<!ENTITY b "&c;&c;">'.repeat(20_000),
    ]) {
      plainLines(text);
      textBlocks(text);
    }
    expect(cpuNow() - start).toBeLessThan(8_000);
  });

  it('compares an SVG with a path of 10 MB and one of 100,000 levels in time', () => {
    const path = (n: number) => `<svg><path d="${'M 0 1 '.repeat(1_700_000)}${n}"/></svg>`;
    const deep = (n: number) => `<svg>${'<g>'.repeat(100_000)}${n}${'</g>'.repeat(100_000)}</svg>`;
    const start = cpuNow();
    expect(partOf(diffValues(SVG, path(1), path(2)), 'picture').diff?.removed).toBe(1);
    expect(partOf(diffValues(SVG, deep(1), deep(2)), 'picture').diff?.removed).toBe(1);
    expect(cpuNow() - start).toBeLessThan(15_000);
  });
});
