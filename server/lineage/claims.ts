import { unpackExecutions } from '../store/catalog/executions.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Links } from './links.js';

/** A version that claimed a run, by a cell of it that made the run; without a cell where none is known. */
export interface Claim {
  readonly snapshot: string;
  readonly cell?: string;
  /** Undefined where nothing was said of it. */
  readonly certainty?: 'sure' | 'unsure';
}

/** The runs that a version claimed, by the cell that made them; under undefined those of which no cell is known. */
export type Made = ReadonlyMap<string | undefined, readonly RunRow[]>;

/** Which versions and cells made runs; it remembers what it has looked up, and is of one moment. */
export class Claims {
  private readonly ran = new Map<string, ReadonlySet<string>>();
  private readonly histories = new Map<string, ReadonlyMap<string, readonly SnapshotRow[]>>();

  private readonly made = new Map<string, Promise<Made>>();

  constructor(
    private readonly store: Store,
    private readonly links: Links,
  ) {}

  /**
   * A run that goes on over several bursts is claimed by the version of each: every cell counts for the first of them in which it ran,
   * and, not for sure, for the one that claimed the run first where that is not known. Cells of another kernel that none of them ran are
   * another notebook's.
   */
  async of(run: RunRow): Promise<readonly Claim[]> {
    const { snapshot, cells } = run;
    if (snapshot === null) return [];
    if (cells.length === 0) return [{ snapshot }];
    const first = await this.store.catalog.findSnapshot(snapshot);
    const isHere = first === undefined ? undefined : this.ranIn(first);
    if (isHere === undefined || cells.every((cell) => isHere.has(cell)))
      return cells.map((cell) => ({ snapshot, cell, ...sureness(run, cell) }));
    const others = await this.claimantsOf(run);
    const claims = cells.flatMap((cell): Claim[] => {
      if (isHere.has(cell)) return [{ snapshot, cell, ...sureness(run, cell) }];
      const found = others.find((row) => this.ranIn(row).has(cell));
      if (found !== undefined) return [{ snapshot: found.id, cell, ...sureness(run, cell) }];
      // Of a notebook's file that ran elsewhere nobody knows which cells ran.
      if (isHere.size === 0) return [{ snapshot, cell, ...sureness(run, cell) }];
      return isForeign(run, cell) ? [] : [{ snapshot, cell, certainty: 'unsure' }];
    });
    return claims.length === 0 ? [{ snapshot }] : claims;
  }

  madeIn(snapshot: string): Promise<Made> {
    const made = this.made.get(snapshot) ?? this.findMade(snapshot);
    this.made.set(snapshot, made);
    return made;
  }

  private async findMade(snapshot: string): Promise<Made> {
    const row = await this.store.catalog.findSnapshot(snapshot);
    const listed = (row?.runs ?? []).flatMap((id) => this.links.run(id) ?? []);
    const runs = new Set([...listed, ...this.links.runsOf(snapshot)]);
    const made = new Map<string | undefined, RunRow[]>();
    for (const run of [...runs].sort((a, b) => b.number - a.number))
      for (const claim of await this.of(run)) {
        if (claim.snapshot !== snapshot) continue;
        const group = made.get(claim.cell) ?? [];
        made.set(claim.cell, group);
        group.push(run);
      }
    return made;
  }

  private ranIn(row: SnapshotRow): ReadonlySet<string> {
    let cells = this.ran.get(row.id);
    if (cells === undefined) {
      cells = new Set(unpackExecutions(row.executions).map(({ cell }) => cell));
      this.ran.set(row.id, cells);
    }
    return cells;
  }

  /** The versions that claimed a run, oldest first. */
  private async claimantsOf({ id, notebook }: RunRow): Promise<readonly SnapshotRow[]> {
    if (notebook === null) return [];
    let claimants = this.histories.get(notebook);
    if (claimants === undefined) {
      const found = new Map<string, SnapshotRow[]>();
      for (const row of await this.store.catalog.history(notebook))
        for (const run of row.runs) found.set(run, [...(found.get(run) ?? []), row]);
      claimants = found;
      this.histories.set(notebook, claimants);
    }
    return claimants.get(id) ?? [];
  }
}

/** Whether only other kernels than the one that has started a run have run a cell. */
function isForeign({ traces }: RunRow, cell: string): boolean {
  const maker = traces[0]?.kernel ?? '';
  const own = traces.filter((trace) => trace.cell === cell);
  return (
    maker !== '' && own.length > 0 && own.every(({ kernel }) => kernel !== '' && kernel !== maker)
  );
}

/** A cell is sure when one of its executions is. */
function sureness({ traces }: RunRow, cell: string): Pick<Claim, 'certainty'> {
  const own = traces.filter((trace) => trace.cell === cell);
  if (own.length === 0) return {};
  return { certainty: own.some(({ certainty }) => certainty === 'sure') ? 'sure' : 'unsure' };
}
