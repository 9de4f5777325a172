import type { Lineage, LineageEdge, LineageKind, LineageNode } from '../../contract/lineage.js';

/** Several nodes of one kind that came of the same, and of which nothing came: drawn as one until they are opened. */
export interface Fold {
  readonly fold: string;
  readonly kind: LineageKind;
  readonly nodes: readonly LineageNode[];
  /** Those like it that are drawn by themselves. */
  readonly beside: readonly string[];
}

export type Drawn =
  { readonly id: string; readonly node: LineageNode } | ({ readonly id: string } & Fold);

export interface FoldedGraph {
  readonly drawn: readonly Drawn[];
  readonly edges: readonly LineageEdge[];
}

/** So many of one kind stay by themselves; of more the first ones do. */
const FEW = 5;
const SHOWN = 3;

/** A graph with long rows of like nodes folded, but for those that were opened, by the fold's name. */
export function foldGraph(
  { nodes, edges, focus }: Pick<Lineage, 'nodes' | 'edges' | 'focus'>,
  opened: ReadonlySet<string>,
): FoldedGraph {
  const ends = countEdges(edges);
  const groups = new Map<string, LineageNode[]>();
  for (const node of nodes) {
    const name = node.id === focus ? undefined : groupOf(node, ends);
    if (name === undefined || opened.has(name)) continue;
    groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  const foldedIn = new Map<string, string>();
  const folds: (Drawn & Fold)[] = [];
  for (const [fold, group] of groups) {
    if (group.length <= FEW) continue;
    const inside = group.slice(SHOWN);
    const kind = inside[0]?.kind ?? 'run';
    const beside = group.slice(0, SHOWN).map(({ id }) => id);
    folds.push({ id: `fold:${fold}`, fold, kind, nodes: inside, beside });
    for (const { id } of inside) foldedIn.set(id, `fold:${fold}`);
  }
  const moved = edges.map((edge) => ({
    ...edge,
    from: foldedIn.get(edge.from) ?? edge.from,
    to: foldedIn.get(edge.to) ?? edge.to,
  }));
  return {
    drawn: [
      ...nodes.filter(({ id }) => !foldedIn.has(id)).map((node) => ({ id: node.id, node })),
      ...folds,
    ],
    edges: [...new Map(moved.map((edge) => [`${edge.from} ${edge.to}`, edge])).values()],
  };
}

interface Ends {
  readonly into: ReadonlyMap<string, readonly string[]>;
  readonly outOf: ReadonlyMap<string, readonly string[]>;
}

function countEdges(edges: readonly LineageEdge[]): Ends {
  const into = new Map<string, string[]>();
  const outOf = new Map<string, string[]>();
  for (const { from, to } of edges) {
    into.set(to, [...(into.get(to) ?? []), from]);
    outOf.set(from, [...(outOf.get(from) ?? []), to]);
  }
  return { into, outOf };
}

/** By its kind and its only neighbours on one side; undefined for what has some on both. */
function groupOf({ id, kind }: LineageNode, { into, outOf }: Ends): string | undefined {
  const [from, to] = [into.get(id) ?? [], outOf.get(id) ?? []];
  if (from.length > 0 && to.length > 0) return undefined;
  return [kind, ...[...from, ...to].sort()].join(' ');
}
