import type { Face } from './likeness.js';

/** How well two cells fit, and from what score on they may be paired at all; the scores are not negative. */
export interface Fit {
  readonly score: (a: Face, b: Face) => number;
  readonly least: number;
}

/** About so many pairs of cells are looked at; beyond them only those near the diagonal, at least this many to each side. */
const MAX_SCORES = 4000;
const MIN_WIDTH = 2;

/** Pairs of indices, rising on both sides, with the greatest sum of scores that keeps near the diagonal. Time and memory are linear. */
export function bestInOrder(
  base: readonly Face[],
  head: readonly Face[],
  { score, least }: Fit,
): [number, number][] {
  const width = Math.max(MIN_WIDTH, Math.floor(MAX_SCORES / base.length));
  const slope = head.length / base.length;
  const from = (i: number) => Math.min(head.length, Math.max(0, Math.floor(i * slope) - width));
  const to = (i: number) => Math.min(head.length, Math.ceil(i * slope) + width);
  // A row holds the best sums from[i] to to[i], the end included; rows lie behind each other in one array.
  const rows = new Float64Array(base.length + 2);
  for (let i = 0; i <= base.length; i++) rows[i + 1] = (rows[i] ?? 0) + to(i) - from(i) + 1;
  const best = new Float64Array(rows[base.length + 1] ?? 0);
  const gains = new Float64Array(best.length);
  const place = (i: number, j: number) => (rows[i] ?? 0) + j - from(i);
  const bestFrom = (i: number, j: number) =>
    j > to(i) ? 0 : (best[place(i, Math.max(j, from(i)))] ?? 0);
  for (let i = base.length - 1; i >= 0; i--)
    for (let j = to(i) - 1; j >= from(i); j--) {
      const [a, b] = [base[i], head[j]];
      const value = a === undefined || b === undefined ? 0 : score(a, b);
      const gain = value >= least ? value + bestFrom(i + 1, j + 1) : 0;
      gains[place(i, j)] = gain;
      best[place(i, j)] = Math.max(gain, bestFrom(i + 1, j), bestFrom(i, j + 1));
    }
  const pairs: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < base.length && j < head.length;) {
    j = Math.max(j, from(i));
    const gain = j < to(i) ? (gains[place(i, j)] ?? 0) : 0;
    if (gain > 0 && gain >= bestFrom(i, j)) pairs.push([i++, j++]);
    else if (j < to(i) && bestFrom(i, j) > bestFrom(i + 1, j)) j++;
    else i++;
  }
  return pairs;
}
