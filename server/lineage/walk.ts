import type { LineageDirection, LineageEdge, LineageKind } from '../../contract/lineage.js';
import { parseNodeId } from './ids.js';
import { stepsDown, stepsUp, type Surroundings, type Via } from './neighbours.js';

/** The most edges that one walk looks at: beyond it only a part is known, and said to be. */
const MOST_EDGES = 300_000;

export interface WalkOptions {
  readonly direction: LineageDirection;
  /** In edges. */
  readonly depth: number;
  /** The most nodes that come back. */
  readonly limit: number;
  /** What is looked for; undefined is everything. */
  readonly kinds?: readonly LineageKind[] | undefined;
}

/** The ids of nodes, nearest first, and the edges between them. */
export interface Walked {
  readonly nodes: readonly string[];
  readonly edges: readonly LineageEdge[];
  /** Of each kind, all that were met. */
  readonly totals: ReadonlyMap<LineageKind, number>;
  readonly left: number;
  readonly deeper: boolean;
}

/** What is around a node: all that it came from, and all that came of it, each by the edges that lead there. */
export async function walk(
  around: Surroundings,
  focus: string,
  options: WalkOptions,
): Promise<Walked> {
  const trip = new Trip(focus);
  const { direction } = options;
  if (direction !== 'down') await trip.go(around, 'up', options.depth);
  if (direction !== 'up') await trip.go(around, 'down', options.depth);
  return trip.choose(options);
}

interface Met {
  readonly id: string;
  readonly via: Via;
  readonly depth: number;
}

class Trip {
  /** Each node with the one that led to it first; in the order in which they were met. */
  private readonly ledBy = new Map<string, string | undefined>();
  private readonly edges = new Map<string, LineageEdge>();
  private seen = 0;
  private deeper = false;

  constructor(private readonly focus: string) {
    this.ledBy.set(focus, undefined);
  }

  async go(around: Surroundings, way: 'up' | 'down', depth: number): Promise<void> {
    // A file is gone on from anew for each run in whose hands it is.
    const met = new Set<string>([this.focus]);
    const queue: Met[] = [{ id: this.focus, via: undefined, depth: 0 }];
    for (const at of queue) {
      const name = parseNodeId(at.id);
      if (name === undefined) continue;
      if (this.seen > MOST_EDGES) {
        this.deeper = true;
        return;
      }
      const steps = await (way === 'up' ? stepsUp : stepsDown)(around, name, at.via);
      if (at.depth === depth) {
        this.deeper ||= steps.length > 0;
        continue;
      }
      for (const step of steps) {
        const next = way === 'up' ? step.edge.from : step.edge.to;
        const via = isFile(next) ? step.via : undefined;
        this.take(step.edge, next, at.id);
        const key = via === undefined ? next : `${next} ${via}`;
        if (met.has(key)) continue;
        met.add(key);
        queue.push({ id: next, via, depth: at.depth + 1 });
      }
    }
  }

  private take(edge: LineageEdge, next: string, from: string): void {
    this.seen += 1;
    if (!this.ledBy.has(next)) this.ledBy.set(next, from);
    const key = `${edge.from} ${edge.to}`;
    if (!this.edges.has(key)) this.edges.set(key, edge);
  }

  /** As many as may be: those that are looked for, registered versions first, each with what leads to it. */
  choose({ limit, kinds }: WalkOptions): Walked {
    const all = [...this.ledBy.keys()];
    const totals = new Map<LineageKind, number>();
    for (const id of all) {
      const kind = parseNodeId(id)?.kind;
      if (kind !== undefined) totals.set(kind, (totals.get(kind) ?? 0) + 1);
    }
    const isWanted = (id: string): boolean =>
      kinds === undefined || kinds.some((kind) => id.startsWith(`${kind}:`));
    const chosen = new Set([this.focus]);
    let left = 0;
    for (const id of [...all.filter(isVersion), ...all.filter((each) => !isVersion(each))]) {
      if (chosen.has(id) || !isWanted(id)) continue;
      const way = this.wayTo(id, chosen);
      if (chosen.size + way.length > limit) left += 1;
      else for (const each of way) chosen.add(each);
    }
    return {
      nodes: all.filter((id) => chosen.has(id)),
      edges: [...this.edges.values()].filter(({ from, to }) => chosen.has(from) && chosen.has(to)),
      totals,
      left,
      deeper: this.deeper,
    };
  }

  /** The node and those on the way to it that are not chosen yet. */
  private wayTo(id: string, chosen: ReadonlySet<string>): readonly string[] {
    const way: string[] = [];
    for (
      let at: string | undefined = id;
      at !== undefined && !chosen.has(at);
      at = this.ledBy.get(at)
    )
      way.push(at);
    return way;
  }
}

function isFile(id: string): boolean {
  return id.startsWith('artifact:');
}

function isVersion(id: string): boolean {
  return id.startsWith('version:');
}
