import type { DiffLine } from '../../contract/diff.js';
import type { Mark } from './tokens.js';

/** Lines up to this many code units are shown whole. */
const MAX_LINE = 2000;
/** What is kept at each end of a long line and around each of its marks. */
const AROUND = 60;
const MAX_PLACES = 12;

/** A very long line without its stretches of no interest; marks move with the text. */
export function shorten(line: DiffLine): DiffLine {
  const { text } = line;
  if (text.length <= MAX_LINE) return line;
  const marks = line.marks ?? [];
  const keep: Mark[] = [];
  const add = (from: number, to: number) => {
    const last = keep[keep.length - 1];
    if (last !== undefined && from <= last[1] + AROUND) last[1] = Math.max(last[1], to);
    else keep.push([from, to]);
  };
  add(0, AROUND);
  for (const [from, to] of marks.slice(0, MAX_PLACES)) {
    add(Math.max(0, from - AROUND), Math.min(to, from + AROUND));
    add(Math.max(0, to - AROUND), Math.min(text.length, to + AROUND));
  }
  add(text.length - AROUND, text.length);
  return cut(
    line,
    keep.map(([from, to]) => [wholeFrom(text, from), wholeTo(text, to)]),
  );
}

function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

/** Never between the halves of a surrogate pair. */
function wholeFrom(text: string, at: number): number {
  return isLow(text, at) ? at - 1 : at;
}

function wholeTo(text: string, at: number): number {
  return isLow(text, at) ? at + 1 : at;
}

function cut(line: DiffLine, keep: readonly Mark[]): DiffLine {
  let short = '';
  let end = 0;
  const cuts: { at: number; length: number }[] = [];
  const moved: Mark[] = [];
  for (const [from, to] of keep) {
    if (from > end) cuts.push({ at: short.length, length: from - end });
    for (const [start, stop] of line.marks ?? []) {
      const [left, right] = [Math.max(start, from), Math.min(stop, to)];
      if (left < right) moved.push([left - from + short.length, right - from + short.length]);
    }
    short += line.text.slice(from, to);
    end = to;
  }
  return { op: line.op, text: short, ...(line.marks === undefined ? {} : { marks: moved }), cuts };
}
