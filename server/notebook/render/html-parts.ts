import type { PartChange } from '../../../contract/diff.js';
import type { Notebook } from '../notebook.js';
import { findValue } from '../values.js';
import { deltaWords, factWords, pixelWords } from '../words.js';
import { escape, textHtml } from './html-text.js';

export interface Sides {
  readonly base: Notebook;
  readonly head: Notebook;
}

type Part<Type extends PartChange['type']> = Extract<PartChange, { type: Type }>;

/** One MIME type of an output that differs. */
export function partHtml(part: PartChange, sides: Sides): string {
  switch (part.type) {
    case 'text':
    case 'html':
      return textHtml(part.diff);
    case 'traceback':
      return errorsHtml(part) + textHtml(part.diff);
    case 'picture':
      return picturesHtml(part, sides);
    case 'opaque':
      return factsHtml(part, sides);
    case 'json': {
      const rest = part.leavesLeftOut > 0 ? `<p class="dim">${part.leavesLeftOut} more</p>` : '';
      const facts = part.leaves.length === 0 ? factsHtml(part, sides) : '';
      return part.leaves.map((leaf) => leafHtml(leaf)).join('') + facts + rest;
    }
    case 'metrics':
      return [...part.metrics, ...part.params]
        .map(({ name, base, head }) => {
          const both = typeof base === 'number' && typeof head === 'number';
          return leafHtml({ path: name, base, head }, both ? head - base : undefined);
        })
        .join('');
    case 'table':
      return tableHtml(part);
  }
}

/** "path: old → new", with the difference of two numbers. */
export function leafHtml(
  leaf: {
    readonly path: string;
    readonly base?: string | number | undefined;
    readonly head?: string | number | undefined;
  },
  delta?: number,
): string {
  const side = (tag: string, value: string | number | undefined) =>
    value === undefined
      ? '<span class="dim">none</span>'
      : `<${tag}>${escape(String(value))}</${tag}>`;
  const by = delta === undefined ? '' : ` <span class="dim">${deltaWords(delta)}</span>`;
  return `<div class="leaf">${escape(leaf.path)}: ${side('del', leaf.base)} → ${side('ins', leaf.head)}${by}</div>`;
}

function factsHtml({ base, head }: Pick<PartChange, 'base' | 'head'>, sides: Sides): string {
  const side = (tag: string, ref: typeof base, notebook: Notebook) =>
    ref === undefined ? [] : [`<${tag}>${escape(factWords(ref, notebook))}</${tag}>`];
  const both = [...side('del', base, sides.base), ...side('ins', head, sides.head)];
  return `<p>${both.join(' → ')}</p>`;
}

/** What was raised on each side; the frames are in the lines below it. */
function errorsHtml({ baseError, headError }: Part<'traceback'>): string {
  const say = (error: typeof baseError) =>
    error === undefined ? undefined : `${error.name}: ${error.message}`;
  const [base, head] = [say(baseError), say(headError)];
  return base === head ? '' : leafHtml({ path: 'error', base, head });
}

const RASTERS: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
]);

/** The address of a picture as data; undefined for what is not drawn. As an image, SVG runs no script and loads nothing. */
function toAddress(ref: PartChange['base'], notebook: Notebook): string | undefined {
  if (ref === undefined) return undefined;
  const text = ref.text ?? findValue(notebook, ref.hash)?.text ?? '';
  if (ref.mime === 'image/svg+xml')
    return `data:image/svg+xml;base64,${Buffer.from(text, 'utf8').toString('base64')}`;
  // Only base64 reaches the address; anything else is named, not drawn.
  const drawn = RASTERS.has(ref.mime) && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return drawn ? `data:${ref.mime};base64,${text}` : undefined;
}

/** Both pictures side by side, and where there are two, what differs: black where they are the same. */
function picturesHtml(part: Part<'picture'>, sides: Sides): string {
  const base = toAddress(part.base, sides.base);
  const head = toAddress(part.head, sides.head);
  const figures = [
    figureHtml('before', part.base, { address: base, notebook: sides.base }),
    figureHtml('after', part.head, { address: head, notebook: sides.head }),
  ];
  if (base !== undefined && head !== undefined) {
    const words = escape(`difference${pixelWords(part) === '' ? '' : `: ${pixelWords(part)}`}`);
    const over = `<div class="over"><img alt="${words}" src="${base}"><img alt="" src="${head}"></div>`;
    figures.push(`<figure>${over}<figcaption>${words}</figcaption></figure>`);
  }
  return `<div class="pictures">${figures.join('')}</div>`;
}

function figureHtml(
  caption: string,
  ref: PartChange['base'],
  { address, notebook }: { readonly address: string | undefined; readonly notebook: Notebook },
): string {
  if (ref === undefined) return '';
  const facts = escape(`${caption}: ${factWords(ref, notebook)}`);
  const image = address === undefined ? '' : `<img alt="${facts}" src="${address}">`;
  return `<figure>${image}<figcaption>${facts}</figcaption></figure>`;
}

function tableHtml(part: Part<'table'>): string {
  const kindOf = (op: string) => (op === '+' ? ' class="add"' : op === '-' ? ' class="del"' : '');
  const heads = part.columns.map(({ op, name }) => `<th${kindOf(op)}>${escape(name)}</th>`);
  const rows = part.rows.map(({ op, cells }) => {
    const columns = cells.map((cell) => `<td>${cellHtml(cell)}</td>`).join('');
    return `<tr${kindOf(op)}><th>${op}</th>${columns}</tr>`;
  });
  const rest = part.rowsLeftOut > 0 ? `<p class="dim">${part.rowsLeftOut} rows not shown</p>` : '';
  return `<div class="scroll"><table><thead><tr><th></th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${rest}`;
}

function cellHtml({ base, head, delta }: Part<'table'>['rows'][number]['cells'][number]): string {
  if (base === undefined || head === undefined || base === head) return escape(head ?? base ?? '');
  const by = delta === undefined ? '' : ` <span class="dim">${deltaWords(delta)}</span>`;
  return `<del>${escape(base)}</del> <ins>${escape(head)}</ins>${by}`;
}
