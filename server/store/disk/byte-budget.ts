import { Recency, type Place } from './recency.js';

/** What a cache holds, as its budget knows it. */
export interface Held {
  /** In bytes. */
  readonly size: number;
  /** Takes it out of its cache and out of the budget. */
  drop(): void;
}

/** Bytes that caches share: once they hold more together, what was used longest ago goes, whichever of them has it. */
export class ByteBudget {
  private readonly order = new Recency<Held>();
  private bytes = 0;

  constructor(readonly limit: number) {}

  /** What the caches hold together. */
  get used(): number {
    return this.bytes;
  }

  take(held: Held): Place<Held> {
    const place = this.order.add(held);
    this.bytes += held.size;
    while (this.bytes > this.limit) this.order.oldest?.drop();
    return place;
  }

  /** It was used. */
  touch(place: Place<Held>): void {
    this.order.touch(place);
  }

  release(place: Place<Held>): void {
    this.order.remove(place);
    this.bytes -= place.item.size;
  }
}

/** Of all caches of the process, so that a server stays far below 400 MB with all else that it holds, however many caches there are. */
export const SHARED_BUDGET = new ByteBudget(64 * 1024 * 1024);
