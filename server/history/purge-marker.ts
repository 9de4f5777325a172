import { join } from 'node:path';

import * as z from 'zod';

import { CellarError, isErrno } from '../errors.js';
import { syncFolder, writeDurable } from '../store/disk/durable.js';
import { pruneObjects } from '../store/git/prune.js';
import type { Store } from '../store/store.js';
import { putState } from './purge-state.js';
import { walk } from './purge-walk.js';
import { addPurged, hashedTextSchema } from './secret-key.js';

/**
 * `state/purge.json`: a purge whose new objects are all durable, so that it is certain to be done. It is there until the last old
 * object is gone, and says nothing of what was purged.
 */
const markerSchema = z.object({
  format: z.literal(1),
  generation: z.number().int(),
  /** None once all are moved. */
  refs: z.array(z.object({ ref: z.string(), from: z.string(), to: z.string() })),
  /** What is not to be kept again, as state/purged.json has it. */
  texts: z.array(hashedTextSchema).default([]),
  /** Files of runs that go, by hash. */
  files: z.array(z.string()).default([]),
  /** Files of the operating state as they are without the texts. */
  state: z.array(z.object({ name: z.string(), content: z.string() })).default([]),
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

/** True while a purge is not finished, or cannot be known to be. */
export async function hasMarker(store: Store): Promise<boolean> {
  return (await findMarker(store)) !== undefined;
}

async function findMarker(store: Store): Promise<PurgeMarker | undefined> {
  let text: string;
  try {
    text = await store.disk.readFile(markerPath(store), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  return markerSchema.parse(JSON.parse(text));
}

/**
 * Moves the refs of a purge that was begun. "moved": the catalog must be built anew, clearMoved called, and finishPurge; "pruning":
 * finishPurge alone is left.
 */
export async function resumePurge(store: Store): Promise<'none' | 'moved' | 'pruning'> {
  if (store.readOnly) return 'none';
  const marker = await findMarker(store);
  if (marker === undefined) return 'none';
  if (marker.refs.length === 0) return 'pruning';
  // First of all, so that what comes from now on is without it.
  await addPurged(store, marker.texts);
  await putState(store, marker.state);
  for (const { ref, from, to } of marker.refs) {
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
  return 'moved';
}

/** Says in the marker that the refs are moved: from here on others may move them. */
export async function clearMoved(store: Store): Promise<void> {
  const marker = await findMarker(store);
  if (marker !== undefined) await writeMarker(store, { ...marker, refs: [], state: [] });
}

/** Removes every object that no ref leads to any more, and the files that go, then the marker: the purge is over. */
export async function finishPurge(store: Store): Promise<void> {
  const { repository, places, disk } = store;
  const { commits, trees, blobs } = await walk(repository, new AbortController().signal);
  const reachable = new Set([...commits.map(({ oid }) => oid), ...trees, ...blobs.keys()]);
  await pruneObjects(places.git, reachable, disk);
  for (const sha256 of (await findMarker(store))?.files ?? []) {
    await store.artifacts.remove(sha256, Infinity);
    const folder = join(places.artifacts, 'sha256', sha256.slice(0, 2), sha256.slice(2, 4));
    await syncFolder(folder, disk).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
  }
  await disk.rm(markerPath(store), { force: true });
  await syncFolder(places.state, disk);
}
