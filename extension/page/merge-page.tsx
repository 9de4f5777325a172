import { useEffect, useMemo, type JSX } from 'react';

import type { Client } from '../client/client.js';
import type { MergeClient } from '../client/merge.js';
import { MergeModel } from '../model/merge.js';
import { baseName, formatCount } from '../model/words.js';
import type { Memory } from '../model/memory.js';
import { MergeView } from '../view/merge-view.js';
import { Empty } from '../view/states.js';
import { useStore } from '../view/use-store.js';
import { Login } from './login.js';
import { ThemeButton } from './theme.js';

/** One merge and nothing beside it: of a notebook of the workspace, or ("") the one that the merge tool was started for. */
export function MergePage(props: {
  readonly client: Pick<Client, 'login' | 'events'>;
  readonly merges: MergeClient;
  readonly memory: Memory;
  /** Keeps choices as long as this tab is open. */
  readonly drafts: Memory;
  readonly path: string;
  readonly linkRefused: boolean;
}): JSX.Element {
  const { client, merges, memory, drafts, path, linkRefused } = props;
  const model = useMemo(
    () => new MergeModel({ client: merges, path, memory: drafts }),
    [merges, path, drafts],
  );
  useEffect(() => {
    void model.load();
    return () => {
      model.dispose();
    };
  }, [model]);
  const { phase, problem, view, unresolved } = useStore(model);
  const isAttended = path === '' && phase === 'ready';
  useEffect(() => {
    if (!isAttended) return undefined;
    // By this connection the merge tool knows that the page is still open.
    const events = client.events(() => undefined);
    return () => {
      events.dispose();
    };
  }, [client, isAttended]);
  useEffect(() => {
    const guard = (event: BeforeUnloadEvent): void => {
      if (model.isUnsaved) event.preventDefault();
    };
    window.addEventListener('beforeunload', guard);
    return () => {
      window.removeEventListener('beforeunload', guard);
    };
  }, [model]);
  const name = view?.path ?? path;
  useEffect(() => {
    document.title = name === '' ? 'Merge' : `Merge of ${baseName(name)}`;
  }, [name]);
  if (problem?.kind === 'login')
    return (
      <div className="cellar cellar-Page">
        <Login client={client} linkRefused={linkRefused} onDone={() => void model.load()} />
      </div>
    );
  return (
    <div className="cellar cellar-Page cellar-mod-merge">
      <header className="cellar-Top">
        <nav className="cellar-Crumbs" aria-label="Where you are">
          <span aria-current="page">{name === '' ? 'Merge' : `Merge of ${name}`}</span>
        </nav>
        <ThemeButton memory={memory} />
      </header>
      <div className="cellar-Page-body">
        <main className="cellar-Page-main">
          {phase === 'saved' || phase === 'left' ? (
            <Empty title={phase === 'saved' ? 'Saved.' : 'Nothing was saved.'}>
              {unresolved === 0 || phase === 'left'
                ? 'You can close this tab.'
                : `${formatCount(unresolved, 'conflict stays', 'conflicts stay')} in the file. You can close this tab.`}
            </Empty>
          ) : (
            <MergeView model={model} canCancel={path === ''} />
          )}
        </main>
      </div>
    </div>
  );
}
