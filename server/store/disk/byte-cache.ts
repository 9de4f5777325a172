/** Values by key, the least recently used dropped once their sizes together pass `limit` bytes. */
export class ByteCache<Value> {
  private readonly entries = new Map<string, { value: Value; size: number }>();
  private used = 0;

  constructor(private readonly limit: number) {}

  find(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value of `size` bytes; one that is larger than the whole cache is not kept. */
  add(key: string, value: Value, size: number): void {
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
  }
}
