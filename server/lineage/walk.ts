import type { LineageDirection, LineageEdge, LineageKind } from '../../contract/lineage.js';
import { toNodeId, type NodeName } from './ids.js';
import { stepsDown, stepsUp, type Step, type Surroundings } from './neighbours.js';

/** The most edges that one walk looks at: beyond it only a part is known, and said to be. */
const MOST_EDGES = 200_000;

export interface WalkOptions {
  readonly direction: LineageDirection;
  /** In edges. */
  readonly depth: number;
  /** The most nodes that come back. */
  readonly limit: number;
  /** What is looked for; undefined is everything. */
  readonly kinds?: readonly LineageKind[] | undefined;
}

/** Nodes, nearest first, and the edges between them. */
export interface Walked {
  readonly nodes: readonly NodeName[];
  readonly edges: readonly LineageEdge[];
  /** Of each kind, all that were met. */
  readonly totals: ReadonlyMap<LineageKind, number>;
  readonly left: number;
  readonly deeper: boolean;
}

/** What is around a node: all that it came from, and all that came of it, each by the edges that lead there. */
export async function walk(
  around: Surroundings,
  focus: NodeName,
  options: WalkOptions,
): Promise<Walked> {
  const trip = new Trip(focus, options);
  const { direction, depth } = options;
  if (direction !== 'down') await trip.go(around, 'up', depth);
  if (direction !== 'up') await trip.go(around, 'down', depth);
  return trip.choose();
}

/** A node with the one that led to it first. */
interface Met extends NodeName {
  readonly by: Met | undefined;
}

interface Waiting {
  readonly met: Met;
  readonly via: string | undefined;
  readonly depth: number;
}

class Trip {
  /** In the order in which they were met; by kind and own id, since ids are long and there are tens of thousands. */
  private readonly all: Met[] = [];
  private readonly byKind = new Map<LineageKind, Map<string, Met>>();
  private readonly edges: { readonly from: Met; readonly to: Met; readonly step: Step }[] = [];
  private deeper = false;

  /** Those that there is no room for. */
  private readonly counted = new Map<LineageKind, Set<string>>();

  constructor(
    focus: NodeName,
    private readonly options: WalkOptions,
  ) {
    this.meet(focus, undefined);
  }

  async go(around: Surroundings, way: 'up' | 'down', depth: number): Promise<void> {
    const seen = new Visits();
    const queue: Waiting[] = [];
    for (const met of this.all.slice(0, 1)) {
      seen.add(met, undefined);
      queue.push({ met, via: undefined, depth: 0 });
    }
    for (const at of queue) {
      if (this.edges.length > MOST_EDGES) {
        this.deeper = true;
        return;
      }
      const found = (way === 'up' ? stepsUp : stepsDown)(around, at.met, at.via);
      // Most are known at once.
      const steps = found instanceof Promise ? await found : found;
      if (at.depth === depth) {
        this.deeper ||= steps.length > 0;
        continue;
      }
      for (const step of steps) {
        if (step.last === true && this.isFull()) {
          this.count(step);
          continue;
        }
        const met = this.meet(step, at.met);
        this.edges.push(
          way === 'up' ? { from: met, to: at.met, step } : { from: at.met, to: met, step },
        );
        if (step.last !== true && seen.add(met, step.via))
          queue.push({ met, via: step.via, depth: at.depth + 1 });
      }
    }
  }

  /** No more nodes can be shown; what nothing lies beyond is counted from then on. */
  private isFull(): boolean {
    return this.options.kinds === undefined && this.all.length > this.options.limit;
  }

  private count({ kind, own }: NodeName): void {
    if (this.byKind.get(kind)?.has(own) === true) return;
    const counted = this.counted.get(kind);
    if (counted === undefined) this.counted.set(kind, new Set([own]));
    else counted.add(own);
  }

  private meet({ kind, own }: NodeName, by: Met | undefined): Met {
    let known = this.byKind.get(kind);
    if (known === undefined) {
      known = new Map();
      this.byKind.set(kind, known);
    }
    const before = known.get(own);
    if (before !== undefined) return before;
    const met = { kind, own, by };
    known.set(own, met);
    this.all.push(met);
    return met;
  }

  /** As many as may be: those that are looked for, registered versions first, each with what leads to it. */
  choose(): Walked {
    const { limit, kinds } = this.options;
    const chosen = new Set(this.all.slice(0, 1));
    const wanted = this.all.filter(({ kind }) => kinds?.includes(kind) !== false);
    const isVersion = ({ kind }: Met): boolean => kind === 'version';
    const others = wanted.filter((met) => !isVersion(met));
    for (const met of [...wanted.filter(isVersion), ...others]) {
      if (chosen.size >= limit) break;
      const way = wayTo(met, chosen);
      if (chosen.size + way.length <= limit) for (const each of way) chosen.add(each);
    }
    const totals = new Map([...this.byKind].map(([kind, known]) => [kind, known.size]));
    let left = 0;
    for (const [kind, own] of this.counted) {
      // What was counted first may have been met later.
      const more = [...own].filter((each) => this.byKind.get(kind)?.has(each) !== true).length;
      totals.set(kind, (totals.get(kind) ?? 0) + more);
      left += more;
    }
    return {
      nodes: this.all.filter((met) => chosen.has(met)),
      edges: this.edgesAmong(chosen),
      totals,
      left: left + wanted.filter((each) => !chosen.has(each)).length,
      deeper: this.deeper,
    };
  }

  /** Each pair of nodes once. */
  private edgesAmong(chosen: ReadonlySet<Met>): readonly LineageEdge[] {
    const edges = new Map<string, LineageEdge>();
    for (const { from, to, step } of this.edges) {
      if (!chosen.has(from) || !chosen.has(to)) continue;
      const { edge, role, certainty } = step;
      const ends = { from: toNodeId(from.kind, from.own), to: toNodeId(to.kind, to.own) };
      const key = `${ends.from} ${ends.to}`;
      if (edges.has(key)) continue;
      edges.set(key, {
        ...{ ...ends, kind: edge },
        ...(certainty === undefined ? {} : { certainty }),
        ...(role === undefined ? {} : { role }),
      });
    }
    return [...edges.values()];
  }
}

/** The node and those on the way to it that are not chosen yet. */
function wayTo(met: Met, chosen: ReadonlySet<Met>): readonly Met[] {
  const way: Met[] = [];
  for (let at: Met | undefined = met; at !== undefined && !chosen.has(at); at = at.by) way.push(at);
  return way;
}

/** From where a walk has gone on: from a file anew for each run in whose hands it is. */
class Visits {
  private readonly first = new Map<Met, string | undefined>();
  private readonly more = new Map<Met, Set<string | undefined>>();

  /** False when it was there before. */
  add(met: Met, via: string | undefined): boolean {
    if (!this.first.has(met)) {
      this.first.set(met, via);
      return true;
    }
    if (this.first.get(met) === via) return false;
    const others = this.more.get(met) ?? new Set();
    this.more.set(met, others);
    return others.size < others.add(via).size;
  }
}
