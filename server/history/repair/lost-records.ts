import { MAIN } from '../../store/create.js';
import type { StoredCatalog } from '../../store/catalog/rows.js';
import type { OidSet } from '../../store/git/oid-set.js';
import { toFinding, type Finding } from '../finding.js';
import type { CatalogFound } from '../verify-catalog.js';

/** Where records are that main does not hold. */
export interface Sealing {
  /** Through which main holds them, as it is now. */
  readonly sealed: number;
  /** The first that the journal still has; undefined where it has none. */
  readonly pending: number | undefined;
  /** Every object that can be read. */
  readonly sound: OidSet;
}

/**
 * Records that were sealed into a newest commit of main that is lost: the journal has let go of them, and what a later one says of the
 * same run hides that they are gone. A number whose row the catalog still has is no loss.
 */
export function findLostRecords(
  { live, fresh }: Pick<CatalogFound, 'live' | 'fresh'>,
  { sealed, pending, sound }: Sealing,
): readonly Finding[] {
  const tip = live.position[MAIN];
  if (tip === undefined || sound.has(tip)) return [];
  const known = new Set([...numbersOf(live), ...numbersOf(fresh)]);
  const end = pending ?? Math.max(sealed, ...known) + 1;
  const lost: number[] = [];
  for (let number = sealed + 1; number < end; number += 1)
    if (!known.has(number)) lost.push(number);
  if (lost.length === 0) return [];
  const which = lost.length === 1 ? `record ${lost[0] ?? 0}` : `records ${lost.join(', ')}`;
  return [
    toFinding({
      what: `${which} of the journal`,
      reason: `what was put into commit ${tip} of main, which is lost`,
      kind: 'journal',
    }),
  ];
}

function* numbersOf(rows: StoredCatalog): Iterable<number> {
  for (const each of [
    rows.notebooks,
    rows.snapshots,
    rows.runs,
    rows.pins,
    rows.expired,
    rows.entries,
  ])
    for (const { number } of each) yield number;
}
