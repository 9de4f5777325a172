import type { SnapshotRow } from '../../store/catalog/rows.js';
import type { Unread } from '../../store/git/follow.js';
import type { GitObject } from '../../store/git/object.js';
import type { Mending } from './mending.js';

/** An object that is needed and cannot be read, with what is known of it. */
export interface Wanted extends Unread {
  /** The version whose bytes or commit it is. */
  readonly row: SnapshotRow | undefined;
}

/** An object that was found, and where. */
export interface Found {
  readonly object: GitObject;
  readonly how: string;
}

/** Looks for wanted objects in one way; each that is found is proven by its name. */
export type Source = (
  mending: Mending,
  wanted: ReadonlyMap<string, Wanted>,
) => AsyncIterable<Found>;
