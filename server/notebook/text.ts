import type {
  CellChange,
  DiffLine,
  NotebookDiff,
  OutputChange,
  PartChange,
  TextDiff,
} from '../../contract/diff.js';
import type { Notebook } from './notebook.js';
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

export interface TextOptions {
  readonly color: boolean;
  readonly base: Notebook;
  readonly head: Notebook;
  /** Columns of the terminal; rules between cells are drawn that wide, at most 100. */
  readonly width?: number;
}

const RESET = '\u001b[0m';
const COLORS: Readonly<Record<string, string>> = {
  '~': '\u001b[33m',
  '+': '\u001b[32m',
  '-': '\u001b[31m',
  '↕': '\u001b[34m',
  '⑂': '\u001b[35m',
  '⑃': '\u001b[35m',
  dim: '\u001b[2m',
  bold: '\u001b[1m',
};

/** The diff as text for a terminal, ending in a newline: counts, then each changed cell with its lines and outputs, noise in one last line. */
export function renderText(diff: NotebookDiff, options: TextOptions): string {
  return new Page(options).render(diff);
}

class Page {
  private readonly lines: string[] = [];

  constructor(private readonly options: TextOptions) {}

  render(diff: NotebookDiff): string {
    this.lines.push(this.paint('bold', countWords(diff)));
    for (const { path, base, head } of diff.notebook_metadata) this.leaf({ path, base, head }, '');
    for (const change of diff.changes) if (change.kind !== 'same') this.change(change);
    const noise = noiseWords(diff.noise);
    if (noise !== '') this.lines.push('', this.paint('dim', noise));
    return this.lines.join('\n') + '\n';
  }

  private paint(color: string, text: string): string {
    const code = this.options.color ? COLORS[color] : undefined;
    return code === undefined || text === '' ? text : `${code}${text}${RESET}`;
  }

  private change(change: CellChange): void {
    const sign = SIGNS[change.kind];
    const title = `── ${sign} ${changeWords(change)} `;
    const width = Math.min(100, Math.max(40, this.options.width ?? 80));
    this.lines.push('', this.paint(sign, title.padEnd(width, '─')));
    if (change.source !== undefined) this.text(change.source, '');
    for (const { path, base, head } of change.metadata)
      this.leaf({ path: `metadata${path}`, base, head }, '  ');
    if (change.aspects.includes('attachments')) this.lines.push('  attachments changed');
    for (const output of change.outputs) if (output.kind !== 'same') this.output(output);
  }

  private output(output: OutputChange): void {
    if (output.parts.length === 0)
      this.lines.push(this.paint('dim', `  ${outputWords(output, undefined)}`));
    for (const part of output.parts) {
      this.lines.push(this.paint('dim', `  ${outputWords(output, part)}`));
      this.part(part);
    }
  }

  private part(part: PartChange): void {
    const indent = '  ';
    switch (part.type) {
      case 'text':
      case 'html':
        this.text(part.diff, indent);
        return;
      case 'traceback':
        this.traceback(part);
        return;
      case 'picture':
      case 'opaque':
        if (part.base !== undefined) this.line('-', factWords(part.base, this.options.base));
        if (part.head !== undefined) this.line('+', factWords(part.head, this.options.head));
        return;
      case 'json':
        for (const leaf of part.leaves) this.leaf(leaf, indent);
        if (part.leavesLeftOut > 0) this.lines.push(`${indent}… ${part.leavesLeftOut} more`);
        if (part.base === undefined && part.head !== undefined)
          this.line('+', factWords(part.head, this.options.head));
        if (part.head === undefined && part.base !== undefined)
          this.line('-', factWords(part.base, this.options.base));
        return;
      case 'metrics':
        for (const { name, base, head } of [...part.metrics, ...part.params]) {
          const both = typeof base === 'number' && typeof head === 'number';
          const delta = both ? ` (${deltaWords(head - base)})` : '';
          this.lines.push(`${indent}${this.valueWords(visible(name), base, head)}${delta}`);
        }
        return;
      case 'table':
        this.table(part);
    }
  }

