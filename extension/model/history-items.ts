import type { HistoryRow } from '../../contract/history.js';
import { NOTHING_GOES_ON, type GoingOn } from './going-on.js';
import { formatDay } from './time.js';

/** One line of the history's list, in the order it is drawn. */
export type HistoryItem =
  | { readonly kind: 'day'; readonly key: string; readonly label: string }
  | {
      readonly kind: 'row';
      readonly key: string;
      readonly row: HistoryRow;
      readonly folded: boolean;
      /** Runs of it that still go on; undefined for none. */
      readonly live?: readonly string[];
    }
  /** What goes on now: runs, by their ids, and cells. */
  | { readonly kind: 'live'; readonly key: string; readonly runs: readonly string[] }
  /** Automatic versions in a row, shown as one line; `key` stays while newer ones join. */
  | { readonly kind: 'fold'; readonly key: string; readonly count: number; readonly open: boolean }
  /** Rows that are not loaded yet. */
  | { readonly kind: 'rest'; readonly key: string; readonly count: number };

/** What the list is built from, beside the rows. */
export interface HistoryLayout {
  readonly total: number;
  readonly now: number;
  readonly open: ReadonlySet<string>;
  /** Keeps automatic versions apart, as a search does: a hit must be seen. */
  readonly flat: boolean;
  /** What goes on; left out: nothing. */
  readonly going?: GoingOn;
}

/** Rows (newest first) as a list with days as headings and two or more automatic versions folded; the newest row is never folded. */
export function toHistoryItems(
  rows: readonly HistoryRow[],
  layout: HistoryLayout,
): readonly HistoryItem[] {
  const { above, burst, within } = layout.going ?? NOTHING_GOES_ON;
  const items: HistoryItem[] = [];
  let day = '';
  if (above.length > 0 || burst) {
    // Under the day that its version will be under.
    const today = new Date(layout.now).toISOString();
    day = formatDay(today, layout.now);
    items.push({ kind: 'day', key: `day:${today.slice(0, 10)}:${day}`, label: day });
    items.push({ kind: 'live', key: 'live', runs: above });
  }
  for (let at = 0; at < rows.length;) {
    const row = rows[at];
    if (row === undefined) break;
    const label = formatDay(row.time, layout.now);
    if (label !== day)
      items.push({ kind: 'day', key: `day:${row.time.slice(0, 10)}:${label}`, label });
    day = label;
    const stretch = layout.flat || at === 0 ? [row] : autoStretch(rows, at, label, layout.now);
    const live = at === 0 && within.length > 0 ? { live: within } : {};
    if (stretch.length < 2) items.push({ kind: 'row', key: row.id, row, folded: false, ...live });
    else pushFold(items, stretch, layout.open);
    at += Math.max(1, stretch.length);
  }
  const count = layout.total - rows.length;
  if (count > 0) items.push({ kind: 'rest', key: 'rest', count });
  return items;
}

/** The automatic rows from `at` on that are of one day. */
function autoStretch(
  rows: readonly HistoryRow[],
  at: number,
  label: string,
  now: number,
): readonly HistoryRow[] {
  let end = at;
  for (; end < rows.length; end++) {
    const row = rows[end];
    if (row?.line !== 'auto' || formatDay(row.time, now) !== label) break;
  }
  return rows.slice(at, end);
}

function pushFold(
  items: HistoryItem[],
  stretch: readonly HistoryRow[],
  open: ReadonlySet<string>,
): void {
  const key = `fold:${stretch[stretch.length - 1]?.id ?? ''}`;
  const isOpen = open.has(key);
  items.push({ kind: 'fold', key, count: stretch.length, open: isOpen });
  if (isOpen)
    for (const row of stretch) items.push({ kind: 'row', key: row.id, row, folded: true });
}

/** The newest page laid over what is loaded: new rows on top, changed ones replaced, vanished ones dropped, older ones kept. */
export function mergeNewest(
  loaded: readonly HistoryRow[],
  page: readonly HistoryRow[],
): readonly HistoryRow[] {
  const known = new Set(loaded.map(({ id }) => id));
  const oldest = page[page.length - 1];
  // Without a row in common there may be a gap between the two, so the page stands alone.
  if (oldest === undefined || !page.some(({ id }) => known.has(id))) return page;
  return [...page, ...loaded.filter((row) => isOlder(row, oldest))];
}

/** Versions that were brought in from git come before those that were kept here, whenever that was. */
function isOlder(row: HistoryRow, than: HistoryRow): boolean {
  const [left, right] = [row.trigger === 'import', than.trigger === 'import'];
  return left === right ? row.number < than.number : left;
}

/** An older page put behind what is loaded, without rows that are there already. */
export function appendOlder(
  loaded: readonly HistoryRow[],
  page: readonly HistoryRow[],
): readonly HistoryRow[] {
  const known = new Set(loaded.map(({ id }) => id));
  return [...loaded, ...page.filter(({ id }) => !known.has(id))];
}

/**
 * The row that a reader takes for the one before: of a version kept for ever the next older such version, of an automatic one
 * the next older row. Undefined for the oldest.
 */
export function findBefore(rows: readonly HistoryRow[], id: string): string | undefined {
  const at = rows.findIndex((row) => row.id === id);
  const row = rows[at];
  if (row === undefined) return undefined;
  const older = rows.slice(at + 1);
  const before = row.line === 'main' ? older.find(({ line }) => line === 'main') : older[0];
  return before?.id ?? row.parent ?? older[0]?.id;
}
