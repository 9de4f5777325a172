import type { MetricRow } from '../store/catalog/rows.js';
import { toMetricValue, toNumber } from './points.js';

const BYTES_A_POINT = 3 * Float64Array.BYTES_PER_ELEMENT;

/** Values of one metric as columns of numbers: a million take 24 MB, where as objects they take a hundred. */
export class PointColumns {
  private steps = new Float64Array(1024);
  private times = new Float64Array(1024);
  private values = new Float64Array(1024);
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** What it takes in memory, in bytes. */
  get bytes(): number {
    return this.steps.length * BYTES_A_POINT;
  }

  add({ step, time, value }: MetricRow): void {
    if (this.count === this.steps.length) this.grow();
    this.steps[this.count] = step;
    this.times[this.count] = time;
    this.values[this.count] = toNumber(value);
    this.count += 1;
  }

  at(place: number): MetricRow {
    return {
      value: toMetricValue(this.values[place] ?? NaN),
      step: this.steps[place] ?? 0,
      time: this.times[place] ?? 0,
    };
  }

  /** The places of all points by time, step and value, each different one once. */
  sortedPlaces(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, at) => at);
    // Almost always they were logged in this order.
    if (!this.isSorted()) order.sort((a, b) => this.compare(a, b) || a - b);
    return order.filter((place, at) => at === 0 || this.compare(order[at - 1] ?? 0, place) !== 0);
  }

  private isSorted(): boolean {
    for (let at = 1; at < this.count; at += 1) if (this.compare(at - 1, at) > 0) return false;
    return true;
  }

  private compare(a: number, b: number): number {
    return (
      (this.times[a] ?? 0) - (this.times[b] ?? 0) ||
      (this.steps[a] ?? 0) - (this.steps[b] ?? 0) ||
      compareValues(this.values[a] ?? NaN, this.values[b] ?? NaN)
    );
  }

  private grow(): void {
    const extend = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(column.length * 2);
      next.set(column);
      return next;
    };
    this.steps = extend(this.steps);
    this.times = extend(this.times);
    this.values = extend(this.values);
  }
}

/** NaN comes last, and is like itself. */
function compareValues(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : 1;
}
