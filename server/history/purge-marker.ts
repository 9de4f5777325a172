import { join } from 'node:path';

import * as z from 'zod';

import { CellarError, isErrno } from '../errors.js';
import { syncFolder, writeDurable } from '../store/disk/durable.js';
import { pruneObjects } from '../store/git/prune.js';
import type { Store } from '../store/store.js';
import { walk } from './purge-walk.js';

/**
 * `state/purge.json`: a purge whose new objects are all durable, so that it is certain to be done. It is there until the last old
 * object is gone, and says nothing of what was purged.
 */
const markerSchema = z.object({
  format: z.literal(1),
  generation: z.number().int(),
  refs: z.array(z.object({ ref: z.string(), from: z.string(), to: z.string() })),
});
export type PurgeMarker = z.infer<typeof markerSchema>;

function markerPath({ places }: Store): string {
  return join(places.state, 'purge.json');
}

/** From here on the purge is done, whatever happens. */
export async function writeMarker(store: Store, marker: PurgeMarker): Promise<void> {
  const content = `${JSON.stringify(marker, undefined, 1)}\n`;
  await writeDurable(markerPath(store), content, 0o600, store.disk);
}

/** Moves the refs of a purge that was begun. True when there is one: the catalog must be built anew, and finishPurge called. */
export async function resumePurge(store: Store): Promise<boolean> {
  if (store.readOnly) return false;
  let text: string;
  try {
    text = await store.disk.readFile(markerPath(store), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
  const { refs } = markerSchema.parse(JSON.parse(text));
  for (const { ref, from, to } of refs) {
    if ((await store.repository.findRef(ref)) === to) continue;
    if (await store.repository.replaceRef(ref, from, to)) continue;
    store.report(
      new CellarError(
        'store_busy',
        `${ref} in ${store.places.git} was moved by another program during a purge, and may hold what was to go. Run "cellar purge" again.`,
        { path: store.places.git },
      ),
    );
  }
  return true;
}

/** Removes every object that no ref leads to any more, then the marker: the purge is over. */
export async function finishPurge(store: Store): Promise<void> {
  const { repository, places, disk } = store;
  const { commits, trees, blobs } = await walk(repository, new AbortController().signal);
  const reachable = new Set([...commits.map(({ oid }) => oid), ...trees, ...blobs.keys()]);
  await pruneObjects(places.git, reachable, disk);
  await disk.rm(markerPath(store), { force: true });
  await syncFolder(places.state, disk);
}
