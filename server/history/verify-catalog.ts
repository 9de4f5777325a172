import { isDeepStrictEqual } from 'node:util';

import type { Progress } from '../../contract/progress.js';
import { createCatalog } from '../store/catalog/catalog.js';
import { compareText } from '../store/catalog/order.js';
import { COLLECTIONS, type Collection, type StoredCatalog } from '../store/catalog/rows.js';
import { catchUp } from './catch-up.js';
import type { History } from './history.js';
import { listPassedOver } from './passed-over.js';
import { replayBy } from './replay.js';

/** What is recorded between two looks looks like a difference; what is one stays. */
const LOOKS = 3;

/** A row that the catalog has and git and the journal do not make, or the other way round. */
export interface Difference {
  readonly collection: Collection;
  readonly id: string;
  /** As the live catalog has it. */
  readonly kind: 'missing' | 'extra' | 'different';
  /** The fields that differ. */
  readonly fields: readonly string[];
  /** Of the row. */
  readonly number: number;
}

/** The live catalog beside one that was built anew. */
export interface CatalogFound {
  readonly live: StoredCatalog;
  readonly fresh: StoredCatalog;
  readonly differences: readonly Difference[];
  /** Commits of which something could not be read, so that rows are missing from the new one. */
  readonly skipped: ReadonlySet<string>;
}

/**
 * Builds a catalog from git and the journal beside the live one, and compares them row for row. For a repair, which works `alone` and has
 * the live one for a witness, that is not brought to where git is first.
 */
export async function compareCatalog(
  history: History,
  report: (progress: Progress) => void,
  alone = false,
): Promise<CatalogFound> {
  const { store } = history;
  const catalog = createCatalog();
  const beside = { ...history, store: { ...store, catalog, report: () => undefined } };
  // What takes long is done while others write.
  await catchUp(beside, { report });
  const compare = async (): Promise<CatalogFound> => {
    await catchUp(beside);
    const isElsewhere = !isDeepStrictEqual(
      await catalog.position(),
      await store.catalog.position(),
    );
    if (isElsewhere && !store.readOnly && !alone) {
      // Git itself has moved a ref.
      await catchUp(history);
    }
    for (let looks = 1; ; looks += 1) {
      const live = await store.catalog.rows();
      await replayBy(beside, catalog.apply);
      const fresh = await catalog.rows();
      const differences = findDifferences(live, fresh);
      const skipped = new Set(listPassedOver(fresh.position).map(({ commit }) => commit));
      if (differences.length === 0 || looks === LOOKS) return { live, fresh, differences, skipped };
    }
  };
  return store.readOnly || alone ? compare() : store.exclusively(compare);
}

/** Every row of which the two do not say the same. */
export function findDifferences(live: StoredCatalog, fresh: StoredCatalog): readonly Difference[] {
  return COLLECTIONS.flatMap((collection) =>
    compareRows(collection, live[collection], fresh[collection]),
  );
}

type Row = StoredCatalog[Collection][number];

/** Both are in the order of their ids. */
function compareRows(
  collection: Collection,
  live: readonly Row[],
  fresh: readonly Row[],
): readonly Difference[] {
  const found: Difference[] = [];
  for (let [left, right] = [0, 0]; left < live.length || right < fresh.length;) {
    const [ours, made] = [live[left], fresh[right]];
    const order = ours === undefined ? 1 : made === undefined ? -1 : compareText(ours.id, made.id);
    const row = order <= 0 ? ours : made;
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    if (row === undefined || (order === 0 && isDeepStrictEqual(ours, made))) continue;
    const kind = order < 0 ? 'extra' : order > 0 ? 'missing' : 'different';
    const fields = kind === 'different' ? differingFields(ours, made) : [];
    found.push({ collection, id: row.id, kind, fields, number: row.number });
  }
  return found;
}

function differingFields(ours: Row | undefined, made: Row | undefined): readonly string[] {
  const [left, right] = [new Map(Object.entries(ours ?? {})), new Map(Object.entries(made ?? {}))];
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    (field) => !isDeepStrictEqual(left.get(field), right.get(field)),
  );
}
