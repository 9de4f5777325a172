import type { MetricRow } from '../store/catalog/rows.js';
import { toMetricValue, toNumber } from './points.js';

/** Beyond this many points the course is thinned out while it is read, to a fraction that is still far finer than any picture. */
const CAPACITY = 1_000_000;
const KEPT_BUCKETS = 40_000;

/** The course of one metric while it is read: columns of numbers, so that a million points take 24 MB. */
export class Course {
  private steps = new Float64Array(1024);
  private times = new Float64Array(1024);
  private values = new Float64Array(1024);
  private length = 0;
  private count = 0;

  constructor(private readonly capacity = CAPACITY) {}

  /** How many points were added. */
  get total(): number {
    return this.count;
  }

  add({ step, time, value }: MetricRow): void {
    if (this.length === this.capacity) this.keep(this.choose(KEPT_BUCKETS));
    if (this.length === this.steps.length) this.grow();
    this.steps[this.length] = step;
    this.times[this.length] = time;
    this.values[this.length] = toNumber(value);
    this.length += 1;
    this.count += 1;
  }

  /**
   * At most seven points of each of so many stretches, by step, then time, then the order in which they were added: its first and last,
   * its least and greatest, and the first NaN and infinities. So no peak is lost, and none is made up. All of them when they are few.
   */
  thin(buckets: number): readonly MetricRow[] {
    const chosen = this.choose(buckets);
    return Array.from(chosen, (at) => ({
      value: toMetricValue(this.values[at] ?? NaN),
      step: this.steps[at] ?? 0,
      time: this.times[at] ?? 0,
    }));
  }

  private choose(buckets: number): Uint32Array {
    const order = this.sort();
    if (order.length <= 2 * buckets) return order;
    const chosen: number[] = [];
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const from = Math.floor((bucket * order.length) / buckets);
      const to = Math.floor(((bucket + 1) * order.length) / buckets);
      for (const place of this.chooseIn(order, from, to)) chosen.push(order[place] ?? 0);
    }
    return Uint32Array.from(chosen);
  }

  /** Places in `order` from `from` to before `to`, in their order. */
  private chooseIn(order: Uint32Array, from: number, to: number): readonly number[] {
    const places = new Set([from, to - 1]);
    let [least, greatest, nan, above, below] = [-1, -1, -1, -1, -1];
    const at = (place: number): number => this.values[order[place] ?? 0] ?? NaN;
    for (let place = from; place < to; place += 1) {
      const value = at(place);
      if (Number.isFinite(value)) {
        if (least < 0 || value < at(least)) least = place;
        if (greatest < 0 || value > at(greatest)) greatest = place;
      } else if (Number.isNaN(value)) nan = nan < 0 ? place : nan;
      else if (value > 0) above = above < 0 ? place : above;
      else below = below < 0 ? place : below;
    }
    for (const place of [least, greatest, nan, above, below]) if (place >= 0) places.add(place);
    return [...places].sort((a, b) => a - b);
  }

  private sort(): Uint32Array {
    const order = Uint32Array.from({ length: this.length }, (_, at) => at);
    // Almost always they come in order, and then there is nothing to do.
    for (let at = 1; at < this.length; at += 1)
      if (this.compare(at - 1, at) > 0) return order.sort((a, b) => this.compare(a, b) || a - b);
    return order;
  }

  private compare(a: number, b: number): number {
    const [left, right] = [this.steps[a] ?? 0, this.steps[b] ?? 0];
    return left === right ? (this.times[a] ?? 0) - (this.times[b] ?? 0) : left - right;
  }

  private keep(chosen: Uint32Array): void {
    const pick = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(column.length);
      chosen.forEach((at, place) => {
        next[place] = column[at] ?? 0;
      });
      return next;
    };
    this.steps = pick(this.steps);
    this.times = pick(this.times);
    this.values = pick(this.values);
    this.length = chosen.length;
  }

  private grow(): void {
    const size = Math.min(this.capacity, this.length * 2);
    const extend = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(size);
      next.set(column);
      return next;
    };
    this.steps = extend(this.steps);
    this.times = extend(this.times);
    this.values = extend(this.values);
  }
}
