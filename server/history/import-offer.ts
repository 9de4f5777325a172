import type { ImportOffer } from '../../contract/import.js';
import { logNotebooks } from '../checkout/notebook-log.js';
import { findSource } from '../checkout/source.js';
import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { importKey, mapPaths, toImportPath } from './import-paths.js';
import { findImport } from './importing.js';

/** Counting ends after so many commits, or milliseconds: it is asked for while a person waits for a page. */
const MOST = { commits: 2_000, time: 5_000 };

export interface OfferOptions {
  /** False for a notebook of the workspace that is not to be kept. */
  readonly wants: (path: string) => Promise<boolean>;
  /** The commit up to which a repository was brought in whole, some time. */
  readonly findImported: (repository: string) => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/**
 * Counts the commits around the workspace that touched a notebook and were not brought in; what an import has passed over is not
 * offered again. Nothing to offer is no failure.
 */
export async function offerImport(
  store: Store,
  { wants, findImported, signal }: OfferOptions,
): Promise<ImportOffer> {
  const none = { repository: null, commits: 0, notebooks: 0, more: false, running: null };
  const running = findImport(store);
  if (running !== undefined) return { ...none, running };
  const source = await findSource(store.places.root).catch(passOver);
  if (source?.top === undefined || source.head === undefined) return none;
  const map = mapPaths(await store.disk.realpath(store.places.root), source.top);
  const time = AbortSignal.timeout(MOST.time);
  const paths = new Set<string>();
  let [read, commits, more] = [0, 0, false];
  try {
    for await (const { commit, changes } of logNotebooks(source.folder, {
      head: source.head,
      after: await findImported(source.top),
      below: map.below,
      most: MOST.commits,
      signal: AbortSignal.any([signal, time]),
    })) {
      read += 1;
      const fresh: string[] = [];
      for (const { kind, path } of changes) {
        const mapped = toImportPath(map, path);
        if (kind === 'deleted' || mapped === undefined || !('path' in mapped)) continue;
        if ((await store.catalog.findSnapshotByKey(importKey(commit, path))) !== undefined)
          continue;
        if (await wants(mapped.path)) fresh.push(mapped.path);
      }
      for (const path of fresh) paths.add(path);
      if (fresh.length > 0) commits += 1;
    }
    more = read >= MOST.commits;
  } catch (error) {
    if (!time.aborted || signal.aborted) throw error;
    more = true;
  }
  return { repository: source.top, commits, notebooks: paths.size, more, running: null };
}

/** Without git, or in a repository that git does not trust, there is nothing to offer. */
function passOver(error: unknown): undefined {
  if (error instanceof CellarError) return undefined;
  throw error;
}
