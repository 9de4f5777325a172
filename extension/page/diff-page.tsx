import { useEffect, useMemo, type JSX } from 'react';

import type { Client } from '../client/client.js';
import { CompareModel } from '../model/compare.js';
import type { Memory } from '../model/memory.js';
import { DiffView } from '../view/diff-view.js';
import { useStore } from '../view/use-store.js';
import { formatRoute } from './routes.js';

/** The diff of two versions; swapping the sides goes to the address of the swapped one. */
export function DiffPage(props: {
  readonly client: Client;
  readonly memory: Memory;
  readonly base: string;
  readonly head: string;
  /** Told which notebook this is, once it is known. */
  readonly onNotebook: (id: string) => void;
}): JSX.Element {
  const { client, memory, base, head, onNotebook } = props;
  const model = useMemo(
    () => new CompareModel({ client, memory, target: { kind: 'pair', base, head } }),
    [client, memory, base, head],
  );
  useEffect(() => {
    void model.load();
    return () => {
      model.dispose();
    };
  }, [model]);
  const { comparison, target } = useStore(model);
  const side = comparison?.head;
  const notebook = side?.kind === 'snapshot' ? side.snapshot.notebook : undefined;
  useEffect(() => {
    if (notebook !== undefined) onNotebook(notebook);
  }, [notebook, onNotebook]);
  useEffect(() => {
    if (target.kind !== 'pair' || (target.base === base && target.head === head)) return;
    location.hash = formatRoute({ kind: 'diff', base: target.base, head: target.head });
  }, [target, base, head]);
  return <DiffView model={model} />;
}
