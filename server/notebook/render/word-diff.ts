import type { DiffLine } from '../../../contract/diff.js';

/** A stretch of a line: kept, removed or added. */
export interface Span {
  readonly op: ' ' | '-' | '+';
  readonly text: string;
}

/** The lines of a hunk with each changed line and its counterpart made one line. */
export function joinWords(lines: readonly DiffLine[]): readonly (readonly Span[])[] {
  const joined: (readonly Span[])[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line === undefined || line.op === ' ') {
      joined.push([{ op: ' ', text: line?.text ?? '' }]);
      at += 1;
      continue;
    }
    const end = endOfBlock(lines, at);
    joined.push(...joinBlock(lines.slice(at, end)));
    at = end;
  }
  return joined;
}

/** A block is a run of removed lines with the added ones after it. */
function endOfBlock(lines: readonly DiffLine[], start: number): number {
  let at = start;
  while (lines[at]?.op === '-') at += 1;
  while (lines[at]?.op === '+') at += 1;
  return at;
}

/** How far ahead the counterpart of a removed line is looked for. */
const WINDOW = 50;

function joinBlock(block: readonly DiffLine[]): (readonly Span[])[] {
  const removed = block.filter(({ op }) => op === '-');
  const added = block.filter(({ op }) => op === '+');
  const out: (readonly Span[])[] = [];
  let next = 0;
  for (const line of removed) {
    const pair = added.slice(next, next + WINDOW).findIndex((each) => areCounterparts(line, each));
    const partner = pair < 0 ? undefined : added[next + pair];
    if (partner === undefined) {
      out.push([{ op: '-', text: line.text }]);
      continue;
    }
    for (const { text } of added.slice(next, next + pair)) out.push([{ op: '+', text }]);
    out.push(zip(toStretches(line), toStretches(partner)));
    next += pair + 1;
  }
  for (const { text } of added.slice(next)) out.push([{ op: '+', text }]);
  return out;
}

/** Two lines are one that changed when something is marked and what is not marked is the same text. */
function areCounterparts(removed: DiffLine, added: DiffLine): boolean {
  if (removed.marks === undefined && added.marks === undefined) return false;
  if (removed.cuts !== undefined || added.cuts !== undefined) return false;
  const kept = keptOf(removed);
  return kept.trim() !== '' && kept === keptOf(added);
}

function keptOf(line: DiffLine): string {
  return toStretches(line)
    .map(({ marked, text }) => (marked ? '' : text))
    .join('');
}

interface Stretch {
  readonly marked: boolean;
  readonly text: string;
}

function toStretches({ text, marks = [] }: DiffLine): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from > at) stretches.push({ marked: false, text: text.slice(at, from) });
    if (to > from) stretches.push({ marked: true, text: text.slice(from, to) });
    at = to;
  }
  if (at < text.length) stretches.push({ marked: false, text: text.slice(at) });
  return stretches;
}

/** Walks both sides together: what is marked comes out with its sign, what is kept comes out once. */
function zip(left: readonly Stretch[], right: readonly Stretch[]): Span[] {
  const spans: Span[] = [];
  let [i, j, used, taken] = [0, 0, 0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    if (a?.marked === true) {
      spans.push({ op: '-', text: a.text });
      i += 1;
    } else if (b?.marked === true) {
      spans.push({ op: '+', text: b.text });
      j += 1;
    } else {
      const [x, y] = [a?.text.slice(used) ?? '', b?.text.slice(taken) ?? ''];
      const length = Math.min(x.length, y.length);
      if (length > 0) spans.push({ op: ' ', text: x.slice(0, length) });
      used = length === x.length ? 0 : used + length;
      taken = length === y.length ? 0 : taken + length;
      if (used === 0) i += 1;
      if (taken === 0) j += 1;
    }
  }
  return spans;
}
