import type { History } from '../history/history.js';
import type { UpkeepJob } from '../history/upkeep.js';

const IDLE_MS = 60_000;
/** In a workspace that is never idle. */
const BUSY_MS = 60 * 60_000;
/** About 250 snapshots. */
const MANY_LOOSE = 2_000;
const MANY_PACKS = 20;
/** A disk that is full, a damaged object, or many objects that nothing leads to are no better a minute later. */
const FRUITLESS_MS = 6 * 60 * 60_000;

/** Puts a store's many loose objects, or many small packs, together. `now` are milliseconds that only go on. */
export function repackJob(
  { store: { repository } }: Pick<History, 'store'>,
  now: () => number = () => performance.now(),
): UpkeepJob {
  let fruitless = Number.NEGATIVE_INFINITY;
  const isMuch = async (): Promise<boolean> => {
    const { loose, packs } = await repository.counts();
    return loose >= MANY_LOOSE || packs >= MANY_PACKS;
  };
  return {
    name: 'repack',
    long: true,
    idle: IDLE_MS,
    every: BUSY_MS,
    isDue: async () => now() - fruitless >= FRUITLESS_MS && (await isMuch()),
    run: async (signal) => {
      const started = now();
      try {
        await repository.pack(signal);
        if (await isMuch()) fruitless = started;
      } catch (error) {
        fruitless = started;
        throw error;
      }
    },
  };
}
