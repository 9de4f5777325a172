import { SHARED_BUDGET, type ByteBudget, type Held } from './byte-budget.js';
import { Recency, type Place } from './recency.js';

interface Entry<Value> extends Held {
  readonly key: string;
  readonly value: Value;
  readonly own: Place<string>;
  shared: Place<Held> | undefined;
}

/**
 * Values by key, the least recently used dropped once their sizes together pass `limit` bytes, or those of all caches pass what they
 * share.
 */
export class ByteCache<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private readonly order = new Recency<string>();
  private used = 0;
  private clears = 0;

  constructor(
    private readonly limit: number,
    private readonly budget: ByteBudget = SHARED_BUDGET,
  ) {}

  /** Another one after each `clear`. Whoever takes time to make a value notes it first, and gives it to `add`. */
  get epoch(): number {
    return this.clears;
  }

  find(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.order.touch(entry.own);
    if (entry.shared !== undefined) this.budget.touch(entry.shared);
    return entry.value;
  }

  /** Keeps a value of `size` bytes; not one that is larger than the whole cache, nor one that was begun in another epoch. */
  add(key: string, value: Value, size: number, epoch = this.clears): void {
    if (epoch !== this.clears) return;
    this.delete(key);
    if (size > Math.min(this.limit, this.budget.limit)) return;
    const drop = (): void => {
      this.delete(key);
    };
    const entry: Entry<Value> = {
      ...{ key, value, size, drop },
      own: this.order.add(key),
      shared: undefined,
    };
    this.entries.set(key, entry);
    this.used += size;
    while (this.used > this.limit) this.delete(this.order.oldest ?? key);
    entry.shared = this.budget.take(entry);
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.order.remove(entry.own);
    this.used -= entry.size;
    if (entry.shared !== undefined) this.budget.release(entry.shared);
  }

  clear(): void {
    for (const key of this.entries.keys()) this.delete(key);
    this.clears += 1;
  }
}
