import { readGeneration } from '../history/generation.js';
import { MAIN } from '../store/create.js';
import type { Store } from '../store/store.js';

/** To open a store anew takes a part of a second: for what is only new, this often at most. */
const EVERY_MS = 20_000;

/** What a store was when it was opened. */
export interface OpenedAt {
  /** How often it had been purged; undefined where that cannot be read. */
  readonly generation: number | undefined;
  /**
   * True once it is something else, where it is only read here: a while after its owner has kept more, and at once after a purge,
   * since what was removed is still in memory here.
   */
  isOutdated(): Promise<boolean>;
}

/** Takes note of what a store is that was opened just now. */
export async function noteOpened(store: Store, now: () => number = Date.now): Promise<OpenedAt> {
  const began = now();
  const readHead = (): Promise<string | undefined> =>
    store.repository.findRef(MAIN).catch(() => undefined);
  // A damaged store is opened all the same.
  const read = (): Promise<number | undefined> => readGeneration(store).catch(() => undefined);
  const [head, generation] = [await readHead(), await read()];
  return {
    generation,
    isOutdated: async () => {
      if (!store.readOnly || (await readHead()) === head) return false;
      return now() - began >= EVERY_MS || (await read()) !== generation;
    },
  };
}
