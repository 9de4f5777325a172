import type { MetricValue } from '../../contract/bundle.js';
import type { Direction } from '../../contract/history.js';

const MINUS = '\u2212';

/** A number as people read it: four significant digits, integers and digits before the point in full; "–" for none. */
export function formatNumber(value: MetricValue | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string' || !Number.isFinite(value))
    return String(value).replace('-', MINUS);
  return digits(value).replace('-', MINUS);
}

/** A difference with its sign, no finer than the numbers it is between are shown (four decimals); "±0" when there is none. */
export function formatDelta(delta: number): string {
  if (delta === 0) return '±0';
  return `${delta > 0 ? '+' : MINUS}${digits(coarsen(Math.abs(delta)))}`;
}

/** Whether a change by `delta` is for the better; undefined when nothing changed. */
export function isBetter(delta: number, direction: Direction): boolean | undefined {
  if (delta === 0 || Number.isNaN(delta)) return undefined;
  return delta > 0 === (direction === 'higher');
}

const LOWER = new Set(
  (
    'loss error errors err rmse mse mae mape smape rmsle msle medae logloss nll perplexity ppl wer cer eer fid ' +
    'brier deviance aic bic entropy crossentropy regret distance latency duration seconds time hinge rmsd'
  ).split(' '),
);

/** Which way is better, by the words of a metric's name: losses, errors and times lower, everything else higher. */
export function guessDirection(name: string): Direction {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => LOWER.has(word)) ? 'lower' : 'higher';
}

/** Small differences keep their own digits: rounded to four decimals they would be nothing. */
function coarsen(delta: number): number {
  return delta >= 0.001 && delta < 1 ? Math.round(delta * 1e4) / 1e4 : delta;
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return String(value);
  if (size >= 1e7 || size < 1e-4) return trimExponent(value.toExponential(3));
  if (size >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(4)));
}

function trimExponent(text: string): string {
  return text.replace(/\.?0*e\+?/, 'e');
}
