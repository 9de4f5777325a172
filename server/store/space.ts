import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Store } from './store.js';

/** What a store takes on the disk, in bytes. */
export interface UsedSpace {
  readonly history: number;
  readonly artifacts: number;
  readonly artifactCount: number;
}

const FRESH_MS = 60_000;

/** Measures a store's space, at most once a minute: a store of years has very many files. */
export function createSpaceMeter(store: Store): () => Promise<UsedSpace> {
  let last: { at: number; space: Promise<UsedSpace> } | undefined;
  return () => {
    const now = store.now();
    if (last === undefined || Math.abs(now - last.at) > FRESH_MS)
      last = { at: now, space: measure(store) };
    return last.space;
  };
}

async function measure(store: Store): Promise<UsedSpace> {
  const { count, bytes } = await store.artifacts.measure();
  const history = await measureTree(join(store.places.git, 'objects'));
  return { history, artifacts: bytes, artifactCount: count };
}

async function measureTree(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await measureTree(path);
    // Git may pack or sweep a file between the listing and the look.
    else
      bytes += await stat(path).then(
        (facts) => facts.size,
        () => 0,
      );
  }
  return bytes;
}