  /** The two errors; where they say the same, what differs on the way to them. */
  private traceback({
    baseError,
    headError,
    diff,
  }: Extract<PartChange, { type: 'traceback' }>): void {
    const words = (error: typeof baseError) =>
      error === undefined ? undefined : `${error.name}: ${error.message}`;
    const [base, head] = [words(baseError), words(headError)];
    if (base === head) {
      this.text(diff, '  ');
      return;
    }
    if (base !== undefined) this.line('-', base);
    if (head !== undefined) this.line('+', head);
  }

  private valueWords(
    name: string,
    base: string | number | undefined,
    head: string | number | undefined,
  ): string {
    const show = (value: string | number | undefined) =>
      value === undefined ? '(none)' : visible(String(value));
    return `${name}: ${this.paint('-', show(base))} → ${this.paint('+', show(head))}`;
  }

  private leaf(
    {
      path,
      base,
      head,
    }: {
      readonly path: string;
      readonly base?: string | undefined;
      readonly head?: string | undefined;
    },
    indent: string,
  ): void {
    this.lines.push(`${indent}${this.valueWords(visible(path), base, head)}`);
  }

  private line(op: '-' | '+', text: string): void {
    this.lines.push(`  ${this.paint(op, `${op} ${visible(text)}`)}`);
  }

  private text(diff: TextDiff, indent: string): void {
    diff.hunks.forEach((hunk, n) => {
      if (n > 0 || hunk.base > 0 || hunk.head > 0)
        this.lines.push(`${indent}${this.paint('dim', `@@ line ${hunk.head + 1} @@`)}`);
      for (const line of hunk.lines) this.lines.push(indent + this.diffLine(line));
    });
    if (diff.leftOut !== undefined)
      this.lines.push(`${indent}… ${diff.leftOut} more changed lines`);
    if (diff.coarse === true)
      this.lines.push(`${indent}${this.paint('dim', '(compared roughly)')}`);
  }

  private diffLine({ op, text, marks = [], cuts = [] }: DiffLine): string {
    if (op === ' ') return `  ${this.pieces(text, [], cuts)}`;
    if (!this.options.color) return `${op} ${this.pieces(text, [], cuts)}`;
    return `${COLORS[op] ?? ''}${op} ${this.pieces(text, marks, cuts)}${RESET}`;
  }

  /** The line with its marks reversed and what was cut out named. */
  private pieces(
    text: string,
    marks: readonly (readonly [number, number])[],
    cuts: readonly { at: number; length: number }[],
  ): string {
    const edges: [number, string][] = [];
    for (const [from, to] of marks) edges.push([from, '\u001b[7m'], [to, '\u001b[27m']);
    for (const { at, length } of cuts) edges.push([at, `…(${length} more)…`]);
    edges.sort(([a], [b]) => a - b);
    let out = '';
    let at = 0;
    for (const [edge, code] of edges) {
      out += visible(text.slice(at, edge)) + code;
      at = edge;
    }
    return out + visible(text.slice(at));
  }

  private table(part: Extract<PartChange, { type: 'table' }>): void {
    for (const { op, name } of part.columns) if (op !== ' ') this.line(op, `column ${name}`);
    for (const { op, cells } of part.rows) {
      if (op === '-' || op === '+') {
        const texts = cells.map(({ base, head }) => (op === '-' ? base : head) ?? '');
        this.line(op, texts.join(' | '));
      } else if (op === '~') {
        const label = cells.find(({ base, head }) => base === head && head !== '')?.head ?? '';
        cells.forEach(({ base, head, delta }, n) => {
          if (base === undefined || head === undefined || base === head) return;
          const by = delta === undefined ? '' : ` (${deltaWords(delta)})`;
          const names = [label, part.columns[n]?.name ?? ''].filter((name) => name !== '');
          const place = visible(names.length === 0 ? `column ${n + 1}` : names.join(', '));
          this.lines.push(`  ~ ${this.valueWords(place, base, head)}${by}`);
        });
      }
    }
    if (part.rowsLeftOut > 0)
      this.lines.push(this.paint('dim', `  … ${part.rowsLeftOut} rows not shown`));
  }
}
