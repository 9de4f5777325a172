import * as z from 'zod';

import { CellarError } from '../errors.js';
import type { StoredFile } from '../store/artifacts/artifacts.js';
import type { Store } from '../store/store.js';
import { readTextAt } from './history.js';
import { formatStored } from './state.js';

const PATH = '.cellar/purged-files.json';
const purgedFilesSchema = z.object({
  format: z.literal(1),
  files: z.array(z.object({ sha256: z.string(), size: z.number().int() })),
});

/** The files that were purged, by hash, as main says: runs and their pointers still name them. */
export async function readPurgedFiles(store: Store): Promise<ReadonlyMap<string, StoredFile>> {
  const text = await readTextAt(store, PATH);
  const files = text === undefined ? [] : purgedFilesSchema.parse(JSON.parse(text)).files;
  return new Map(files.map((file) => [file.sha256, file]));
}

/** Those of the hashes whose files were purged and are not here; one that was handed in again since is no longer gone. */
export async function findPurged(
  store: Store,
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  if (hashes.length === 0) return gone;
  const purged = await readPurgedFiles(store);
  for (const sha256 of purged.size === 0 ? [] : new Set(hashes))
    if (purged.has(sha256) && (await store.artifacts.findSize(sha256)) === undefined)
      gone.add(sha256);
  return gone;
}

/** The error for a file that is not here: that it was purged, where it was. */
export async function toMissing(store: Store, sha256: string): Promise<CellarError> {
  if ((await findPurged(store, [sha256])).has(sha256))
    return new CellarError(
      'artifact_purged',
      `The file with SHA-256 ${sha256} held a secret, and "cellar purge --files" has deleted it. There is no way back.`,
    );
  return new CellarError('artifact_missing', `No file with SHA-256 ${sha256} is kept here.`);
}

/** What says so from the next commit on: those before, and more. */
export function purgedFilesFile(
  before: ReadonlyMap<string, StoredFile>,
  more: readonly StoredFile[],
): { readonly path: string; readonly content: Buffer } {
  const all = new Map([...before, ...more.map((file) => [file.sha256, file] as const)]);
  const files = [...all.values()].map(({ sha256, size }) => ({ sha256, size }));
  return { path: PATH, content: formatStored({ format: 1, files }) };
}
