/** An item's place among others. */
export interface Place<Item> {
  readonly item: Item;
  before: Place<Item> | undefined;
  after: Place<Item> | undefined;
}

/**
 * Items in the order in which they were used last. A use costs a few pointers: to take a key out of a Map and put it back takes
 * longer than most of what caches save.
 */
export class Recency<Item> {
  private first: Place<Item> | undefined;
  private last: Place<Item> | undefined;

  /** What was used longest ago. */
  get oldest(): Item | undefined {
    return this.first?.item;
  }

  add(item: Item): Place<Item> {
    const place: Place<Item> = { item, before: undefined, after: undefined };
    this.append(place);
    return place;
  }

  /** The item was used. */
  touch(place: Place<Item>): void {
    if (place === this.last) return;
    this.remove(place);
    this.append(place);
  }

  remove(place: Place<Item>): void {
    const { before, after } = place;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    place.before = undefined;
    place.after = undefined;
  }

  private append(place: Place<Item>): void {
    place.before = this.last;
    if (this.last === undefined) this.first = place;
    else this.last.after = place;
    this.last = place;
  }
}
