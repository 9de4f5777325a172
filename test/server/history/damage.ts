import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { History } from '../../../server/history/history.js';
import { looseObjectPath } from '../../../server/store/git/loose.js';

/** The file of a loose object. */
export function fileOf({ store }: History, oid: string): string {
  return looseObjectPath(join(store.places.git, 'objects'), oid);
}

/** Changes the bytes of a file, which may be one that is not to be written. */
export function spoil(path: string, change: (bytes: Buffer) => Buffer | string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, change(readFileSync(path)));
}

/** Flips one bit of a byte; by default of the last but three, which in a deflated object is a part of its checksum. */
export function flip(path: string, at = -4): void {
  spoil(path, (bytes) => {
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    return bytes;
  });
}

/** Puts nonsense in the place of a file, from which nothing can be had back. */
export function ruin(path: string): void {
  spoil(path, () => 'ruined');
}
