import { compareNumbers } from './order.js';
import type { RunRow } from './rows.js';
import { SortedList } from './sorted-list.js';

/** A run's value in an order of runs, apart from the row so that comparing costs little. */
export interface Placed {
  readonly value: number;
  readonly row: RunRow;
}

const comparePlaced = (a: Placed, b: Placed): number =>
  a.value - b.value || compareNumbers(a.row, b.row);

/** Runs by id, and by what they are looked for with: notebook, experiment, tag, time, and metric. */
export class RunTable {
  private readonly byId = new Map<string, RunRow>();
  private readonly groups = new Map<string, SortedList<RunRow>>();
  private readonly times = new SortedList<Placed>(comparePlaced);
  /** Made when a metric is first asked for: a workspace has many that nobody looks for. */
  private readonly metrics = new Map<string, SortedList<Placed>>();

  get size(): number {
    return this.byId.size;
  }

  find(id: string): RunRow | undefined {
    return this.byId.get(id);
  }

  all(): RunRow[] {
    return [...this.byId.values()];
  }

  /** The runs of a notebook, a snapshot or an experiment, or with a tag, by number. */
  group(kind: 'notebook' | 'snapshot' | 'experiment' | 'tag', name: string): readonly RunRow[] {
    return this.groups.get(`${kind}\0${name}`)?.items ?? [];
  }

  /** Every run by its start. */
  byTime(): readonly Placed[] {
    return this.times.items;
  }

  /** The runs that have a finite last value of a metric, by it. */
  byMetric(name: string): readonly Placed[] {
    let list = this.metrics.get(name);
    if (list === undefined) {
      list = new SortedList(comparePlaced);
      for (const row of this.byId.values()) {
        const value = findValue(row, name);
        if (value !== undefined) list.add({ value, row });
      }
      this.metrics.set(name, list);
    }
    return list.items;
  }

  put(row: RunRow): void {
    this.delete(row.id);
    this.byId.set(row.id, row);
    for (const group of groupsOf(row)) {
      let list = this.groups.get(group);
      if (list === undefined) {
        list = new SortedList<RunRow>(compareNumbers);
        this.groups.set(group, list);
      }
      list.add(row);
    }
    this.times.add({ value: row.start, row });
    for (const [name, list] of this.metrics) {
      const value = findValue(row, name);
      if (value !== undefined) list.add({ value, row });
    }
  }

  delete(id: string): void {
    const old = this.byId.get(id);
    if (old === undefined) return;
    this.byId.delete(id);
    for (const group of groupsOf(old)) this.groups.get(group)?.delete(old);
    this.times.delete({ value: old.start, row: old });
    for (const [name, list] of this.metrics) {
      const value = findValue(old, name);
      if (value !== undefined) list.delete({ value, row: old });
    }
  }
}

function* groupsOf(row: RunRow): Iterable<string> {
  if (row.notebook !== null) yield `notebook\0${row.notebook}`;
  if (row.snapshot !== null) yield `snapshot\0${row.snapshot}`;
  yield `experiment\0${row.experiment}`;
  for (const [name, value] of Object.entries(row.tags)) yield `tag\0${toTag(name, value)}`;
}

/** How a tag's name and value are one name of a group. */
export function toTag(name: string, value: string): string {
  return JSON.stringify([name, value]);
}

/** The last value of a run's metric as a number; undefined when it has none, or one that is no finite number. */
export function findValue(row: RunRow, metric: string): number | undefined {
  const value = Object.hasOwn(row.metrics, metric) ? row.metrics[metric]?.value : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
