import { IdTable } from './id-table.js';
import { compareVersions } from './order.js';
import type { SnapshotRow } from './rows.js';
import { SortedList } from './sorted-list.js';

/** Snapshots by id and its prefixes, by notebook, and by the key they were asked for with. */
export class SnapshotTable {
  private readonly byId = new IdTable<SnapshotRow>();
  private readonly keys = new Map<string, string>();
  private readonly histories = new Map<string, SortedList<SnapshotRow>>();

  get size(): number {
    return this.byId.size;
  }

  find(id: string): SnapshotRow | undefined {
    return this.byId.find(id);
  }

  all(): SnapshotRow[] {
    return this.byId.all();
  }

  /** At most two, in the order of ids. */
  findByPrefix(prefix: string): readonly SnapshotRow[] {
    return this.byId.findByPrefix(prefix);
  }

  findByKey(key: string): SnapshotRow | undefined {
    return this.byId.find(this.keys.get(key) ?? '');
  }

  /** Oldest first. */
  history(notebook: string): readonly SnapshotRow[] {
    return this.histories.get(notebook)?.items ?? [];
  }

  /** False when the row that is there stays: a snapshot that came to main is never taken for an automatic one again. */
  put(row: SnapshotRow): boolean {
    const old = this.byId.find(row.id);
    if (old?.line === 'main' && row.line === 'auto') return false;
    if (old !== undefined) this.forget(old);
    this.byId.put(row);
    if (row.key !== null) this.keys.set(row.key, row.id);
    let history = this.histories.get(row.notebook);
    if (history === undefined) {
      history = new SortedList<SnapshotRow>(compareVersions);
      this.histories.set(row.notebook, history);
    }
    history.add(row);
    return true;
  }

  delete(id: string): void {
    const old = this.byId.find(id);
    if (old === undefined) return;
    this.forget(old);
    this.byId.delete(id);
  }

  private forget(row: SnapshotRow): void {
    this.histories.get(row.notebook)?.delete(row);
    if (row.key !== null && this.keys.get(row.key) === row.id) this.keys.delete(row.key);
  }
}
