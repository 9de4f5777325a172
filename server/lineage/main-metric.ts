import type { MetricValue } from '../../contract/bundle.js';

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
  metrics: Readonly<Record<string, { readonly value: MetricValue }>>,
): { readonly name: string; readonly value: MetricValue } | undefined {
  const names = Object.keys(metrics).sort(
    (a, b) => rankMetric(a) - rankMetric(b) || (a < b ? -1 : 1),
  );
  const [name] = names;
  const metric = name === undefined ? undefined : metrics[name];
  return name === undefined || metric === undefined ? undefined : { name, value: metric.value };
}
