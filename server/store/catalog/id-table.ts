import { compareText, insertionPoint } from './order.js';
import { SortedList } from './sorted-list.js';

/** Rows by id, and by its prefixes. */
export class IdTable<Row extends { readonly id: string }> {
  private readonly byId = new Map<string, Row>();
  private readonly ids = new SortedList<string>(compareText);

  get size(): number {
    return this.byId.size;
  }

  find(id: string): Row | undefined {
    return this.byId.get(id);
  }

  all(): Row[] {
    return [...this.byId.values()];
  }

  /** At most two, in the order of ids. */
  findByPrefix(prefix: string): readonly Row[] {
    const { items } = this.ids;
    const found: Row[] = [];
    for (let at = insertionPoint(items, prefix, compareText); found.length < 2; at += 1) {
      const id = items[at];
      const row = id?.startsWith(prefix) === true ? this.byId.get(id) : undefined;
      if (row === undefined) break;
      found.push(row);
    }
    return found;
  }

  put(row: Row): void {
    if (!this.byId.has(row.id)) this.ids.add(row.id);
    this.byId.set(row.id, row);
  }

  delete(id: string): void {
    if (this.byId.delete(id)) this.ids.delete(id);
  }
}
