import type {
  CellChange,
  DiffLine,
  NotebookDiff,
  OutputChange,
  PartChange,
  TextDiff,
} from '../../contract/diff.js';
import type { Notebook } from './notebook.js';
import { findValue } from './values.js';
import {
  changeWords,
  countWords,
  deltaWords,
  factWords,
  noiseWords,
  outputWords,
  SIGNS,
  visible,
} from './words.js';

const STYLE = `:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;--page:#fff;--add:#dafbe1;--addmark:#8fe0a2;--del:#ffebe9;--delmark:#ffb9b3;--accent:#9a6700}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--page:#0d1117;--add:#12361f;--addmark:#1f6b37;--del:#45171b;--delmark:#8b2c31;--accent:#d29922}}
body{margin:0 auto;max-width:1100px;padding:16px;background:var(--page);color:var(--ink);font:13px/1.5 system-ui,sans-serif}
h1{font-size:18px;margin:0 0 4px}h2{font-size:13px;margin:0 0 4px}h3{font-size:12px;font-weight:400;color:var(--dim);margin:8px 0 2px}
section{border-left:3px solid var(--line);padding:4px 0 4px 12px;margin:16px 0}
section.modified{border-color:#bf8700}section.added{border-color:#1a7f37}section.deleted{border-color:#cf222e}section.moved,section.split,section.merged{border-color:#0969da}
pre{margin:0;font:12px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre span{display:block;padding:0 4px}.add{background:var(--add)}.del{background:var(--del)}.add mark{background:var(--addmark);color:inherit}.del mark{background:var(--delmark);color:inherit}
.dim,.cut{color:var(--dim)}table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{border:1px solid var(--line);padding:2px 6px;text-align:right}
del,ins{text-decoration:none;padding:0 2px}del{background:var(--del)}ins{background:var(--add)}
.pictures{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;max-width:48%}img{max-width:100%;background:#fff}figcaption{color:var(--dim)}`;

const PICTURES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
]);

