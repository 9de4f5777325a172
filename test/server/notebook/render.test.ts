import { describe, expect, it } from 'vitest';

import { diffNotebooks } from '../../../server/notebook/diff.js';
import { renderHtml } from '../../../server/notebook/html.js';
import type { Notebook } from '../../../server/notebook/notebook.js';
import { renderText } from '../../../server/notebook/text.js';
import { cellsOf, display, notebookOf, stream, withOutputs } from './notation.js';

function text(base: Notebook, head: Notebook, color = false): string {
  return renderText(diffNotebooks(base, head), { color, base, head, width: 40 });
}

function page(base: Notebook, head: Notebook, title = 'train'): string {
  return renderHtml(diffNotebooks(base, head), base, head, { title });
}

function of(line: string): Notebook {
  return notebookOf(cellsOf(line));
}

describe('a diff as text', () => {
  it('says what changed, cell by cell, with outputs and counts', () => {
    expect(
      text(
        of('trees = 1 | A | fit(trees) => acc 0.8⏎'),
        of('trees = 60 | A | fit(trees) => acc 0.9⏎'),
      ),
    ).toBe(
      [
        '2 modified · 1 output',
        '',
        '── ~ modified [1] ──────────────────────',
        '- trees = 1',
        '+ trees = 60',
        '',
        '── ~ modified [3] ──────────────────────',
        '  output 1, stdout',
        '  - acc 0.8',
        '  + acc 0.9',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing changed, and what was not shown', () => {
    const run = (address: string) => withOutputs(stream(`<A at ${address}>`));
    expect(text(run('0x7f0000000001'), run('0x7f0000000002'))).toBe(
      'no changes\n\nnot shown: 1 address\n',
    );
  });

  it.each([
    ['a move', 'A | B | C', 'C | A | B', '── ↕ moved up by 2 [3] → [1] ─'],
    ['a split', 'A | B', 'A< | A> | B', '── ⑂ split [1] into [1] and [2] ─'],
    ['a merge', 'A< | A> | B', 'A | B', '── ⑃ merged [1] and [2] into [1] ─'],
    ['a deletion', 'A | B', 'A', '── - deleted [2] ─'],
    ['an addition', 'A', 'A | md:some words', '── + added [2] markdown ─'],
    [
      'a change of type',
      '#a:some words',
      '#a:md:some words',
      '── ~ modified [1] code → markdown ─',
    ],
    ['a cell that stands elsewhere now', 'A | B', "C | A | B'", '── ~ modified [3] (was [2]) ─'],
  ])('names %s with sign, word and number', (_, base, head, expected) => {
    expect(text(of(base), of(head))).toContain(expected);
  });

  it('reverses changed tokens in colour, and uses no colour without', () => {
    const [base, head] = [of('#a:x = 1'), of('#a:x = 2')];
    expect(text(base, head, true)).toContain('\u001b[32m+ x = \u001b[7m2\u001b[27m\u001b[0m');
    expect(text(base, head)).not.toContain('\u001b');
  });

  it('lets no output write to the terminal', () => {
    const out = text(
      withOutputs(stream('a')),
      withOutputs(stream('\u001b]0;title\u0007\u001b[2Jb\u202e')),
    );
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(out).toContain('<U+001B>]0;title<U+0007><U+001B>[2Jb<U+202E>');
  });

  it('tells a picture in one line of facts', () => {
    const png = Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      Buffer.from([0, 0, 2, 128, 0, 0, 1, 224, 8]),
    ]);
    const out = text(withOutputs(), withOutputs(display({ 'image/png': png.toString('base64') })));
    expect(out).toMatch(/ {2}\+ png 640×480, 25 B, [0-9a-f]{8}\n/);
  });

  it('tells the changed cells of a table with the difference', () => {
    const table = (n: number) =>
      display({
        'text/html': `<table><tr><th></th><th>acc</th></tr><tr><th>svm</th><td>${n}</td></tr></table>`,
      });
    expect(text(withOutputs(table(0.8)), withOutputs(table(0.75)))).toContain(
      '  ~ svm, acc: 0.8 → 0.75 (−0.05)',
    );
  });
});

describe('a table without headings as text', () => {
  it('names a changed cell by the text beside it', () => {
    const table = (n: number) =>
      display({
        'text/html': `<table><tr><td></td><td>n_estimators</td><td>${n}</td></tr></table>`,
      });
    expect(text(withOutputs(table(1)), withOutputs(table(60)))).toContain(
      '  ~ n_estimators: 1 → 60 (+59)',
    );
  });
});

describe('a diff as a page', () => {
  const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&';

  it('escapes every text from a notebook', () => {
    const base = notebookOf(
      [
        {
          cell_type: 'code',
          id: 'a',
          source: 'x',
          metadata: { tags: ['a'] },
          outputs: [stream('x')],
        },
      ],
      { [hostile]: 1 },
    );
    const head = notebookOf(
      [
        {
          cell_type: 'code',
          id: 'a',
          source: hostile,
          metadata: { [hostile]: hostile },
          outputs: [
            stream(hostile),
            display({ 'text/html': hostile }),
            display({ 'image/svg+xml': hostile }),
            display({ 'image/png': `"><script>` }),
            display({ 'application/json': { [hostile]: hostile } }),
            { output_type: 'error', ename: hostile, evalue: hostile, traceback: [hostile] },
          ],
        },
      ],
      { x: hostile },
    );
    const html = page(base, head, hostile);
    expect(html).not.toMatch(/<script|<img src=x|onerror=alert\(1\)>"/);
    expect(
      html.match(
        /<(?!\/?(?:html|head|meta|title|style|body|h1|h3|h4|b|p|section|pre|span|mark|div|del|ins|table|thead|tbody|tr|th|td|figure|figcaption|img)\b|!doctype)/g,
      ),
    ).toBeNull();
  });

  it('loads nothing and runs nothing', () => {
    const html = page(of('A'), of("A'"));
    expect(html).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`,
    );
    expect(html).not.toMatch(/https?:|<link|<script|@import|url\(/);
    expect(html).toContain('prefers-color-scheme:dark');
  });

  it('shows pictures of safe types as data, also large ones', () => {
    const picture = 'A'.repeat(40_000);
    const html = page(
      withOutputs(),
      withOutputs(display({ 'image/png': picture }), display({ 'image/svg+xml': '<svg/>' })),
    );
    expect(html).toContain(`src="data:image/png;base64,${picture}"`);
    expect(html).toContain('src="data:image/svg+xml;base64,PHN2Zy8+"');
    expect(html.match(/<img/g)?.length).toBe(2);
  });

  it('marks the changed token', () => {
    expect(page(of('#a:x = 1'), of('#a:x = 2'))).toContain(
      '<span class="add">+ x = <mark>2</mark></span>',
    );
  });
});
