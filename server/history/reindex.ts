import type { Progress } from '../../contract/progress.js';
import { catchUp } from './catch-up.js';
import type { History } from './history.js';
import { sealPending } from './seal.js';

/** Builds the catalog anew from git and the journal; returns how many commits were read. */
export async function reindex(
  history: History,
  report?: (progress: Progress) => void,
): Promise<number> {
  const options = { fresh: true, ...(report === undefined ? {} : { report }) };
  await sealPending(history);
  return history.store.exclusively(() => catchUp(history, options));
}
