import type { Sketch } from '../../contract/dataset.js';

/** Items in their order, each with the share of all values that are not above it. */
interface Ranked {
  readonly value: number;
  readonly share: number;
}

/** What each share of the values is not above; none of an empty sketch. */
export function toQuantiles(sketch: Sketch, shares: readonly number[]): readonly number[] {
  const ranked = rank(sketch);
  const last = ranked.at(-1);
  if (last === undefined) return [];
  return shares.map((share) => (ranked.find((each) => each.share >= share) ?? last).value);
}

/** The greatest difference of two distributions anywhere, 0 to 1 (Kolmogorov and Smirnov); undefined when one is empty. */
export function toDistance(base: Sketch, head: Sketch): number | undefined {
  const [a, b] = [rank(base), rank(head)];
  if (a.length === 0 || b.length === 0) return undefined;
  let greatest = 0;
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i]?.value ?? Infinity, b[j]?.value ?? Infinity);
    while (i < a.length && (a[i]?.value ?? Infinity) <= value) i++;
    while (j < b.length && (b[j]?.value ?? Infinity) <= value) j++;
    greatest = Math.max(greatest, Math.abs((a[i - 1]?.share ?? 0) - (b[j - 1]?.share ?? 0)));
  }
  return greatest;
}

function rank({ levels }: Sketch): readonly Ranked[] {
  const items = levels
    .flatMap((level, height) => level.map((value) => ({ value, weight: 2 ** height })))
    .sort((a, b) => a.value - b.value);
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let passed = 0;
  return items.map(({ value, weight }) => {
    passed += weight;
    return { value, share: passed / total };
  });
}
