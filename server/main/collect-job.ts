import { DEFAULT_GRACE_DAYS, DEFAULT_RETENTION } from '../../contract/retention.js';
import { collect } from '../history/gc.js';
import type { History } from '../history/history.js';
import type { UpkeepJob } from '../history/upkeep.js';
import type { OperatingState } from '../store/operating.js';

const IDLE_MS = 60_000;
const LOOK_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Frees once a day what nothing needs any more. When it did so last is noted in the operating state, since many servers live
 * for hours; a clock that went back makes it due.
 */
export function collectJob(
  history: History,
  operating: OperatingState,
  collected: () => void,
): UpkeepJob {
  const { store } = history;
  return {
    name: 'gc',
    long: true,
    idle: IDLE_MS,
    every: LOOK_MS,
    isDue: async () => Math.abs(store.now() - ((await operating.readCollected()) ?? 0)) >= DAY_MS,
    run: async (signal) => {
      const { retention = DEFAULT_RETENTION, artifactGrace = DEFAULT_GRACE_DAYS } =
        await operating.readSettings();
      const done = await collect(history, {
        retention,
        grace: artifactGrace,
        dryRun: false,
        signal,
      });
      await operating.writeCollected(store.now());
      if (done.snapshots.count > 0) collected();
    },
  };
}
