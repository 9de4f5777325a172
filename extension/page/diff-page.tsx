import { useEffect, useMemo, type JSX } from 'react';

import type { CompareSides } from '../../contract/compare.js';
import type { Client } from '../client/client.js';
import { CompareModel } from '../model/compare.js';
import type { Memory } from '../model/memory.js';
import type { DiffActions } from '../view/diff-header.js';
import { DiffView } from '../view/diff-view.js';
import { useStore } from '../view/use-store.js';
import { formatRoute, type PageRoute } from './routes.js';

type DiffRoute = Extract<PageRoute, { kind: 'diff' }>;

/** The diff of two versions; swapping the sides or showing noise goes to the address of what is seen then. */
export function DiffPage(props: {
  readonly client: Client;
  readonly memory: Memory;
  readonly route: DiffRoute;
  /** Told which notebook this is, once it is known. */
  readonly onNotebook: (id: string) => void;
}): JSX.Element {
  const { client, memory, route, onNotebook } = props;
  const address = formatRoute(route);
  const { base, head } = route;
  // One model for two versions: with other noise shown it keeps its place and what is open.
  const model = useMemo(
    () => new CompareModel({ client, memory, asked: toAsked(route) }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- which noise is shown does not make another comparison
    [client, memory, base, head],
  );
  useEffect(
    () => () => {
      model.dispose();
    },
    [model],
  );
  const { comparison, asked } = useStore(model);
  useEffect(() => {
    if (model.state.comparison === undefined && !model.state.busy) void model.load();
    else if (toAddress(model.state.asked) !== address) void model.showKinds(toAsked(route).show);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the address stands for the route
  }, [model, address]);
  const side = comparison?.head;
  const notebook = side?.kind === 'snapshot' ? side.snapshot.notebook : undefined;
  useEffect(() => {
    if (notebook !== undefined) onNotebook(notebook);
  }, [notebook, onNotebook]);
  const shown = toAddress(asked);
  useEffect(() => {
    if (shown !== undefined && shown !== formatRoute(route)) location.hash = shown;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only what the person does in the view leads elsewhere
  }, [shown]);
  return <DiffView model={model} actions={ACTIONS} />;
}

const ACTIONS: DiffActions = {
  notebookUrl: (id) => formatRoute({ kind: 'notebook', id }),
};

function toAsked({ base, head, show }: DiffRoute): CompareSides {
  return {
    base: { kind: 'snapshot', id: base },
    head: { kind: 'snapshot', id: head },
    ...(show === undefined ? {} : { show: [...show] }),
  };
}

/** The address of a comparison of two versions. */
function toAddress({ base, head, show }: CompareSides): string | undefined {
  if (base.kind !== 'snapshot' || head.kind !== 'snapshot') return undefined;
  return formatRoute({
    kind: 'diff',
    base: base.id,
    head: head.id,
    ...(show === undefined ? {} : { show }),
  });
}