/** Text as HTML text or a quoted attribute; control and invisible characters spelled. */
function escape(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visible(text).replace(/[&<>"']/g, (character) => named[character] ?? character);
}

/** One self-contained page that shows the diff: no script, nothing loaded, every text escaped, pictures as data in the page. */
export function renderHtml(
  diff: NotebookDiff,
  base: Notebook,
  head: Notebook,
  { title }: { readonly title: string },
): string {
  const changes = diff.changes.filter(({ kind }) => kind !== 'same');
  const unchanged = diff.cells.unchanged;
  const metadata = diff.notebook_metadata
    .map((leaf) => leafHtml(leaf.path, leaf.base, leaf.head))
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${STYLE}</style></head>
<body><h1>${escape(title)}</h1>
<p>${escape(countWords(diff))}${unchanged > 0 ? ` · <span class="dim">${unchanged} unchanged</span>` : ''}</p>
${metadata === '' ? '' : `<section class="modified"><h2>notebook metadata</h2>${metadata}</section>`}
${changes.map((change) => changeHtml(change, { base, head })).join('\n')}
<p class="dim">${escape(noiseWords(diff.noise))}</p>
</body></html>
`;
}

interface Sides {
  readonly base: Notebook;
  readonly head: Notebook;
}

function changeHtml(change: CellChange, sides: Sides): string {
  const outputs = change.outputs.filter(({ kind }) => kind !== 'same');
  return `<section class="${change.kind}"><h2>${SIGNS[change.kind]} ${escape(changeWords(change))}</h2>
${change.source === undefined ? '' : textHtml(change.source)}
${change.metadata.map(({ path, base, head }) => leafHtml(`metadata${path}`, base, head)).join('')}
${change.aspects.includes('attachments') ? '<p>attachments changed</p>' : ''}
${outputs.map((output) => outputHtml(output, sides)).join('\n')}</section>`;
}

function outputHtml(output: OutputChange, sides: Sides): string {
  if (output.parts.length === 0) return `<h3>${escape(outputWords(output, undefined))}</h3>`;
  return output.parts
    .map((part) => `<h3>${escape(outputWords(output, part))}</h3>${partHtml(part, sides)}`)
    .join('\n');
}

function partHtml(part: PartChange, sides: Sides): string {
  switch (part.type) {
    case 'text':
    case 'html':
      return textHtml(part.diff);
    case 'traceback':
      return textHtml(part.diff);
    case 'picture':
      return `<div class="pictures">${figureHtml('before', part.base, sides.base)}${figureHtml('after', part.head, sides.head)}</div>`;
    case 'opaque':
      return `<p><del>${escape(factWords(part.base, sides.base))}</del> → <ins>${escape(factWords(part.head, sides.head))}</ins></p>`;
    case 'json': {
      const rest = part.leavesLeftOut > 0 ? `<p class="dim">${part.leavesLeftOut} more</p>` : '';
      const facts =
        part.leaves.length === 0
          ? `<p><del>${escape(factWords(part.base, sides.base))}</del> → <ins>${escape(factWords(part.head, sides.head))}</ins></p>`
          : '';
      return (
        part.leaves.map(({ path, base, head }) => leafHtml(path, base, head)).join('') +
        facts +
        rest
      );
    }
    case 'metrics':
      return [...part.metrics, ...part.params]
        .map(({ name, base, head }) => {
          const both = typeof base === 'number' && typeof head === 'number';
          return leafHtml(name, textOf(base), textOf(head), both ? head - base : undefined);
        })
        .join('');
    case 'table':
      return tableHtml(part);
  }
}

function textOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function leafHtml(
  path: string,
  base: string | undefined,
  head: string | undefined,
  delta?: number,
): string {
  const side = (tag: string, text: string | undefined) =>
    text === undefined ? '<span class="dim">none</span>' : `<${tag}>${escape(text)}</${tag}>`;
  const by = delta === undefined ? '' : ` <span class="dim">${deltaWords(delta)}</span>`;
  return `<div>${escape(path)}: ${side('del', base)} → ${side('ins', head)}${by}</div>`;
}

type Picture = Extract<PartChange, { type: 'picture' }>;

function figureHtml(caption: string, ref: Picture['base'], notebook: Notebook): string {
  if (ref === undefined) return '';
  const facts = `${caption}: ${factWords(ref, notebook)}`;
  const text = ref.text ?? findValue(notebook, ref.hash)?.text ?? '';
  // Only base64 reaches the address; anything else is named, not drawn.
  const drawn = PICTURES.has(ref.mime) && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  const image = drawn ? `<img alt="${escape(facts)}" src="data:${ref.mime};base64,${text}">` : '';
  return `<figure>${image}<figcaption>${escape(facts)}</figcaption></figure>`;
}

function textHtml(diff: TextDiff): string {
  const hunks = diff.hunks.map(
    (hunk, n) =>
      (n > 0 ? `<span class="dim">⋯ line ${hunk.head + 1}</span>` : '') +
      hunk.lines.map(lineHtml).join(''),
  );
  const rest =
    diff.leftOut === undefined ? '' : `<span class="dim">${diff.leftOut} more changed lines</span>`;
  return `<pre>${hunks.join('')}${rest}</pre>`;
}

function lineHtml({ op, text, marks = [], cuts = [] }: DiffLine): string {
  const edges: [number, string][] = [];
  for (const [from, to] of marks) edges.push([from, '<mark>'], [to, '</mark>']);
  for (const { at, length } of cuts)
    edges.push([at, `<span class="cut">…(${length} more)…</span>`]);
  edges.sort(([a], [b]) => a - b);
  let out = '';
  let at = 0;
  for (const [edge, html] of edges) {
    out += escape(text.slice(at, edge)) + html;
    at = edge;
  }
  out += escape(text.slice(at));
  const kind = op === '+' ? ' class="add"' : op === '-' ? ' class="del"' : '';
  return `<span${kind}>${op} ${out}</span>`;
}

function tableHtml(part: Extract<PartChange, { type: 'table' }>): string {
  const heads = part.columns.map(
    ({ op, name }) =>
      `<th${op === '+' ? ' class="add"' : op === '-' ? ' class="del"' : ''}>${escape(name)}</th>`,
  );
  const rows = part.rows.map(({ op, cells }) => {
    const kind = op === '+' ? ' class="add"' : op === '-' ? ' class="del"' : '';
    const cellHtml = ({ base, head, delta }: (typeof cells)[number]): string => {
      if (base === undefined || head === undefined || base === head)
        return escape(head ?? base ?? '');
      const by = delta === undefined ? '' : ` <span class="dim">${deltaWords(delta)}</span>`;
      return `<del>${escape(base)}</del> <ins>${escape(head)}</ins>${by}`;
    };
    return `<tr${kind}><th>${op}</th>${cells.map((cell) => `<td>${cellHtml(cell)}</td>`).join('')}</tr>`;
  });
  const rest = part.rowsLeftOut > 0 ? `<p class="dim">${part.rowsLeftOut} rows not shown</p>` : '';
  return `<table><tr><th></th>${heads.join('')}</tr>${rows.join('')}</table>${rest}`;
}
