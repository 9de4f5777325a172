import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';

import type { LineageEdge } from '../../contract/lineage.js';
import type { FoldedGraph } from './lineage-fold.js';

/** Of a node as it is drawn, in pixels. */
export const NODE_WIDTH = 160;
export const NODE_HEIGHT = 48;

/** Which way things come of each other in a drawing. */
export type Way = 'right' | 'down';

export interface Placed {
  readonly id: string;
  /** Of its upper left corner. */
  readonly left: number;
  readonly top: number;
}

export interface Line {
  readonly edge: LineageEdge;
  /** As SVG says it. */
  readonly path: string;
}

export interface Laid {
  readonly way: Way;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Placed[];
  readonly lines: readonly Line[];
}

/** Places for the nodes of a graph: from left to right while that fits into a width, else downwards. */
export function layOut(graph: FoldedGraph, width: number): Laid {
  const right = layOutThat(graph, 'right');
  if (right.width <= width) return right;
  const down = layOutThat(graph, 'down');
  return down.width < right.width ? down : right;
}

function layOutThat({ drawn, edges }: FoldedGraph, way: Way): Laid {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  const rankdir = way === 'right' ? 'LR' : 'TB';
  graph.setGraph({ rankdir, nodesep: 12, ranksep: 28, marginx: 4, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of drawn) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { from, to } of edges) graph.setEdge(from, to);
  layout(graph);
  const places = new Map(
    drawn.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x, y }] as const;
    }),
  );
  foldsLast(drawn, places, way);
  const { width = 0, height = 0 } = graph.graph();
  const lines = edges.map((edge): Line => {
    const bends = (graph.edge(edge.from, edge.to).points ?? []).slice(1, -1);
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (from === undefined || to === undefined) return { edge, path: '' };
    // A line to the next row goes straight there; dagre gives it a bend of no use.
    const middle = bends.length > 1 ? bends : [];
    return { edge, path: toPath([leave(from, way), ...middle, enter(to, way)], way) };
  });
  const nodes = drawn.map(({ id }) => {
    const { x, y } = places.get(id) ?? ORIGIN;
    return { id, left: x - NODE_WIDTH / 2, top: y - NODE_HEIGHT / 2 };
  });
  return { way, width, height, nodes, lines };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const ORIGIN: Point = { x: 0, y: 0 };

/** A fold stands after those like it. */
function foldsLast(drawn: FoldedGraph['drawn'], places: Map<string, Point>, way: Way): void {
  const across = ({ x, y }: Point): number => (way === 'right' ? y : x);
  for (const each of drawn) {
    if (!('fold' in each)) continue;
    const ids = [...each.beside, each.id];
    const free = ids.flatMap((id) => places.get(id) ?? []).sort((a, b) => across(a) - across(b));
    ids.forEach((id, at) => places.set(id, free[at] ?? ORIGIN));
  }
}

function leave({ x, y }: Point, way: Way): Point {
  return way === 'right' ? { x: x + NODE_WIDTH / 2, y } : { x, y: y + NODE_HEIGHT / 2 };
}

function enter({ x, y }: Point, way: Way): Point {
  return way === 'right' ? { x: x - NODE_WIDTH / 2, y } : { x, y: y - NODE_HEIGHT / 2 };
}

/** A line through points that leaves each in the way of the drawing. */
function toPath(points: readonly Point[], way: Way): string {
  const [first = ORIGIN, ...rest] = points;
  let before = first;
  const parts = rest.map((point) => {
    const [a, b] = way === 'right' ? bendRight(before, point) : bendDown(before, point);
    before = point;
    return `C ${pair(a)} ${pair(b)} ${pair(point)}`;
  });
  return [`M ${pair(first)}`, ...parts].join(' ');
}

function bendRight(from: Point, to: Point): readonly [Point, Point] {
  const x = (from.x + to.x) / 2;
  return [
    { x, y: from.y },
    { x, y: to.y },
  ];
}

function bendDown(from: Point, to: Point): readonly [Point, Point] {
  const y = (from.y + to.y) / 2;
  return [
    { x: from.x, y },
    { x: to.x, y },
  ];
}

function pair({ x, y }: Point): string {
  return `${String(Math.round(x * 10) / 10)} ${String(Math.round(y * 10) / 10)}`;
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
