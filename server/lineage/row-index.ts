interface Row {
  readonly id: string;
}

/**
 * Rows by id, and by keys that are worked out from them. It follows the catalog by looking which rows are other objects than before, so
 * that a change of one among many costs little.
 */
export class RowIndex<Kept extends Row> {
  private readonly byId = new Map<string, Kept>();
  private readonly byKey = new Map<string, Set<string>>();

  constructor(private readonly keysOf: (row: Kept) => Iterable<string>) {}

  find(id: string): Kept | undefined {
    return this.byId.get(id);
  }

  ids(): Iterable<string> {
    return this.byId.keys();
  }

  all(): Iterable<Kept> {
    return this.byId.values();
  }

  /** The rows with a key. */
  get(key: string): readonly Kept[] {
    return [...(this.byKey.get(key) ?? [])].flatMap((id) => this.byId.get(id) ?? []);
  }

  /** Takes these rows, each id once, in the place of those before. */
  follow(rows: readonly Kept[]): void {
    for (const row of rows) {
      const old = this.byId.get(row.id);
      if (old === row) continue;
      if (old !== undefined) this.forget(old);
      this.byId.set(row.id, row);
      for (const key of this.keysOf(row)) {
        const ids = this.byKey.get(key) ?? new Set();
        this.byKey.set(key, ids.add(row.id));
      }
    }
    if (this.byId.size === rows.length) return;
    const here = new Set(rows.map(({ id }) => id));
    for (const row of [...this.byId.values()]) if (!here.has(row.id)) this.forget(row);
  }

  private forget(row: Kept): void {
    this.byId.delete(row.id);
    for (const key of this.keysOf(row)) {
      const ids = this.byKey.get(key);
      ids?.delete(row.id);
      if (ids?.size === 0) this.byKey.delete(key);
    }
  }
}
