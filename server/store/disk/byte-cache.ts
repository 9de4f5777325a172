/** Values by key, the least recently used dropped once their sizes together pass `limit` bytes. */
export class ByteCache<Value> {
  private readonly entries = new Map<string, { value: Value; size: number }>();
  private used = 0;
  private clears = 0;

  constructor(private readonly limit: number) {}

  /** Another one after each `clear`. Whoever takes time to make a value notes it first, and gives it to `add`. */
  get epoch(): number {
    return this.clears;
  }

  find(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value of `size` bytes; not one that is larger than the whole cache, nor one that was begun in another epoch. */
  add(key: string, value: Value, size: number, epoch = this.clears): void {
    if (epoch !== this.clears) return;
    this.delete(key);
    if (size > this.limit) return;
    this.entries.set(key, { value, size });
    this.used += size;
    for (const [oldest] of this.entries) {
      if (this.used <= this.limit) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.used -= entry.size;
  }

  clear(): void {
    this.entries.clear();
    this.used = 0;
    this.clears += 1;
  }
}
