import { useEffect, useMemo, type JSX } from 'react';

import type { Notebook } from '../../contract/history.js';
import type { Client } from '../client/client.js';
import type { ExternalClient } from '../client/external.js';
import type { ModelsClient } from '../client/models.js';
import { HistoryModel } from '../model/history.js';
import { LinksModel } from '../model/links.js';
import type { Memory } from '../model/memory.js';
import { RegistrationsModel } from '../model/registrations.js';
import { formatCount } from '../model/words.js';
import { ExpiredNote } from '../view/expired-note.js';
import { SearchField } from '../view/history-header.js';
import { SnapshotList } from '../view/snapshot-list.js';
import { Empty, ProblemBanner, Skeleton } from '../view/states.js';
import type { RegisteredPlaces } from '../view/use-registered.js';
import { useStore } from '../view/use-store.js';
import { formatRoute } from './routes.js';

/** A notebook's versions, and the way to the diff of any two. */
export function NotebookPage(props: {
  readonly client: Client;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
  readonly memory: Memory;
  readonly notebook: Notebook;
}): JSX.Element {
  const { client, models, external, memory, notebook } = props;
  const registered = useRegistrations(client, models, external);
  const model = useMemo(() => new HistoryModel({ client, memory }), [client, memory]);
  useEffect(() => {
    model.showNotebook(notebook);
  }, [model, notebook]);
  useEffect(
    () => () => {
      model.dispose();
    },
    [model],
  );
  const { phase, problem, text, total, expired } = useStore(model);
  return (
    <section className="cellar-Versions" aria-label={`Versions of ${notebook.path}`}>
      <div className="cellar-Versions-tools">
        <SearchField
          label="Search in versions"
          value={text}
          onChange={(value) => {
            model.search(value);
          }}
        />
        <span className="cellar-quiet">{formatCount(total, 'version')}</span>
        <CompareChosen model={model} />
      </div>
      {problem === undefined ? null : (
        <ProblemBanner problem={problem} onRetry={() => void model.retry()} />
      )}
      {phase === 'loading' ? <Skeleton label="Loading versions" rows={8} /> : null}
      {phase === 'empty' && expired === undefined ? (
        <Empty title={text === '' ? 'No versions yet.' : 'No version matches.'} />
      ) : null}
      {expired === undefined ? null : (
        <ExpiredNote
          version={expired}
          label="Find that one"
          onNearest={(id) => {
            model.search(id);
          }}
        />
      )}
      {phase === 'ready' ? (
        <SnapshotList
          model={model}
          actions={{
            diffUrl: (base, head) => formatRoute({ kind: 'diff', base, head }),
            artifactUrl: client.artifactUrl,
            runUrl: (id) => formatRoute({ kind: 'run', id }),
            registered,
          }}
        />
      ) : null}
    </section>
  );
}

/** What is registered, here and elsewhere, as long as the page is open. */
function useRegistrations(
  client: Client,
  models: ModelsClient,
  external: ExternalClient,
): RegisteredPlaces {
  const places = useMemo(
    () => ({
      model: new RegistrationsModel(client, models),
      links: new LinksModel(client, external),
      urlOf: (name: string, version: number) => formatRoute({ kind: 'version', name, version }),
    }),
    [client, models, external],
  );
  useEffect(() => {
    void places.model.load();
    void places.links.load();
    return () => {
      places.model.dispose();
      places.links.dispose();
    };
  }, [places]);
  return places;
}

function CompareChosen({ model }: { readonly model: HistoryModel }): JSX.Element | null {
  const { selection, rows } = useStore(model);
  if (selection === undefined) return null;
  const { id, other } = selection;
  if (other === undefined)
    return <span className="cellar-quiet">Choose a second one to compare</span>;
  const [newer, older] = rows.filter((row) => row.id === id || row.id === other);
  if (newer === undefined || older === undefined) return null;
  return (
    <a
      className="cellar-TextButton cellar-mod-accent"
      href={formatRoute({ kind: 'diff', base: older.id, head: newer.id })}
    >
      Compare the two
    </a>
  );
}
