import type { MetricValue } from './bundle.js';

/** Names that people judge a model by, the most telling first. */
const TELLING = ['accuracy', 'auc', 'f1', 'r2', 'score', 'rmse', 'mse', 'mae', 'loss', 'error'];

/** Lower is what a run is judged by rather: its results on unseen data before those of its training, its machine's figures last. */
export function rankMetric(name: string): number {
  const plain = name.toLowerCase();
  const found = TELLING.findIndex((word) => plain.includes(word));
  const place = found === -1 ? TELLING.length : found;
  if (plain.startsWith('system/')) return 2000 + place;
  return (/^train/.test(plain) ? 1000 : 0) + place;
}

/** The metric that a run is judged by; undefined when it has none. */
export function mainMetric(
  metrics: readonly (readonly [name: string, value: MetricValue])[],
): { readonly name: string; readonly value: MetricValue } | undefined {
  const [first] = metrics.toSorted(([a], [b]) => rankMetric(a) - rankMetric(b) || (a < b ? -1 : 1));
  return first === undefined ? undefined : { name: first[0], value: first[1] };
}
