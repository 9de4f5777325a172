import { compareNumbers } from './order.js';
import type { EntryRow } from './rows.js';

/** Entries by id, by kind, and by name within their kind. */
export class EntryTable {
  private readonly byId = new Map<string, EntryRow>();
  private readonly kinds = new Map<string, Map<string, EntryRow>>();
  private readonly names = new Map<string, string>();

  find(id: string): EntryRow | undefined {
    return this.byId.get(id);
  }

  findNamed(kind: string, name: string): EntryRow | undefined {
    return this.byId.get(this.names.get(toKey(kind, name)) ?? '');
  }

  /** Those of a kind, by number. */
  ofKind(kind: string): readonly EntryRow[] {
    return [...(this.kinds.get(kind)?.values() ?? [])].sort(compareNumbers);
  }

  all(): EntryRow[] {
    return [...this.byId.values()];
  }

  /** An older state than the one that is there changes nothing: false. */
  put(row: EntryRow): boolean {
    const old = this.byId.get(row.id);
    if (old !== undefined && old.number > row.number) return false;
    this.delete(row.id);
    this.byId.set(row.id, row);
    const kind = this.kinds.get(row.kind) ?? new Map<string, EntryRow>();
    this.kinds.set(row.kind, kind.set(row.id, row));
    if (row.name !== null) this.names.set(toKey(row.kind, row.name), row.id);
    return true;
  }

  delete(id: string): void {
    const old = this.byId.get(id);
    if (old === undefined) return;
    this.byId.delete(id);
    this.kinds.get(old.kind)?.delete(id);
    if (old.name === null) return;
    const key = toKey(old.kind, old.name);
    if (this.names.get(key) === id) this.names.delete(key);
  }
}

function toKey(kind: string, name: string): string {
  return JSON.stringify([kind, name]);
}
