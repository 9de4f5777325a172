import { CellarError } from '../errors.js';
import type { JournalRecord } from '../store/journal/journal.js';
import type { History } from './history.js';
import { sealSoon } from './seal.js';

/** Beyond this many bytes of records that git does not have yet, they are sealed at once. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Beyond this many, when sealing fails or lags far behind, no more are taken: they are all held in memory. */
const FULL_BYTES = 64 * 1024 * 1024;

/**
 * Keeps a fact and shows it in the catalog; durable when it resolves. It waits for no snapshot and no seal. Throws what the recorder
 * of its kind throws for the data, store_busy while too much waits to be sealed, and what the disk refuses.
 */
export async function record(
  history: History,
  kind: string,
  data: unknown,
): Promise<JournalRecord> {
  const { store } = history;
  const recorder = history.recorders.find((each) => each.kind === kind);
  if (recorder === undefined) throw new RangeError(`nobody records ${kind}`);
  if (store.journal.pendingBytes() > FULL_BYTES)
    throw new CellarError(
      'store_busy',
      `${store.places.journal} holds more than ${FULL_BYTES} bytes that are not in git yet. Try again soon.`,
      { path: store.places.journal },
    );
  // What its own recorder cannot read must not come to be kept.
  await recorder.toRows(store, { number: store.lastNumber() + 1, kind, time: store.now(), data });
  // Number and place in the journal are taken in one go, so that the order of numbers is that of the lines.
  const entry = { number: store.nextNumber(), kind, time: store.now(), data };
  await store.journal.append([entry]);
  // Of two records of one run neither may start from the row that the other is about to change.
  await store.catalog.inTurn(async (apply) => apply(await recorder.toRows(store, entry)));
  if (store.journal.pendingBytes() > MOST_BYTES) sealSoon(history);
  return entry;
}
