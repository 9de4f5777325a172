import { compareNumbers, insertionPoint } from './order.js';
import type { RunRow } from './rows.js';
import { findValue, toTag, type Placed, type RunTable } from './run-table.js';

/** Which runs, and in which order. Whatever is named must hold; bounds are included. */
export interface RunQuery {
  readonly notebook?: string;
  readonly experiment?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** A finite last value of this metric, within the bounds. */
  readonly metric?: { readonly name: string; readonly min?: number; readonly max?: number };
  /** Of its start, in milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
  /** By number (the default), by start, or by the value of `metric`. */
  readonly order?: 'number' | 'time' | 'metric';
  readonly descending?: boolean;
  readonly limit: number;
  readonly offset?: number;
}

export interface FoundRuns {
  readonly rows: readonly RunRow[];
  /** How many there are without limit and offset. */
  readonly total: number;
}

/** Finds runs: the smallest list that an index gives is gone through, the rest is tested run by run. */
export function findRuns(table: RunTable, query: RunQuery): FoundRuns {
  const { metric, order = 'number', descending = false, offset = 0, limit } = query;
  if (order === 'metric' && metric === undefined)
    throw new RangeError('an order by metric needs its name');
  const candidates = pickCandidates(table, query);
  const found = candidates.rows.filter((row) => isWanted(row, query));
  const rows = candidates.order === order ? found : sortRuns(found, order, metric?.name ?? '');
  const start = descending ? Math.max(0, rows.length - offset - limit) : offset;
  const page = rows.slice(start, descending ? Math.max(0, rows.length - offset) : offset + limit);
  return { rows: descending ? page.reverse() : page, total: rows.length };
}

type Order = NonNullable<RunQuery['order']>;

/** Among which the wanted ones are, and the order in which they come; undefined where it is none. */
interface Candidates {
  readonly rows: readonly RunRow[];
  readonly order: Order | undefined;
}

function pickCandidates(table: RunTable, query: RunQuery): Candidates {
  const { notebook, experiment, tags = {}, metric, since, until } = query;
  const lists: (readonly RunRow[])[] = [];
  if (notebook !== undefined) lists.push(table.group('notebook', notebook));
  if (experiment !== undefined) lists.push(table.group('experiment', experiment));
  for (const [name, value] of Object.entries(tags))
    lists.push(table.group('tag', toTag(name, value)));
  let best = lists.reduce<Candidates | undefined>(
    (least, rows) =>
      least === undefined || rows.length < least.rows.length ? { rows, order: 'number' } : least,
    undefined,
  );
  const ranges: (readonly [Order, readonly Placed[], number, number])[] = [];
  if (metric !== undefined)
    ranges.push(['metric', ...rangeOf(table.byMetric(metric.name), metric.min, metric.max)]);
  if (since !== undefined || until !== undefined)
    ranges.push(['time', ...rangeOf(table.byTime(), since, until)]);
  for (const [order, list, from, to] of ranges)
    if (best === undefined || to - from < best.rows.length)
      best = { rows: list.slice(from, to).map(({ row }) => row), order };
  return best ?? { rows: table.all(), order: undefined };
}

function rangeOf(
  list: readonly Placed[],
  min = -Infinity,
  max = Infinity,
): readonly [readonly Placed[], number, number] {
  const from = insertionPoint(list, min, (item, value) => item.value - value);
  // An item that equals the upper bound belongs to it, so each is taken for less.
  const to = insertionPoint(list, max, (item, value) => (item.value <= value ? -1 : 1));
  return [list, from, Math.max(from, to)];
}

function isWanted(row: RunRow, query: RunQuery): boolean {
  const { notebook, experiment, tags, metric, since = -Infinity, until = Infinity } = query;
  if (notebook !== undefined && row.notebook !== notebook) return false;
  if (experiment !== undefined && row.experiment !== experiment) return false;
  if (row.start < since || row.start > until) return false;
  for (const [name, value] of Object.entries(tags ?? {}))
    if (!Object.hasOwn(row.tags, name) || row.tags[name] !== value) return false;
  if (metric === undefined) return true;
  const value = findValue(row, metric.name);
  return (
    value !== undefined && value >= (metric.min ?? -Infinity) && value <= (metric.max ?? Infinity)
  );
}

function sortRuns(rows: readonly RunRow[], order: Order, metric: string): RunRow[] {
  if (order === 'number') return [...rows].sort(compareNumbers);
  const placed = rows.map((row) => ({
    row,
    value: order === 'time' ? row.start : (findValue(row, metric) ?? 0),
  }));
  placed.sort((a, b) => a.value - b.value || compareNumbers(a.row, b.row));
  return placed.map(({ row }) => row);
}
