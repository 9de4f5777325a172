import { useEffect, useMemo, type JSX } from 'react';

import type { Client } from '../client/client.js';
import type { ExternalClient } from '../client/external.js';
import type { ModelsClient } from '../client/models.js';
import { ElsewhereModel } from '../model/elsewhere.js';
import { EntriesModel } from '../model/elsewhere-entries.js';
import type { LineageTarget } from '../model/lineage-target.js';
import { LineageModel } from '../model/lineage.js';
import { NodeElsewhere, type ElsewherePlace } from '../view/elsewhere.js';
import { LineageView } from '../view/lineage-view.js';
import { RegisterPart } from './register-part.js';
import { formatRoute } from './routes.js';

/** A run, or anything else of the lineage: what is known of it, where it comes from, what came of it. */
export function LineagePage(props: {
  readonly client: Client;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
  /** As the API finds it. */
  readonly node: string;
  readonly cell?: string | undefined;
}): JSX.Element {
  const { client, models, external, node, cell } = props;
  const place = useElsewhere(client, external);
  const model = useMemo(() => new LineageModel(client, node, cell), [client, node, cell]);
  useEffect(() => {
    void model.load();
    return () => {
      model.dispose();
    };
  }, [model]);
  return (
    <LineageView
      model={model}
      actions={{
        onGo: (target) => {
          location.hash = targetUrl(target);
        },
        artifactUrl: client.artifactUrl,
      }}
      below={(focus, run) => (
        <>
          {run === undefined ? null : (
            <RegisterPart
              models={models}
              run={run.id}
              files={run.artifacts.length + run.models.length}
              onDone={() => void model.load()}
            />
          )}
          <NodeElsewhere {...{ place, run }} node={focus} onChanged={() => void model.load()} />
        </>
      )}
    />
  );
}

/** Where links to registries elsewhere are asked for; the same object as long as its clients are. */
export function useElsewhere(client: Client, external: ExternalClient): ElsewherePlace {
  return useMemo(
    () => ({
      open: (of) => new ElsewhereModel(client, external, of),
      search: () => new EntriesModel(external),
    }),
    [client, external],
  );
}

/** The fragment that shows what a node of a graph opens as. */
export function targetUrl(target: LineageTarget): string {
  switch (target.kind) {
    case 'node':
      return formatRoute({ kind: 'lineage', node: target.id });
    case 'run': {
      const { run: id, cell } = target;
      return formatRoute({ kind: 'run', id, ...(cell === undefined ? {} : { cell }) });
    }
    case 'diff':
      return formatRoute(target);
    case 'notebook':
      return formatRoute({ kind: 'notebook', id: target.notebook });
    case 'version':
      return `#/models/${encodeURIComponent(target.name)}/${String(target.version)}`;
  }
}
