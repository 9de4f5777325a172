import type { External } from '../external/external.js';
import type { UpkeepJob } from '../history/upkeep.js';

const EVERY_MS = 5_000;

/** Asks registries elsewhere what has changed there, each as often as is set for it. */
export function followJob(external: External, isReadOnly: () => boolean): UpkeepJob {
  return {
    name: 'follow',
    long: true,
    every: EVERY_MS,
    isDue: () => !isReadOnly(),
    run: (signal) => external.lookDue(signal),
  };
}
