import type { History } from '../history/history.js';
import { sealPending } from '../history/seal.js';
import type { UpkeepJob } from '../history/upkeep.js';

const IDLE_MS = 5_000;
const EVERY_MS = 60_000;

/** Puts what only the journal holds into git: once the workspace is quiet, and each minute in one that never is. */
export function sealJob(history: History): UpkeepJob {
  return {
    name: 'seal',
    idle: IDLE_MS,
    every: EVERY_MS,
    run: async () => {
      await sealPending(history);
    },
  };
}
