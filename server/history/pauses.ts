import { setImmediate } from 'node:timers/promises';

/** Others wait no longer than this for their turn, in milliseconds, apart from what one step takes. */
const MOST_MS = 15;

/** Lets others have their turn in long work whose steps are answered from memory: awaiting those alone lets nobody in. */
export class Pauses {
  private last = performance.now();

  /** To be awaited between two steps. */
  async take(): Promise<void> {
    if (performance.now() - this.last < MOST_MS) return;
    await setImmediate();
    this.last = performance.now();
  }
}
