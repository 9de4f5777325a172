import { basename } from 'node:path';

import type { Lineage, LineageEdge, LineageKind, LineageNode } from '../../contract/lineage.js';
import { count, formatSize, formatTime, formatValue, paint, printable, shortId } from './words.js';

/** What a node came from, or what came of it, as lines of a tree; what was told further up is not told again. */
export function drawTree(graph: Lineage, way: 'up' | 'down', color: boolean): readonly string[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const next = group(graph.edges, way);
  const told = new Set([graph.focus]);
  const lines: string[] = [];
  const draw = (id: string, indent: string): void => {
    const steps = (next.get(id) ?? []).filter(({ to, from }) =>
      nodes.has(way === 'up' ? from : to),
    );
    steps.forEach((edge, at) => {
      const other = way === 'up' ? edge.from : edge.to;
      const node = nodes.get(other);
      if (node === undefined) return;
      const isLast = at === steps.length - 1;
      const isKnown = told.has(other);
      const more = isKnown && (next.get(other)?.length ?? 0) > 0 ? '  (see above)' : '';
      const line = describe(node, edge, color);
      lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${line}${paint(color, 'dim', more)}`);
      told.add(other);
      if (!isKnown) draw(other, `${indent}${isLast ? '   ' : '│  '}`);
    });
  };
  draw(graph.focus, '');
  return lines;
}

function group(
  edges: readonly LineageEdge[],
  way: 'up' | 'down',
): ReadonlyMap<string, readonly LineageEdge[]> {
  const groups = new Map<string, LineageEdge[]>();
  for (const edge of edges) {
    const key = way === 'up' ? edge.to : edge.from;
    const list = groups.get(key) ?? [];
    groups.set(key, list);
    list.push(edge);
  }
  return groups;
}

const KINDS: Readonly<Record<LineageKind, string>> = {
  dataset: 'data',
  notebook: 'notebook',
  snapshot: 'version',
  cell: 'cell',
  run: 'run',
  artifact: 'file',
  model: 'model',
  version: 'registered',
  entry: 'elsewhere',
};

/** "run train  accuracy 0.9722  1c68136491f4", with the name that the command takes for it. */
function describe(node: LineageNode, edge: LineageEdge, color: boolean): string {
  const { title, facts, name } = wordsOf(node);
  const marks = [
    ...facts,
    ...(edge.role === undefined ? [] : [edge.role]),
    ...(edge.certainty === 'unsure' ? ['unsure'] : []),
    ...(node.gone === undefined ? [] : [node.gone]),
  ].filter((each) => each !== '');
  return [
    `${paint(color, 'dim', KINDS[node.kind])} ${printable(title)}`,
    ...(marks.length === 0 ? [] : [printable(marks.join(', '))]),
    ...(name === '' ? [] : [paint(color, 'cyan', printable(name))]),
  ].join('  ');
}

/** Registries that know no stage say none, or "None". */
function isNoStage(stage: string): boolean {
  return stage === '' || stage === 'None';
}

interface Words {
  readonly title: string;
  readonly facts: readonly string[];
  readonly name: string;
}

function wordsOf(node: LineageNode): Words {
  switch (node.kind) {
    case 'dataset':
      return {
        title: node.name,
        facts: [
          node.rows === undefined ? '' : count(node.rows, 'row'),
          node.columns === undefined ? '' : count(node.columns, 'column'),
        ],
        name: node.id.slice(0, 'dataset:'.length + 12),
      };
    case 'notebook':
      return { title: node.path, facts: [count(node.snapshots, 'version')], name: '' };
    case 'snapshot':
      return {
        title: node.time === '' ? '' : `${node.path} as of ${formatTime(node.time)}`,
        facts: [
          node.clean === null ? '' : node.clean ? 'clean' : 'not clean',
          node.message === null ? '' : `“${node.message}”`,
        ],
        name: shortId(node.snapshot),
      };
    case 'cell':
      return {
        title: node.index === null ? node.cell : String(node.index + 1),
        facts: [`of ${basename(node.path)}`],
        name: '',
      };
    case 'run': {
      const [metric] = Object.entries(node.metrics);
      return {
        title: node.name,
        facts: [
          node.status === 'finished' ? '' : node.status,
          metric === undefined ? '' : `${metric[0]} ${formatValue(metric[1])}`,
        ],
        name: node.run.slice(0, 12),
      };
    }
    case 'artifact':
      return {
        title: node.names[0] ?? '',
        facts: [formatSize(node.size)],
        name: `sha256:${node.sha256.slice(0, 12)}`,
      };
    case 'model':
      return {
        title: node.name,
        facts: [node.modelType, node.status === 'ready' ? '' : node.status],
        name: node.model.slice(0, 14),
      };
    case 'version':
      return {
        title: node.name === '' ? `v${node.version}` : `${node.name} v${node.version}`,
        facts: [
          ...node.aliases.map((alias) => `@${alias}`),
          node.stage === 'None' ? '' : node.stage,
        ],
        name: node.name === '' ? '' : `models:/${node.name}/${node.version}`,
      };
    case 'entry': {
      const there = node.version === '' ? node.name : `${node.name} v${node.version}`;
      return {
        title: node.registry === '' ? there : `${node.registry}: ${there}`,
        facts: [
          ...node.aliases.map((alias) => `@${alias}`),
          isNoStage(node.stage) ? '' : node.stage,
        ],
        name: node.page,
      };
    }
  }
}
