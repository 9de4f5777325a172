/** The value below which a share (0 to 1) of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** "p50 12.3 ms, p95 20.1 ms" of samples in milliseconds. */
export function describe(samples: readonly number[]): string {
  const [middle, high] = [quantile(samples, 0.5), quantile(samples, 0.95)];
  return `p50 ${middle.toFixed(1)} ms, p95 ${high.toFixed(1)} ms (${samples.length} samples)`;
}

/** One line of a bench: what was measured, the figure, and the goal with whether it was met. */
export function print(what: string, figure: string, goal?: { text: string; met: boolean }): void {
  const verdict = goal === undefined ? '' : `  goal ${goal.text}: ${goal.met ? 'met' : 'MISSED'}`;
  console.log(`${what.padEnd(58)} ${figure}${verdict}`);
}

/** How long something takes, in milliseconds. */
export async function time<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly ms: number; readonly result: Result }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}
