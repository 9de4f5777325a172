/** How much of what is the same is kept before and after: more than any pattern of noise reaches over the end of a line. */
const MARGIN = 1000;

/**
 * Two texts without the lines at both ends that they share, but for the nearest: enough that patterns find the same around the differences
 * as in the whole texts. Equal texts, and only those, give equal stretches.
 */
export function differingStretches(base: string, head: string): readonly [string, string] {
  const shorter = Math.min(base.length, head.length);
  if (base === head || shorter < 4 * MARGIN) return [base, head];
  let start = 0;
  while (start < shorter && base.charCodeAt(start) === head.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    base.charCodeAt(base.length - 1 - tail) === head.charCodeAt(head.length - 1 - tail)
  )
    tail++;
  // lastIndexOf takes a negative place for 0.
  const from = start < MARGIN ? 0 : base.lastIndexOf('\n', start - MARGIN) + 1;
  const next = tail < MARGIN ? -1 : base.indexOf('\n', base.length - tail + MARGIN);
  const left = next < 0 ? 0 : base.length - next;
  return [base.slice(from, base.length - left), head.slice(from, head.length - left)];
}
