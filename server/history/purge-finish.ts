import { CellarError, toStorageError } from '../errors.js';
import { catchUp } from './catch-up.js';
import { readGeneration } from './generation.js';
import type { History } from './history.js';
import { clearMoved, finishPurge, hasMarker, resumePurge } from './purge-marker.js';
import type { UpkeepJob } from './upkeep.js';

/**
 * Does what is left of a purge whose marker is written: moves the refs, builds the catalog anew, and takes the old objects away. Done
 * again it does the rest. What fails is thrown, and is done before the next write: nothing is written on what is to go.
 */
export async function completePurge(history: History): Promise<void> {
  const { store } = history;
  try {
    await moveToPurged(history);
  } catch (error) {
    store.finishFirst(() => moveToPurged(history));
    throw error;
  }
  await finishPurge(store);
}

async function moveToPurged(history: History): Promise<void> {
  const { store } = history;
  try {
    if ((await resumePurge(store)) !== 'moved') return;
    history.secrets.refresh();
    await catchUp(history, { fresh: true });
    await store.catalog.flush();
    await clearMoved(store);
  } finally {
    // Whatever of it could not be done: what is in memory holds the text.
    store.memory.forget();
  }
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30 * 60 * 1000;

/** Goes on with a purge that has failed behind its marker, as by a full disk, until it is done: at longer and longer intervals. */
export function finishPurgeJob(
  history: History,
  options: { readonly now?: () => number; readonly done?: (generation: number) => void } = {},
): UpkeepJob {
  const { store } = history;
  const now = options.now ?? (() => performance.now());
  let [wait, next] = [FIRST_WAIT_MS, 0];
  return {
    name: 'purge',
    every: FIRST_WAIT_MS,
    isDue: async () => now() >= next && (await hasMarker(store)),
    run: async () => {
      try {
        await store.exclusively(async () => {
          if (await hasMarker(store)) await completePurge(history);
        });
        wait = FIRST_WAIT_MS;
        options.done?.(await readGeneration(store));
      } catch (error) {
        next = now() + wait;
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
        throw error;
      }
    },
  };
}

/** The failure of a purge that has begun, as whoever asked for it is told. */
export function toUnfinished(error: unknown, path: string): Error {
  const reason = toStorageError(error, path);
  const words = reason instanceof Error ? reason.message : String(reason);
  const message = `The purge is certain, but not finished yet: ${words} It goes on by itself, at the latest when the store is opened again.`;
  if (!(reason instanceof CellarError)) return new Error(message, { cause: reason });
  return new CellarError(reason.code, message, { path }, { cause: reason });
}
