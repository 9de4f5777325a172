import type { TextDiff } from '../../contract/diff.js';
import type { NoisyLine } from './compare-noise.js';

/** A line with its number on each side that has it, counted from 1. */
export interface NumberedLine extends NoisyLine {
  readonly base?: number;
  readonly head?: number;
}

/** A text diff in the order it is read: lines, and gaps of equal lines that are left out (with the lines when they are known). */
export type Stretch =
  | { readonly kind: 'lines'; readonly lines: readonly NumberedLine[] }
  | {
      readonly kind: 'gap';
      /** Numbers of its first line, counted from 1. */
      readonly base: number;
      readonly head: number;
      readonly count: number;
      readonly lines?: readonly NumberedLine[];
    };

/** One row of the two-column view; a side that is undefined is blank. */
export interface LinePair {
  readonly base: NumberedLine | undefined;
  readonly head: NumberedLine | undefined;
}

/** A diff as lines and gaps. `baseText` is the whole base side, by which gaps know their lines. */
export function toStretches(diff: TextDiff, baseText?: string): readonly Stretch[] {
  const known = baseText === undefined ? undefined : splitLines(baseText);
  const stretches: Stretch[] = [];
  let base = 0;
  let head = 0;
  const gapTo = (end: number): void => {
    const count = end - base;
    if (count > 0) stretches.push(toGap(base, head, count, known));
    base += Math.max(0, count);
    head += Math.max(0, count);
  };
  for (const hunk of diff.hunks) {
    gapTo(hunk.base);
    head = hunk.head;
    const lines: NumberedLine[] = [];
    for (const line of hunk.lines) {
      if (line.op === ' ') lines.push({ ...line, base: ++base, head: ++head });
      else if (line.op === '-') lines.push({ ...line, base: ++base });
      else lines.push({ ...line, head: ++head });
    }
    stretches.push({ kind: 'lines', lines });
  }
  gapTo(diff.baseLines);
  return stretches;
}

/** Lines as rows of two columns: lines that are counterparts (both carry marks) face each other, others fill up in order. */
export function toPairs(lines: readonly NumberedLine[]): readonly LinePair[] {
  const pairs: LinePair[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line?.op === ' ') {
      pairs.push({ base: line, head: line });
      at++;
      continue;
    }
    const end = changeEnd(lines, at);
    const block = lines.slice(at, end);
    pairBlock(
      block.filter(({ op }) => op === '-'),
      block.filter(({ op }) => op === '+'),
      pairs,
    );
    at = end;
  }
  return pairs;
}

/** One side's text as far as it is known, for highlighting: lines joined by newlines. */
export function sideLines(
  stretches: readonly Stretch[],
  side: 'base' | 'head',
): readonly NumberedLine[] {
  return stretches.flatMap((stretch) =>
    (stretch.lines ?? []).filter((line) => line[side] !== undefined),
  );
}

/** A text's lines without their ends; a final newline makes no further line. */
export function splitLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines[lines.length - 1] === '') lines.pop();
  return lines;
}

function toGap(
  base: number,
  head: number,
  count: number,
  known: readonly string[] | undefined,
): Stretch {
  const gap = { kind: 'gap', base: base + 1, head: head + 1, count } as const;
  if (known === undefined) return gap;
  const lines = known
    .slice(base, base + count)
    .map((text, i): NumberedLine => ({ op: ' ', text, base: base + i + 1, head: head + i + 1 }));
  return { ...gap, lines };
}

function changeEnd(lines: readonly NumberedLine[], at: number): number {
  let end = at;
  while (end < lines.length && lines[end]?.op !== ' ') end++;
  return end;
}

function pairBlock(
  removed: readonly NumberedLine[],
  added: readonly NumberedLine[],
  pairs: LinePair[],
): void {
  let i = 0;
  let j = 0;
  while (i < removed.length || j < added.length) {
    const base = removed[i];
    const head = added[j];
    // A marked line waits for its marked counterpart; what has none is placed before it.
    if (
      base?.marks !== undefined &&
      head !== undefined &&
      head.marks === undefined &&
      hasMarked(added, j)
    ) {
      pairs.push({ base: undefined, head });
      j++;
    } else if (
      head?.marks !== undefined &&
      base !== undefined &&
      base.marks === undefined &&
      hasMarked(removed, i)
    ) {
      pairs.push({ base, head: undefined });
      i++;
    } else {
      pairs.push({ base, head });
      i++;
      j++;
    }
  }
}

function hasMarked(lines: readonly NumberedLine[], from: number): boolean {
  return lines.slice(from).some(({ marks }) => marks !== undefined);
}
