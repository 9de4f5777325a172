import type { CellChange, NotebookDiff, OutputChange } from '../../contract/diff.js';
import type { Notebook } from './notebook.js';
import { leafHtml, partHtml, type Sides } from './render/html-parts.js';
import { HTML_STYLE } from './render/html-style.js';
import { escape, textHtml } from './render/html-text.js';
import {
  changeWords,
  countWords,
  executionWords,
  noiseWords,
  outputWords,
  SIGNS,
} from './words.js';

/** One self-contained page that shows the diff: no script, nothing loaded, every text escaped, pictures as data in the page. */
export function renderHtml(
  diff: NotebookDiff,
  base: Notebook,
  head: Notebook,
  { title }: { readonly title: string },
): string {
  return pageStart(title) + diffHtml(diff, { base, head }) + pageEnd();
}

/** The beginning of a page, up to its heading. */
export function pageStart(title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${HTML_STYLE}</style></head>
<body><h1>${escape(title)}</h1>
`;
}

/** The end of a page. */
export function pageEnd(): string {
  return '</body></html>\n';
}

/** One of several notebooks on a page, under its name: its diff, or words in its place. */
export function renderSection(
  name: string,
  shown: string | ({ readonly diff: NotebookDiff } & Sides),
): string {
  const body = typeof shown === 'string' ? `<p>${escape(shown)}</p>` : diffHtml(shown.diff, shown);
  return `<h2>${escape(name)}</h2>\n${body}\n`;
}

function diffHtml(diff: NotebookDiff, sides: Sides): string {
  const changes = diff.changes.filter(({ kind }) => kind !== 'same');
  const unchanged = diff.cells.unchanged;
  const { formats } = diff;
  const metadata = [
    ...(formats === undefined
      ? []
      : [{ path: 'nbformat', base: formats.base.join('.'), head: formats.head.join('.') }]),
    ...diff.notebook_metadata,
  ].map((leaf) => leafHtml(leaf));
  const noise = noiseWords(diff.noise);
  return `<p>${escape(countWords(diff))}${unchanged > 0 ? ` · <span class="dim">${unchanged} unchanged</span>` : ''}</p>
${metadata.length === 0 ? '' : `<section class="modified"><h3><b>~</b> notebook metadata</h3>${metadata.join('')}</section>`}
${changes.map((change) => changeHtml(change, sides)).join('\n')}
${noise === '' ? '' : `<p class="dim">${escape(noise)}</p>`}
`;
}

function changeHtml(change: CellChange, sides: Sides): string {
  const outputs = change.outputs.filter(({ kind }) => kind !== 'same');
  const execution = executionWords(change);
  const id = change.aspects.includes('id')
    ? leafHtml({ path: 'id', base: change.baseId, head: change.id })
    : '';
  return `<section class="${change.kind}"><h3><b>${SIGNS[change.kind]}</b> ${escape(changeWords(change))}</h3>
${change.source === undefined ? '' : textHtml(change.source)}
${execution === '' ? '' : `<p>${escape(execution)}</p>`}${id}
${change.metadata.map((leaf) => leafHtml({ ...leaf, path: `metadata${leaf.path}` })).join('')}
${change.aspects.includes('attachments') ? '<p>attachments changed</p>' : ''}
${outputs.map((output) => outputHtml(output, sides)).join('\n')}</section>`;
}

function outputHtml(output: OutputChange, sides: Sides): string {
  if (output.parts.length === 0) return `<h4>${escape(outputWords(output, undefined))}</h4>`;
  return output.parts
    .map((part) => `<h4>${escape(outputWords(output, part))}</h4>${partHtml(part, sides)}`)
    .join('\n');
}
