import { useCallback, useMemo, useRef, type JSX, type ReactNode } from 'react';

import type { LineageNode } from '../../contract/lineage.js';
import type { RunPage } from '../../contract/run.js';
import { focusOf, type LineageModel } from '../model/lineage.js';
import { targetOf } from '../model/lineage-target.js';
import { sentence } from '../model/lineage-words.js';
import { formatSeconds } from '../model/time.js';
import { Icon } from './icons.js';
import { NodeFacts, RunFacts, type LineageActions } from './lineage-facts.js';
import { LineageGraph } from './lineage-graph.js';
import { RanCells } from './ran-cells.js';
import { ProblemBanner, Skeleton } from './states.js';
import { useShown } from './use-shown.js';
import { useStore } from './use-store.js';

/** Where something comes from: in words, its facts at the left, its lineage at the right; of a run the cells that ran below. */
export function LineageView(props: {
  readonly model: LineageModel;
  readonly actions: LineageActions;
  /** What stands below the facts of what it is about, of which `run` is all that is known where it is a run. */
  readonly below?: (node: LineageNode, run: RunPage | undefined) => ReactNode;
}): JSX.Element {
  const { model, actions, below } = props;
  const { graph, run, cell, problem, busy, away } = useStore(model);
  const place = useRef<HTMLElement>(null);
  const tell = useCallback(
    (isShown: boolean) => {
      model.setShown(isShown);
    },
    [model],
  );
  useShown(place, tell);
  const node = useMemo(() => focusOf(graph), [graph]);
  return (
    <article className="cellar cellar-Trace" aria-busy={busy} ref={place}>
      {away === undefined || graph === undefined || problem !== undefined ? null : (
        <Away since={away} />
      )}
      {problem === undefined ? null : (
        <ProblemBanner problem={problem} onRetry={() => void model.load()} />
      )}
      {graph === undefined || node === undefined ? (
        problem === undefined ? (
          <Skeleton label="Loading lineage" rows={6} />
        ) : null
      ) : (
        <>
          <header className="cellar-Trace-head">
            <h1>{sentence(graph, Date.now())}</h1>
            <Warnings run={run} />
          </header>
          <div className="cellar-Trace-body">
            <div className="cellar-Trace-facts">
              {run === undefined ? (
                <NodeFacts node={node} actions={actions} />
              ) : (
                <RunFacts run={run} courses={model.courses} actions={actions} />
              )}
              {below?.(node, run)}
            </div>
            <div className="cellar-Trace-graph">
              <h2>Where it comes from, and what came of it</h2>
              <LineageGraph
                graph={graph}
                focus={graph.focus}
                onOpen={(each) => {
                  actions.onGo(targetOf(each, graph));
                }}
              />
            </div>
          </div>
          {run === undefined ? null : <RanCells run={run} cell={cell} />}
        </>
      )}
    </article>
  );
}

/** Quiet, and over what is shown, so that nothing moves when the server goes and comes. */
function Away({ since }: { readonly since: number }): JSX.Element {
  const time = formatSeconds(new Date(since).toISOString());
  return (
    <div className="cellar-Trace-away">
      <p role="status">
        <Icon name="away" />
        {`Cellar does not answer. This is as of ${time}, and goes on when it is back.`}
      </p>
    </div>
  );
}

function Warnings({ run }: { readonly run: RunPage | undefined }): JSX.Element | null {
  if (run === undefined) return null;
  // The version of what goes on is yet to come.
  const warnings = run.warnings.filter(
    ({ code }) => run.status !== 'running' || code !== 'unclaimed',
  );
  if (warnings.length === 0) return null;
  return (
    <ul className="cellar-Trace-warnings" aria-label="Warnings">
      {warnings.map(({ code, message }, at) => (
        <li key={`${code} ${String(at)}`}>
          <Icon name="warn" />
          <span>{message}</span>
        </li>
      ))}
    </ul>
  );
}
