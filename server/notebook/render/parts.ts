import type { PartChange } from '../../../contract/diff.js';
import type { Notebook } from '../notebook.js';
import { deltaWords, factWords, pixelWords, visible } from '../words.js';
import { formatText } from './lines.js';
import type { Pen } from './pen.js';

export interface PartStyle {
  readonly pen: Pen;
  readonly words: boolean;
  readonly base: Notebook;
  readonly head: Notebook;
}

type Part<Type extends PartChange['type']> = Extract<PartChange, { type: Type }>;

const INDENT = '  ';

/** One MIME type of an output that differs, in lines for a terminal. */
export function formatPart(part: PartChange, style: PartStyle): string[] {
  const { pen, words } = style;
  const text = (diff: Part<'text'>['diff']) => formatText(diff, { pen, words, indent: INDENT });
  switch (part.type) {
    case 'text':
    case 'html':
      return text(part.diff);
    case 'traceback':
      return formatTraceback(part, pen) ?? text(part.diff);
    case 'picture':
      return formatPicture(part, style);
    case 'opaque':
      return formatFacts(part, style);
    case 'json':
      return [
        ...part.leaves.map((leaf) => INDENT + formatLeaf(leaf, pen)),
        ...(part.leavesLeftOut > 0 ? [`${INDENT}… ${part.leavesLeftOut} more`] : []),
        ...(part.base === undefined || part.head === undefined ? formatFacts(part, style) : []),
      ];
    case 'metrics':
      return [...part.metrics, ...part.params].map(({ name, base, head }) => {
        const both = typeof base === 'number' && typeof head === 'number';
        const delta = both ? ` (${deltaWords(head - base)})` : '';
        return `${INDENT}${formatLeaf({ path: name, base, head }, pen)}${delta}`;
      });
    case 'table':
      return formatTable(part, pen);
  }
}

/** "name: old → new"; an absent side reads "(none)". */
export function formatLeaf(
  leaf: {
    readonly path: string;
    readonly base?: string | number | undefined;
    readonly head?: string | number | undefined;
  },
  pen: Pen,
): string {
  const show = (value: string | number | undefined) =>
    value === undefined ? '(none)' : visible(String(value));
  return `${visible(leaf.path)}: ${pen.paint('-', show(leaf.base))} → ${pen.paint('+', show(leaf.head))}`;
}

function sign(op: '-' | '+', text: string, pen: Pen): string {
  return `${INDENT}${pen.paint(op, `${op} ${visible(text)}`)}`;
}

function formatFacts(
  { base, head }: Pick<PartChange, 'base' | 'head'>,
  style: PartStyle,
): string[] {
  return [
    ...(base === undefined ? [] : [sign('-', factWords(base, style.base), style.pen)]),
    ...(head === undefined ? [] : [sign('+', factWords(head, style.head), style.pen)]),
  ];
}

/** Both pictures on one line, as far as there are two, with how much of them differs. */
function formatPicture(part: Part<'picture'>, style: PartStyle): string[] {
  const { pen } = style;
  if (part.base === undefined || part.head === undefined) return formatFacts(part, style);
  const [base, head] = [factWords(part.base, style.base), factWords(part.head, style.head)];
  const differ = pixelWords(part);
  const facts = `~ ${pen.paint('-', visible(base))} → ${pen.paint('+', visible(head))}`;
  const line = `${INDENT}${facts}${differ === '' ? '' : `; ${differ}`}`;
  const drawn =
    part.diff === undefined
      ? []
      : formatText(part.diff, { pen, words: style.words, indent: INDENT });
  return [line, ...drawn];
}

/** The two errors with the user's own frames; undefined where both say the same and the way to it differs. */
function formatTraceback(
  { baseError, headError }: Part<'traceback'>,
  pen: Pen,
): string[] | undefined {
  const say = (error: typeof baseError): string[] => {
    if (error === undefined) return [];
    const frames = (error.frames ?? []).map(({ file, line, name, text }) => {
      const place = [file, ...(line === undefined ? [] : [`line ${line}`])].join(', ');
      return `  ${place}${name === undefined ? '' : ` in ${name}`}${text === undefined ? '' : `: ${text}`}`;
    });
    const message = error.message.split('\n');
    return [`${error.name}: ${message[0] ?? ''}`, ...message.slice(1), ...frames];
  };
  const [base, head] = [say(baseError), say(headError)];
  if (base.join('\n') === head.join('\n')) return undefined;
  return [...base.map((line) => sign('-', line, pen)), ...head.map((line) => sign('+', line, pen))];
}

function formatTable(part: Part<'table'>, pen: Pen): string[] {
  const lines = part.columns.flatMap(({ op, name }) =>
    op === ' ' ? [] : [sign(op, `column ${name}`, pen)],
  );
  for (const row of part.rows) {
    if (row.op === '-' || row.op === '+') {
      const texts = row.cells.map(({ base, head }) => (row.op === '-' ? base : head) ?? '');
      lines.push(sign(row.op, texts.join(' | '), pen));
    } else if (row.op === '~') lines.push(...formatRow(row.cells, part.columns, pen));
  }
  if (part.rowsLeftOut > 0)
    lines.push(pen.paint('dim', `${INDENT}… ${part.rowsLeftOut} rows not shown`));
  return lines;
}

/** Each changed cell of a row, called by the row's label and its column. */
function formatRow(
  cells: Part<'table'>['rows'][number]['cells'],
  columns: Part<'table'>['columns'],
  pen: Pen,
): string[] {
  const label = cells.find(({ base, head }) => base === head && head !== '')?.head ?? '';
  return cells.flatMap(({ base, head, delta }, n) => {
    if (base === undefined || head === undefined || base === head) return [];
    const by = delta === undefined ? '' : ` (${deltaWords(delta)})`;
    const names = [label, columns[n]?.name ?? ''].filter((name) => name !== '');
    const path = names.length === 0 ? `column ${n + 1}` : names.join(', ');
    return [`${INDENT}~ ${formatLeaf({ path, base, head }, pen)}${by}`];
  });
}
