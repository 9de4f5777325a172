import type { MetricValue } from '../../contract/bundle.js';
import type { Direction } from '../../contract/history.js';
import type { Snapshot } from '../../contract/snapshot.js';

/** A snapshot's value of a metric: that of its last run that has it; undefined when none has. */
export function metricOf(snapshot: Pick<Snapshot, 'runs'>, name: string): MetricValue | undefined {
  for (const { metrics } of [...snapshot.runs].reverse())
    if (Object.hasOwn(metrics, name)) return metrics[name];
  return undefined;
}

/** The best finite value of each metric over the rows; metrics with one value only are left out: nothing is best there. */
export function bestValues(
  rows: readonly Pick<Snapshot, 'runs'>[],
  names: readonly string[],
  directionOf: (name: string) => Direction,
): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const name of names) {
    const values = rows
      .map((row) => metricOf(row, name))
      .filter((value) => typeof value === 'number');
    if (new Set(values).size < 2) continue;
    const pick = directionOf(name) === 'lower' ? Math.min : Math.max;
    best.set(
      name,
      values.reduce((one, two) => pick(one, two)),
    );
  }
  return best;
}
