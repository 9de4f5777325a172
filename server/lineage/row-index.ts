interface Row {
  readonly id: string;
}

/** In which relation a row stands to something, e.g. "read", and the id of that. */
export type Key<Relation extends string> = readonly [relation: Relation, id: string];

/**
 * Rows by id, and by what they stand in relation to. It follows the catalog by looking which rows are other objects than before, so that
 * a change of one among many costs little.
 */
export class RowIndex<Kept extends Row, Relation extends string> {
  private readonly byId = new Map<string, Kept>();
  /** Most keys have one row, which then stands without a set. */
  private readonly byKey = new Map<Relation, Map<string, string | Set<string>>>();

  constructor(private readonly keysOf: (row: Kept) => Iterable<Key<Relation>>) {}

  find(id: string): Kept | undefined {
    return this.byId.get(id);
  }

  ids(): Iterable<string> {
    return this.byId.keys();
  }

  all(): Iterable<Kept> {
    return this.byId.values();
  }

  /** What rows stand in a relation to. */
  keys(relation: Relation): Iterable<string> {
    return this.byKey.get(relation)?.keys() ?? [];
  }

  /** The rows that stand in a relation to something. */
  get(relation: Relation, id: string): readonly Kept[] {
    const ids = this.byKey.get(relation)?.get(id);
    if (ids === undefined) return [];
    if (typeof ids !== 'string') return [...ids].flatMap((each) => this.byId.get(each) ?? []);
    const row = this.byId.get(ids);
    return row === undefined ? [] : [row];
  }

  /** Takes these rows, each id once, in the place of those before. */
  follow(rows: readonly Kept[]): void {
    for (const row of rows) {
      const old = this.byId.get(row.id);
      if (old === row) continue;
      if (old !== undefined) this.forget(old);
      this.byId.set(row.id, row);
      for (const key of this.keysOf(row)) this.add(key, row.id);
    }
    if (this.byId.size === rows.length) return;
    const here = new Set(rows.map(({ id }) => id));
    for (const row of [...this.byId.values()]) if (!here.has(row.id)) this.forget(row);
  }

  private add([relation, id]: Key<Relation>, row: string): void {
    const keys = this.byKey.get(relation) ?? new Map<string, string | Set<string>>();
    this.byKey.set(relation, keys);
    const ids = keys.get(id);
    if (ids === undefined) keys.set(id, row);
    else if (typeof ids !== 'string') ids.add(row);
    else if (ids !== row) keys.set(id, new Set([ids, row]));
  }

  private forget(row: Kept): void {
    this.byId.delete(row.id);
    for (const [relation, id] of this.keysOf(row)) {
      const keys = this.byKey.get(relation);
      const ids = keys?.get(id);
      if (typeof ids === 'object') ids.delete(row.id);
      if (ids === row.id || (typeof ids === 'object' && ids.size === 0)) keys?.delete(id);
    }
  }
}
