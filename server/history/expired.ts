import { CellarError } from '../errors.js';
import type { ExpiredRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

/** The error for a snapshot that thinned out: when it did, and what is kept nearest to it. */
export async function toExpiredError(store: Store, row: ExpiredRow): Promise<CellarError> {
  const taken = Date.parse(row.time);
  let nearest: SnapshotRow | undefined;
  const distance = ({ time }: SnapshotRow): number => Math.abs(Date.parse(time) - taken);
  for (const each of await store.catalog.history(row.notebook))
    if (nearest === undefined || distance(each) < distance(nearest)) nearest = each;
  const kept =
    nearest === undefined
      ? 'No other version of it is kept.'
      : `The nearest that is kept: ${nearest.id} of ${toMinute(nearest.time)}.`;
  return new CellarError(
    'expired',
    `Version ${row.id} of ${row.path}, taken ${toMinute(row.time)}, was thinned out on ${row.expired.slice(0, 10)}. ${kept}`,
    {
      path: row.path,
      expired: {
        ...{ id: row.id, notebook: row.notebook, path: row.path },
        ...{ time: row.time, expired: row.expired },
        nearest: nearest === undefined ? null : { id: nearest.id, time: nearest.time },
      },
    },
  );
}

/** "2026-11-23 14:32 UTC" */
function toMinute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}
