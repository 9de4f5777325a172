import { expect } from 'vitest';

/** Of each start, in milliseconds: a lock of git's that nobody seems to hold is watched for one second of it. */
const START_BAR = 2_000;
/** Of the median of many. */
const MEDIAN_BAR = 500;

/** How long one opening of a store took by itself, in milliseconds, and after what. */
export interface Start {
  readonly ms: number;
  readonly at: string;
}

/** Prints what starts took, the slowest with what it came after, and holds them to their bars. */
export function expectQuick(what: string, starts: readonly Start[]): void {
  const sorted = [...starts].sort((a, b) => a.ms - b.ms);
  const [median, slowest] = [sorted[sorted.length >> 1], sorted.at(-1)];
  if (median === undefined || slowest === undefined) throw new RangeError('no start to look at');
  console.log(
    `${what}: ${starts.length} starts, median ${median.ms} ms, slowest ${slowest.ms} ms (${slowest.at})`,
  );
  expect(sorted.filter(({ ms }) => ms >= START_BAR)).toEqual([]);
  expect(median.ms).toBeLessThan(MEDIAN_BAR);
}
