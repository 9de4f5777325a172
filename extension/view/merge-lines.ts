import type { MergedChunk } from '../model/merge-result.js';
import type { DiffLine } from '../../contract/diff.js';
import { splitLines } from '../model/lines.js';
import { highlightLines } from './highlight.js';
import type { Look } from './paint.js';

/** The columns of a merged source, from left to right. */
export type MergeColumn = 'base' | 'local' | 'merged' | 'remote';

/** One line to draw. */
export interface MergeLine {
  readonly line: DiffLine;
  readonly looks: readonly Look[];
}

/** Each stretch of a source as lines of one column, with the tokens of the column's whole text. */
export function columnLines(
  chunks: readonly MergedChunk[],
  column: MergeColumn,
  language: string,
): readonly (readonly MergeLine[])[] {
  const parts = chunks.map((chunk, index) => {
    const text = textOf(chunk, column);
    const before = chunks[index - 1];
    // The last stretch may bring the end of the line before it.
    const isEnd = before !== undefined && /[^\r\n]$/.test(textOf(before, column));
    return splitLines(isEnd ? text.replace(/^\r?\n/, '') : text);
  });
  const looks = highlightLines(parts.flat(), language);
  let at = 0;
  return parts.map((lines, index) => {
    const chunk = chunks[index];
    const others =
      chunk === undefined ? [] : splitLines(textOf(chunk, 'base').replace(/^\r?\n/, ''));
    const isChanged = chunk !== undefined && chunk.chunk.kind !== 'same' && column !== 'base';
    return lines.map((text, row): MergeLine => {
      const drawn = {
        line: toLine(text, isChanged ? others[row] : undefined, lines.length === others.length),
        looks: looks[at] ?? [],
      };
      at += 1;
      return drawn;
    });
  });
}

/** A whole text as lines. */
export function plainLines(text: string, language: string): readonly MergeLine[] {
  const lines = splitLines(text);
  const looks = highlightLines(lines, language);
  return lines.map((line, at) => ({ line: { op: ' ', text: line }, looks: looks[at] ?? [] }));
}

function textOf({ chunk, text }: MergedChunk, column: MergeColumn): string {
  return column === 'merged' ? text : chunk[column];
}

/** A line, with what differs from its counterpart in base marked where stretches have as many lines and these two have something in common. */
function toLine(text: string, base: string | undefined, isPaired: boolean): DiffLine {
  if (base === undefined || !isPaired || base === text) return { op: ' ', text };
  const [ours, theirs] = [tokens(text), tokens(base)];
  let from = 0;
  while (from < ours.length && from < theirs.length && ours[from] === theirs[from]) from++;
  let end = 0;
  const most = Math.min(ours.length, theirs.length) - from;
  while (end < most && ours[ours.length - 1 - end] === theirs[theirs.length - 1 - end]) end++;
  const start = ours.slice(0, from).join('').length;
  const stop = text.length - ours.slice(ours.length - end).join('').length;
  const isSlight = start + (text.length - stop) > 0 && stop > start;
  return isSlight ? { op: '+', text, marks: [[start, stop]] } : { op: ' ', text };
}

/** Words, runs of white space, and runs of anything else: none cuts a grapheme. */
function tokens(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]+/gu) ?? [];
}
