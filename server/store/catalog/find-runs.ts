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

/**
 * Finds runs: the smallest list that an index gives is gone through, the rest is tested run by run. Where that list is the answer in its
 * order already, no more than the page is looked at.
 */
export function findRuns(table: RunTable, query: RunQuery): FoundRuns {
  const { metric, order = 'number', descending = false, offset = 0, limit } = query;
  if (order === 'metric' && metric === undefined)
    throw new RangeError('an order by metric needs its name');
  const found = pickCandidates(table, query);
  if (found.order === order && found.holds === countConditions(query)) {
    const [start, end] = toPage(found.size, { offset, limit, descending });
    const page = found.rows(start, end);
    return { rows: descending ? [...page].reverse() : page, total: found.size };
  }
  const wanted = found.rows(0, found.size).filter((row) => isWanted(row, query));
  const rows = found.order === order ? wanted : sortRuns(wanted, order, metric?.name ?? '');
  const [start, end] = toPage(rows.length, { offset, limit, descending });
  const page = rows.slice(start, end);
  return { rows: descending ? page.reverse() : page, total: rows.length };
}

/** From where to where a page is, counted from the front also when it is read from behind; its end is not included. */
function toPage(
  size: number,
  { offset, limit, descending }: { offset: number; limit: number; descending: boolean },
): readonly [number, number] {
  if (!descending) return [offset, offset + limit];
  return [Math.max(0, size - offset - limit), Math.max(0, size - offset)];
}

type Order = NonNullable<RunQuery['order']>;

/** Among which the wanted ones are, and the order in which they come; undefined where it is none. */
interface Candidates {
  readonly size: number;
  readonly rows: (from: number, to: number) => readonly RunRow[];
  readonly order: Order | undefined;
  /** How many of the conditions hold of all of them. */
  readonly holds: number;
}

function countConditions(query: RunQuery): number {
  const { notebook, experiment, tags = {}, metric, since, until } = query;
  const named = [notebook, experiment, metric].filter((each) => each !== undefined).length;
  const isBounded = since !== undefined || until !== undefined;
  return named + Object.keys(tags).length + Number(isBounded);
}

function pickCandidates(table: RunTable, query: RunQuery): Candidates {
  const { notebook, experiment, tags = {}, metric, since, until } = query;
  const found: Candidates[] = [];
  const addGroup = (rows: readonly RunRow[]): void => {
    const all = { size: rows.length, rows: rows.slice.bind(rows) };
    found.push({ ...all, order: 'number', holds: 1 });
  };
  const addRange = (
    order: Order,
    list: readonly Placed[],
    from = -Infinity,
    to = Infinity,
  ): void => {
    const [start, end] = rangeOf(list, from, to);
    const rows = (first: number, last: number): readonly RunRow[] =>
      list.slice(start + first, Math.min(end, start + last)).map(({ row }) => row);
    found.push({ size: end - start, rows, order, holds: 1 });
  };
  if (notebook !== undefined) addGroup(table.group('notebook', notebook));
  if (experiment !== undefined) addGroup(table.group('experiment', experiment));
  for (const [name, value] of Object.entries(tags))
    addGroup(table.group('tag', toTag(name, value)));
  if (metric !== undefined) addRange('metric', table.byMetric(metric.name), metric.min, metric.max);
  if (since !== undefined || until !== undefined) addRange('time', table.byTime(), since, until);
  return found.reduce<Candidates>((least, each) => (each.size <= least.size ? each : least), {
    ...{ size: table.size, order: undefined, holds: 0 },
    rows: (from, to) => table.all().slice(from, to),
  });
}

/** Between which places of a list the values are within bounds; the second is not included. */
function rangeOf(list: readonly Placed[], min: number, max: number): readonly [number, number] {
  const from = insertionPoint(list, min, (item, value) => item.value - value);
  // An item that equals the upper bound belongs to it, so each is taken for less.
  const to = insertionPoint(list, max, (item, value) => (item.value <= value ? -1 : 1));
  return [from, Math.max(from, to)];
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
