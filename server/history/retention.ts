import type { Retention } from '../../contract/retention.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import type { Catalog } from '../store/catalog/catalog.js';
import { agesInDays } from './ages.js';

/** What is asked of a snapshot to tell whether it thins out. */
export type Ageing = Pick<SnapshotRow, 'id' | 'notebook' | 'number' | 'time' | 'line'>;

/**
 * The automatic snapshots that have thinned out at `now` (milliseconds since 1970), by number. Of the older ones the last of each
 * hour, then of each day, stays; days and hours are UTC. `stays` names those that never go: pinned ones, and the newest of each notebook.
 */
export function findThinned<Row extends Ageing>(
  rows: readonly Row[],
  stays: (row: Row) => boolean,
  retention: Retention,
  now: number,
): readonly Row[] {
  if (retention.off) return [];
  const automatic = rows.filter(({ line }) => line === 'auto').sort((a, b) => a.number - b.number);
  const ages = agesInDays(
    automatic.map(({ time }) => Date.parse(time)),
    now,
  );
  const hours = new Set<string>();
  const days = new Set<string>();
  const thinned: Row[] = [];
  for (let at = automatic.length - 1; at >= 0; at -= 1) {
    const row = automatic[at];
    const age = ages[at] ?? 0;
    if (row === undefined) continue;
    const hour = `${row.notebook} ${row.time.slice(0, 13)}`;
    const day = `${row.notebook} ${row.time.slice(0, 10)}`;
    if (
      goes(age, { later: { hour: hours.has(hour), day: days.has(day) }, retention }) &&
      !stays(row)
    )
      thinned.push(row);
    hours.add(hour);
    days.add(day);
  }
  return thinned.reverse();
}

/** Whether a snapshot of this age goes; `later` says whether its hour and its day have a later one. */
function goes(
  age: number,
  how: {
    readonly later: { readonly hour: boolean; readonly day: boolean };
    readonly retention: Retention;
  },
): boolean {
  const { all, hourly, daily } = how.retention;
  if (age < all) return false;
  if (age < hourly) return how.later.hour;
  return how.later.day || (daily !== null && age >= daily);
}

/** Those of a whole store: what is pinned stays, and each notebook's newest. */
export async function findThinnedIn(
  catalog: Catalog,
  retention: Retention,
  now: number,
): Promise<readonly SnapshotRow[]> {
  const rows: SnapshotRow[] = [];
  const newest = new Set<string>();
  for (const { id } of await catalog.notebooks()) {
    const history = await catalog.history(id);
    rows.push(...history);
    const last = history.at(-1);
    if (last !== undefined) newest.add(last.id);
  }
  const pinned = new Set((await catalog.pins()).map(({ id }) => id));
  return findThinned(rows, ({ id }) => newest.has(id) || pinned.has(id), retention, now);
}
