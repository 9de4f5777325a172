import * as z from 'zod';

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

/** What says so from the next commit on: those before, and more. */
export function purgedFilesFile(
  before: ReadonlyMap<string, StoredFile>,
  more: readonly StoredFile[],
): { readonly path: string; readonly content: Buffer } {
  const all = new Map([...before, ...more.map((file) => [file.sha256, file] as const)]);
  const files = [...all.values()].map(({ sha256, size }) => ({ sha256, size }));
  return { path: PATH, content: formatStored({ format: 1, files }) };
}
