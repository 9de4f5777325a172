import type { MetricValue } from '../../contract/bundle.js';
import type { Direction } from '../../contract/history.js';
import type { RunRow } from '../store/catalog/rows.js';

const LOWER = /loss|error|err\b|rmse|mse|mae|mape|deviance|perplexity|latency|duration|time/i;

/** Whether more of a metric is better, as its name suggests; one click turns it. */
export function guessDirection(name: string): Direction {
  return LOWER.test(name) ? 'lower' : 'higher';
}

/** As a number; undefined for NaN and the infinities, which are never best and never drawn. */
export function toFinite(value: MetricValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A metric of a snapshot: of the last of its runs that has it. */
export function findMetric(
  runs: readonly Pick<RunRow, 'metrics'>[],
  name: string,
): MetricValue | undefined {
  return runs.findLast((run) => Object.hasOwn(run.metrics, name))?.metrics[name]?.value;
}

/** At most `most` values of a course: of each bucket its least and greatest, in their order, so that peaks stay. */
export function thinOut(course: readonly number[], most: number): number[] {
  if (course.length <= most) return [...course];
  const buckets = Math.floor(most / 2);
  const thin: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * course.length) / buckets);
    const to = Math.floor(((bucket + 1) * course.length) / buckets);
    let [low, high] = [from, from];
    for (let at = from; at < to; at += 1) {
      if ((course[at] ?? 0) < (course[low] ?? 0)) low = at;
      if ((course[at] ?? 0) > (course[high] ?? 0)) high = at;
    }
    for (const at of low === high ? [low] : [Math.min(low, high), Math.max(low, high)])
      thin.push(course[at] ?? 0);
  }
  return thin;
}
