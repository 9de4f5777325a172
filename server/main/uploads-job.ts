import type { UpkeepJob } from '../history/upkeep.js';
import type { Store } from '../store/store.js';

const EVERY_MS = 60 * 60_000;

/** Takes away what was sent in parts by clients that never came back. */
export function uploadsJob({ uploads }: Store): UpkeepJob {
  return { name: 'uploads', every: EVERY_MS, run: () => uploads.sweep() };
}
