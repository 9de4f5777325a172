import { isObject } from '../json-value.js';
import { compactJson } from '../json.js';
import { isCellNoise, isNotebookNoise } from '../metadata.js';
import { NoiseFilter, type TextKind } from '../noise.js';
import type { Cell, Notebook, Output } from '../notebook.js';
import { isBinaryMime, STDERR_MIME, STDOUT_MIME } from '../notebook.js';
import { foldProgress } from '../progress.js';
import { toRef } from '../values.js';
import { factWords, visible } from '../words.js';

const FILTER = new NoiseFilter();

/**
 * A notebook as text in which a line diff reads well: sources, text outputs line by line, one line of facts for everything else. The
 * same for two notebooks that differ in noise alone: no ids, no counts, and the name of the kind in place of chance.
 */
export function renderPlain(notebook: Notebook): string {
  const cells = notebook.cells.flatMap((cell) => [...formatCell(cell, notebook), '']);
  const metadata = [...notebook.metadata]
    .filter(([name]) => !isNotebookNoise(name) && name !== 'language_info')
    .map(([name, value]) => `${visible(name)}: ${shorten(visible(compactJson(value)))}`)
    .sort();
  const language = notebook.language === '' ? [] : [`language: ${visible(notebook.language)}`];
  return [...cells, '== notebook metadata ==', ...language, ...metadata, ''].join('\n');
}

function formatCell(cell: Cell, notebook: Notebook): string[] {
  const metadata = [...cell.metadata]
    .filter(([name]) => !isCellNoise(name))
    .map(([name, value]) => `-- ${visible(name)}: ${shorten(visible(compactJson(value)))}`)
    .sort();
  return [
    `== ${cell.type} ==`,
    ...toLines(cell.source),
    ...metadata,
    ...[...cell.attachments.keys()].map((name) => `-- attachment ${visible(name)}`),
    ...cell.outputs.flatMap((output) => formatOutput(output, notebook)),
  ];
}

function formatOutput(output: Output, notebook: Notebook): string[] {
  if (output.type === 'error') {
    const { name, message } = output.error ?? { name: '', message: '' };
    return ['-- error', ...toLines(mask(`${name}: ${message}`, 'text'))];
  }
  const texts: string[] = [];
  const facts: string[] = [];
  for (const [mime, value] of output.data) {
    if (mime === STDOUT_MIME || mime === STDERR_MIME)
      return [`-- ${output.name}`, ...toLines(mask(foldProgress(text(value)), 'stream'))];
    if (isBinaryMime(mime) || isObject(value) || typeof value !== 'string')
      facts.push(`-- ${visible(factWords(toRef(mime, value), notebook))}`);
    else if (mime === 'text/plain') texts.push(value);
    else if (mime.startsWith('text/') && mime !== 'text/html')
      facts.push(`-- ${mime}`, ...toLines(mask(value, 'text')));
    else facts.push(`-- ${visible(mime)}`);
  }
  // What a figure or a table is besides says more than its stand-in, but a table's stand-in can be read.
  const isFigure = facts.length > 0 && !output.data.has('text/html');
  const shown = isFigure ? [] : texts.flatMap((each) => toLines(mask(each, 'text')));
  return [...(facts.length > 0 ? facts : ['-- output']), ...shown];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function mask(value: string, kind: TextKind): string {
  let masked = '';
  let at = 0;
  for (const span of FILTER.find(value, kind)) {
    masked += `${value.slice(at, span.from)}<${span.kind}>`;
    at = span.to;
  }
  return masked + value.slice(at);
}

function toLines(value: string): string[] {
  const lines = value.replace(/\r\n/g, '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(visible);
}

function shorten(value: string): string {
  return value.length <= 300 ? value : `${value.slice(0, 300)}… (${value.length} characters)`;
}
