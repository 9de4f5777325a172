import type { Clock } from '../../../extension/capture/clock.js';

/** A clock that stands until it is told to go on; calls that are due run in order of time. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  #due: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  /** Lets time pass, and everything that waits on promises settle after each call. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
    await settle();
  }
}

/** Runs every promise callback that is ready. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
