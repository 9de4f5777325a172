import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';

import type { LineageEdge } from '../../contract/lineage.js';
import type { FoldedGraph } from './lineage-fold.js';

/** Of a node as it is drawn, in pixels. */
export const NODE_WIDTH = 188;
export const NODE_HEIGHT = 48;

export interface Placed {
  readonly id: string;
  /** Of its upper left corner. */
  readonly left: number;
  readonly top: number;
}

export interface Line {
  readonly edge: LineageEdge;
  /** From the middle of the one node's edge to that of the other's. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Laid {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Placed[];
  readonly lines: readonly Line[];
}

/** Places for the nodes of a graph, from left to right the way things came of each other. */
export function layOut({ drawn, edges }: FoldedGraph): Laid {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 44, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of drawn) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { from, to } of edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: drawn.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return { id, left: x - NODE_WIDTH / 2, top: y - NODE_HEIGHT / 2 };
    }),
    lines: edges.map((edge) => ({
      edge,
      points: graph.edge(edge.from, edge.to).points ?? [],
    })),
  };
}

/** A line through points, with its corners rounded, as SVG says it. */
export function toPath(points: Line['points']): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const last = rest.at(-1) ?? first;
  const corners = rest.slice(0, -1).map((point, at) => {
    const next = rest[at + 1] ?? last;
    return `Q ${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return [`M ${first.x} ${first.y}`, ...corners, `L ${last.x} ${last.y}`].join(' ');
}

/** The ids of nodes in the order in which things came of each other; those of a circle in the order in which they are met. */
export function inOrder({ drawn, edges }: FoldedGraph): readonly string[] {
  const waits = new Map(drawn.map(({ id }) => [id, 0]));
  for (const { to } of edges) waits.set(to, (waits.get(to) ?? 0) + 1);
  const order: string[] = [];
  const placed = new Set<string>();
  const place = (id: string): void => {
    if (placed.has(id)) return;
    placed.add(id);
    order.push(id);
    for (const { from, to } of edges) {
      if (from !== id) continue;
      const left = (waits.get(to) ?? 1) - 1;
      waits.set(to, left);
      if (left <= 0) place(to);
    }
  };
  for (const { id } of drawn) if (waits.get(id) === 0) place(id);
  for (const { id } of drawn) place(id);
  return order;
}
