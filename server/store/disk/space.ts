import { join } from 'node:path';

import type { Disk } from './disk.js';
import type { Store } from '../store.js';

/** What a store takes on the disk, in bytes. */
export interface UsedSpace {
  readonly history: number;
  readonly artifacts: number;
  readonly artifactCount: number;
}

/** A measure is trusted for this many times as long as it took: a store of years has very many files. */
const TRUST = 50;
const LEAST_MS = 1_000;

/** Measures a store's space; asked again soon it answers as before, so that measuring takes a fiftieth of the time at most. */
export function createSpaceMeter(store: Store): () => Promise<UsedSpace> {
  let until = -Infinity;
  let last: Promise<UsedSpace> | undefined;
  return () => {
    if (last !== undefined && performance.now() < until) return last;
    const start = performance.now();
    // While it runs, whoever asks waits for the same one.
    until = Infinity;
    last = measure(store).finally(() => {
      const end = performance.now();
      until = end + Math.max(LEAST_MS, TRUST * (end - start));
    });
    return last;
  };
}

async function measure(store: Store): Promise<UsedSpace> {
  const { count, bytes } = await store.artifacts.measure();
  const history = await measureTree(join(store.places.git, 'objects'), store.disk);
  return { history, artifacts: bytes, artifactCount: count };
}

async function measureTree(folder: string, disk: Disk): Promise<number> {
  let bytes = 0;
  for (const entry of await disk.readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await measureTree(path, disk);
    // Git may pack or sweep a file between the listing and the look.
    else
      bytes += await disk.stat(path).then(
        (facts) => facts.size,
        () => 0,
      );
  }
  return bytes;
}
