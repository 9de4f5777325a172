import type { Lineage, LineageNode } from '../../contract/lineage.js';
import type { LiveRun } from '../../contract/live.js';
import type { RunPage } from '../../contract/run.js';

interface Shown {
  readonly graph: Lineage;
  readonly run: RunPage;
}

/** What is shown of a run with its latest values; undefined where more than values has changed, so that all has to be asked for. */
export function withValues({ graph, run }: Shown, live: LiveRun): Shown | undefined {
  const names = Object.keys(run.metrics);
  const known = new Set(names);
  const isOther =
    live.status !== run.status ||
    live.snapshot !== run.snapshot ||
    live.name !== run.name ||
    live.total !== names.length ||
    !live.metrics.every(({ name }) => known.has(name));
  if (isOther) return undefined;
  const values = new Map(live.metrics.map(({ name, ...point }) => [name, point]));
  const { metric } = graph.origin;
  const latest = metric === null ? undefined : values.get(metric.name);
  return {
    run: {
      ...run,
      end: live.changed,
      // In the order that they had, so that none moves.
      metrics: Object.fromEntries(
        Object.entries(run.metrics).map(([name, point]) => [name, values.get(name) ?? point]),
      ),
    },
    graph: {
      ...graph,
      origin:
        metric === null || latest === undefined
          ? graph.origin
          : { ...graph.origin, metric: { ...metric, value: latest.value } },
      nodes: graph.nodes.map((node) =>
        node.kind === 'run' && node.id === graph.focus ? withNodeValues(node, values) : node,
      ),
    },
  };
}

type RunNode = Extract<LineageNode, { kind: 'run' }>;

function withNodeValues(
  node: RunNode,
  values: ReadonlyMap<string, Pick<LiveRun['metrics'][number], 'value'>>,
): RunNode {
  const metrics = Object.entries(node.metrics).map(([name, value]) => [
    name,
    values.get(name)?.value ?? value,
  ]);
  return { ...node, metrics: Object.fromEntries(metrics) as RunNode['metrics'] };
}
