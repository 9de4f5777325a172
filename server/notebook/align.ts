import { diffArrays } from 'diff';

/** Which items of two sequences are the same: `partner[i]` is the head index of base item i or -1; partners rise. */
export interface Alignment {
  readonly partner: Int32Array;
  /** A bound was met: right, but perhaps not minimal. */
  readonly coarse: boolean;
}

/** By default the most edits that one exact comparison may need; its cost grows with the square. */
const MAX_EDITS = 1200;
const MAX_EDITS_IN_GAP = 200;

/** The indices of a longest strictly rising subsequence, in order (patience method, n log n). */
export function longestRising(values: ArrayLike<number>): number[] {
  const tails: number[] = [];
  const before = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = i;
  }
  const rising: number[] = [];
  for (let at = tails[tails.length - 1] ?? -1; at >= 0; at = before[at] ?? -1) rising.push(at);
  return rising.reverse();
}

/** A stretch of both sequences, given as indices into them. */
interface Stretch {
  readonly base: readonly number[];
  readonly head: readonly number[];
}

/**
 * Aligns two sequences of keys. Minimal (Myers, by jsdiff) unless too many edits are needed; then items that are unique on both sides
 * hold it in place and only the gaps between them are compared exactly, as far as a bound allows.
 */
export function alignItems(
  base: readonly string[],
  head: readonly string[],
  maxEdits = MAX_EDITS,
): Alignment {
  const partner = new Int32Array(base.length).fill(-1);
  const shorter = Math.min(base.length, head.length);
  let start = 0;
  while (start < shorter && base[start] === head[start]) partner[start] = start++;
  let tail = 0;
  while (tail < shorter - start && base[base.length - 1 - tail] === head[head.length - 1 - tail]) {
    tail++;
    partner[base.length - tail] = head.length - tail;
  }
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  const a = base.slice(start, base.length - tail).map(numberOf);
  const b = head.slice(start, head.length - tail).map(numberOf);
  const coarse = alignMiddle(a, b, maxEdits, (i, j) => {
    partner[start + i] = start + j;
  });
  return { partner, coarse };
}

type Pair = (i: number, j: number) => void;

function alignMiddle(
  a: readonly number[],
  b: readonly number[],
  maxEdits: number,
  pair: Pair,
): boolean {
  // Items of one side only cannot be paired: without them the rest is the same problem, and mostly a far smaller one.
  const inA = new Set(a);
  const inB = new Set(b);
  const stretch = {
    base: [...a.keys()].filter((i) => inB.has(a[i] ?? -1)),
    head: [...b.keys()].filter((j) => inA.has(b[j] ?? -1)),
  };
  if (stretch.base.length === 0) return false;
  if (alignExactly(a, b, stretch, maxEdits, pair)) return false;
  for (const gap of anchor(a, b, stretch, pair))
    alignExactly(a, b, gap, Math.min(maxEdits, MAX_EDITS_IN_GAP), pair);
  return true;
}

function alignExactly(
  a: readonly number[],
  b: readonly number[],
  { base, head }: Stretch,
  maxEditLength: number,
  pair: Pair,
): boolean {
  if (base.length === 0 || head.length === 0) return true;
  const changes = diffArrays(
    base.map((i) => a[i] ?? -1),
    head.map((j) => b[j] ?? -1),
    { maxEditLength },
  );
  if (changes === undefined) return false;
  let i = 0;
  let j = 0;
  for (const change of changes) {
    if (change.removed) i += change.count;
    else if (change.added) j += change.count;
    else for (let n = 0; n < change.count; n++) pair(base[i++] ?? 0, head[j++] ?? 0);
  }
  return true;
}

/** Pairs the items that occur once on each side, as many as keep their order; returns what lies between. */
function anchor(a: readonly number[], b: readonly number[], all: Stretch, pair: Pair): Stretch[] {
  const placeOnce = (items: readonly number[], of: readonly number[]): Map<number, number> => {
    const places = new Map<number, number>();
    items.forEach((item, n) => {
      const key = of[item] ?? -1;
      places.set(key, places.has(key) ? -1 : n);
    });
    return places;
  };
  const inBase = placeOnce(all.base, a);
  const inHead = placeOnce(all.head, b);
  const once: [number, number][] = [];
  for (const [key, n] of inBase) {
    const m = inHead.get(key) ?? -1;
    if (n >= 0 && m >= 0) once.push([n, m]);
  }
  const gaps: Stretch[] = [];
  let [n, m] = [0, 0];
  const close = (toN: number, toM: number) => {
    gaps.push({ base: all.base.slice(n, toN), head: all.head.slice(m, toM) });
  };
  for (const at of longestRising(once.map(([, place]) => place))) {
    const [nextN, nextM] = once[at] ?? [0, 0];
    close(nextN, nextM);
    pair(all.base[nextN] ?? 0, all.head[nextM] ?? 0);
    [n, m] = [nextN + 1, nextM + 1];
  }
  close(all.base.length, all.head.length);
  return gaps;
}

/** One step through two aligned sequences: `same` pairs of items, or a block of `base` items replaced by `head` items. Ends excluded. */
export interface Block {
  readonly same: boolean;
  readonly base: readonly [number, number];
  readonly head: readonly [number, number];
}

/** The alignment as blocks in order, same and changed in turn. */
export function toBlocks({ partner }: Alignment, headLength: number): Block[] {
  const blocks: Block[] = [];
  let i = 0;
  let j = 0;
  while (i < partner.length || j < headLength) {
    const [fromBase, fromHead] = [i, j];
    while (i < partner.length && partner[i] === j) [i, j] = [i + 1, j + 1];
    if (i > fromBase) blocks.push({ same: true, base: [fromBase, i], head: [fromHead, j] });
    const [changedBase, changedHead] = [i, j];
    while (i < partner.length && (partner[i] ?? -1) < 0) i++;
    j = i < partner.length ? (partner[i] ?? headLength) : headLength;
    if (i > changedBase || j > changedHead)
      blocks.push({ same: false, base: [changedBase, i], head: [changedHead, j] });
  }
  return blocks;
}
