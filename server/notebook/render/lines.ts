import type { DiffLine, Hunk, TextDiff } from '../../../contract/diff.js';
import { escapeSpans, visible } from '../words.js';
import type { Pen } from './pen.js';
import { joinWords, type Span } from './word-diff.js';

export interface LineStyle {
  readonly pen: Pen;
  readonly indent: string;
  /** Changed lines that have a counterpart as one line, its changed words bracketed. */
  readonly words: boolean;
}

/** The lines of a text diff as a terminal shows them: where each hunk is, its lines, and what was left out. */
export function formatText(diff: TextDiff, { pen, indent, words }: LineStyle): string[] {
  const lines: string[] = [];
  diff.hunks.forEach((hunk, n) => {
    if (n > 0 || hunk.base > 0 || hunk.head > 0)
      lines.push(pen.paint('dim', `@@ line ${hunk.head + 1} @@`));
    lines.push(
      ...(words ? formatWords(hunk, pen) : hunk.lines.map((line) => formatLine(line, pen))),
    );
  });
  if (diff.leftOut !== undefined) lines.push(`… ${diff.leftOut} more changed lines`);
  if (diff.only !== undefined) lines.push(pen.paint('dim', `(only ${ONLY[diff.only]} differ)`));
  if (diff.coarse === true) lines.push(pen.paint('dim', '(compared roughly)'));
  return lines.map((line) => indent + line);
}

const ONLY = { whitespace: 'white space', comments: 'comments' } as const;

function formatLine({ op, text, marks = [], cuts = [] }: DiffLine, pen: Pen): string {
  if (op === ' ') return `  ${formatPieces(text, [], { cuts, pen })}`;
  return pen.paint(op, `${op} ${formatPieces(text, marks, { cuts, pen })}`);
}

interface Pieces {
  readonly cuts: NonNullable<DiffLine['cuts']>;
  readonly pen: Pen;
}

/** The line with its marks set off and what was cut out named; an edge within a colour's code moves behind it. */
function formatPieces(
  text: string,
  marks: readonly (readonly [number, number])[],
  { cuts, pen }: Pieces,
): string {
  const edges: [number, string][] = [];
  const spans = escapeSpans(text);
  const settle = (at: number) => spans.find(([from, to]) => from < at && at < to)?.[1] ?? at;
  if (pen.marks[0] !== '')
    for (const [from, to] of marks)
      edges.push([settle(from), pen.marks[0]], [settle(to), pen.marks[1]]);
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

function formatWords(hunk: Hunk, pen: Pen): string[] {
  return joinWords(hunk.lines).map(
    (spans) => `  ${spans.map((span) => formatSpan(span, pen)).join('')}`,
  );
}

function formatSpan({ op, text }: Span, pen: Pen): string {
  if (op === ' ') return visible(text);
  return pen.paint(op, op === '-' ? `[-${visible(text)}-]` : `{+${visible(text)}+}`);
}
