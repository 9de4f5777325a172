/** What a cache holds, as its budget knows it. */
export interface Held {
  /** In bytes. */
  readonly size: number;
  /** Takes it out of its cache, without telling the budget. */
  drop(): void;
}

/** Bytes that caches share: once they hold more together, what was used longest ago goes, whichever of them has it. */
export class ByteBudget {
  /** What was used last comes last. */
  private readonly held = new Set<Held>();
  private bytes = 0;

  constructor(readonly limit: number) {}

  /** What the caches hold together. */
  get used(): number {
    return this.bytes;
  }

  take(held: Held): void {
    this.held.add(held);
    this.bytes += held.size;
    for (const oldest of this.held) {
      if (this.bytes <= this.limit) break;
      this.release(oldest);
      oldest.drop();
    }
  }

  /** It was used. */
  touch(held: Held): void {
    if (this.held.delete(held)) this.held.add(held);
  }

  release(held: Held): void {
    if (this.held.delete(held)) this.bytes -= held.size;
  }
}

/** Of all caches of the process, so that a server stays far below 400 MB with all else that it holds, however many caches there are. */
export const SHARED_BUDGET = new ByteBudget(128 * 1024 * 1024);
