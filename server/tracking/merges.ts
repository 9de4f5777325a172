import { createHash } from 'node:crypto';

import { findConflict } from '../checkout/conflict.js';
import { findConflictLabels } from '../checkout/labels.js';
import { toWorkspacePath } from '../store/disk/names.js';
import type { Store } from '../store/store.js';
import type { MergeFacts, MergeInput } from '../work/merge-task.js';
import { hashContent } from './content-hash.js';

/** A merge that waits for a person. */
export interface FoundMerge {
  readonly input: MergeInput;
  readonly facts: MergeFacts;
}

/** Where a notebook that may wait for a merge is. */
export interface MergedFile {
  /** Absolute; what git is asked from. */
  readonly folder: string;
  /** Relative to the folder, with "/". */
  readonly path: string;
  /** Its bytes; undefined where there is no file. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

/** The merge that a notebook of the workspace waits for, as findMergeOf finds it. */
export function findMerge(store: Store, asked: string): Promise<FoundMerge | undefined> {
  const path = toWorkspacePath(asked);
  return findMergeOf({ folder: store.places.root, path, read: () => store.files.find(path) });
}

/**
 * The merge that a file waits for: one that git's index has three sides of, else a file with git's markers. Undefined where it waits
 * for none; also where a side deleted the file, which is no matter of its cells.
 */
export async function findMergeOf({
  folder,
  path,
  read,
}: MergedFile): Promise<FoundMerge | undefined> {
  const file = await read();
  const conflict = await findConflict(folder, path);
  // The index knows the base, which markers seldom tell.
  if (conflict?.local !== undefined && conflict.remote !== undefined) {
    const { base, local, remote } = conflict;
    return {
      input: { kind: 'sides', path, base, local, remote },
      facts: {
        path,
        origin: 'index',
        labels: onlyKnown(await findConflictLabels(folder)),
        fingerprint: await fingerprintOf([file, base, local, remote]),
      },
    };
  }
  if (file === undefined || !mayHoldMarkers(file)) return undefined;
  return {
    input: { kind: 'markers', path, file },
    facts: { path, origin: 'markers', labels: {}, fingerprint: await fingerprintOf([file]) },
  };
}

/** Names texts: another one for any that changes, comes or goes. */
export async function fingerprintOf(texts: readonly (Uint8Array | undefined)[]): Promise<string> {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text === undefined ? '-' : `+${await hashContent(text)}`);
  return hash.digest('hex');
}

/** True where every kind of marker begins a line; those within a cell's source stand after a quotation mark. */
function mayHoldMarkers(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = (marker: string): boolean =>
    file.includes(`\n${marker}`) || file.subarray(0, marker.length).toString('latin1') === marker;
  return ['<<<<<<<', '=======', '>>>>>>>'].every(begins);
}

/** Labels without those that git does not know. */
export function onlyKnown(labels: {
  readonly local?: string | undefined;
  readonly remote?: string | undefined;
}): MergeFacts['labels'] {
  const { local, remote } = labels;
  return {
    ...(local === undefined ? {} : { local }),
    ...(remote === undefined ? {} : { remote }),
  };
}
