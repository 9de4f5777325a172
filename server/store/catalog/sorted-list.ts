import { insertionPoint } from './order.js';

/** Beyond so many new items one sort is cheaper than finding each its place. */
const MANY = 32;

/** Items in order, distinct under `compare`. Adding is cheap in any order, thousands at once too: it sorts when it is read. */
export class SortedList<Item> {
  private readonly sorted: Item[] = [];
  private fresh: Item[] = [];

  constructor(private readonly compare: (a: Item, b: Item) => number) {}

  /** Adds an item that is not in the list. */
  add(item: Item): void {
    const last = this.sorted.at(-1);
    const isNext = this.fresh.length === 0;
    if (isNext && (last === undefined || this.compare(last, item) < 0)) this.sorted.push(item);
    else this.fresh.push(item);
  }

  /** Takes out the item that is equal under `compare`, if there is one. */
  delete(item: Item): void {
    const items = this.items;
    const at = insertionPoint(items, item, this.compare);
    const found = items[at];
    if (found !== undefined && this.compare(found, item) === 0) this.sorted.splice(at, 1);
  }

  /** In order; the list itself, which later changes change. */
  get items(): readonly Item[] {
    if (this.fresh.length > MANY) {
      for (const item of this.fresh) this.sorted.push(item);
      this.sorted.sort(this.compare);
    } else
      for (const item of this.fresh)
        this.sorted.splice(insertionPoint(this.sorted, item, this.compare), 0, item);
    if (this.fresh.length > 0) this.fresh = [];
    return this.sorted;
  }

  clear(): void {
    this.sorted.length = 0;
    this.fresh = [];
  }
}
