import type { CatalogPosition } from '../store/catalog/rows.js';

/** No ref's name starts with it. */
const KEY = 'passed-over/';

/** A commit that the catalog has passed over, since it could not be read, and the ref that led to it. */
export interface PassedOver {
  readonly commit: string;
  readonly ref: string;
}

/**
 * A position that says of a commit that it was passed over. It is part of the position, so that a catalog never goes past a commit
 * without its rows and forgets it: what those rows would say is unknown until it can be read.
 */
export function passOver(position: CatalogPosition, { commit, ref }: PassedOver): CatalogPosition {
  return { ...position, [`${KEY}${commit}`]: ref };
}

/** The commits that a position has passed over. */
export function listPassedOver(position: CatalogPosition): readonly PassedOver[] {
  return Object.entries(position).flatMap(([key, ref]) =>
    key.startsWith(KEY) ? [{ commit: key.slice(KEY.length), ref }] : [],
  );
}

/** The refs that a position names. */
export function refsOf(position: CatalogPosition): readonly string[] {
  return Object.keys(position).filter((key) => !key.startsWith(KEY));
}

/** A position without these refs, and without what was passed over on them. */
export function withoutRefs(position: CatalogPosition, refs: ReadonlySet<string>): CatalogPosition {
  return Object.fromEntries(
    Object.entries(position).filter(([key, value]) => !refs.has(key.startsWith(KEY) ? value : key)),
  );
}
