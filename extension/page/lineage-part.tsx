import { useEffect, useMemo, type JSX } from 'react';

import type { Client } from '../client/client.js';
import { targetOf } from '../model/lineage-target.js';
import { LineageModel } from '../model/lineage.js';
import { LineageGraph } from '../view/lineage-graph.js';
import { ProblemBanner, Skeleton } from '../view/states.js';
import { useStore } from '../view/use-store.js';
import { targetUrl } from './lineage-page.js';

/** The lineage of what a page is about, beside its facts. */
export function LineagePart(props: {
  readonly client: Client;
  /** As the API finds it. */
  readonly node: string;
  /** It is asked for again when this is another number than before. */
  readonly changes: number;
}): JSX.Element {
  const { client, node, changes } = props;
  const model = useMemo(() => new LineageModel(client, node), [client, node]);
  useEffect(() => {
    void model.load();
    return () => {
      model.dispose();
    };
  }, [model]);
  useEffect(() => {
    if (changes > 0) void model.load();
  }, [model, changes]);
  const { graph, problem } = useStore(model);
  if (problem !== undefined)
    return <ProblemBanner problem={problem} onRetry={() => void model.load()} />;
  if (graph === undefined) return <Skeleton label="Loading lineage" rows={4} />;
  return (
    <LineageGraph
      graph={graph}
      focus={graph.focus}
      onOpen={(each) => {
        location.hash = targetUrl(targetOf(each, graph));
      }}
    />
  );
}
