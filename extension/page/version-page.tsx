import { useState, type JSX } from 'react';

import type { VersionPage } from '../../contract/models.js';
import type { Client } from '../client/client.js';
import type { ModelsClient, VersionName } from '../client/models.js';
import type { Loaded } from '../model/loaded.js';
import { VersionView, type VersionActions } from '../view/version-view.js';
import { thingOfVersion } from '../model/elsewhere-things.js';
import { Elsewhere } from '../view/elsewhere.js';
import { useElsewhere } from './lineage-page.js';
import { LineagePart } from './lineage-part.js';
import type { ModelRoute } from './model-crumbs.js';
import { formatRoute } from './routes.js';
import { Shown, snapshotUrl, useLoaded, type ModelPageProps } from './loaded-page.js';

type VersionRoute = Extract<ModelRoute, { kind: 'version' }>;

/** The page of one version of a model. */
export function VersionPageOf(
  props: ModelPageProps & { readonly route: VersionRoute },
): JSX.Element {
  const { client, models, external, route } = props;
  const { name, version: number } = route;
  const loaded = useLoaded(client, () => models.version(route));
  const place = useElsewhere(client, external);
  const [changes, setChanges] = useState(0);
  return (
    <div className="cellar-Scroll">
      <Shown loaded={loaded} label="Loading the version">
        {(version) => (
          <VersionView
            version={version}
            actions={toActions({ client, models, loaded }, route)}
            elsewhere={
              <Elsewhere
                place={place}
                of={`models:/${name}/${String(number)}`}
                things={[thingOfVersion(name, number, version.files.length > 0)]}
                onChanged={() => {
                  setChanges((before) => before + 1);
                }}
              />
            }
          >
            <LineagePart
              client={client}
              node={`models:/${name}/${String(number)}`}
              changes={changes}
            />
          </VersionView>
        )}
      </Shown>
    </div>
  );
}

function toActions(
  parts: {
    readonly client: Client;
    readonly models: ModelsClient;
    readonly loaded: Loaded<VersionPage>;
  },
  one: VersionName,
): VersionActions {
  const { client, models, loaded } = parts;
  const quietly = (work: () => Promise<unknown>): void => {
    void loaded.act(work);
  };
  const mayAsk = loaded.state.value?.mayChange === true;
  return {
    onApprove: (comment) => loaded.act(() => models.approve(one, comment)),
    onWithdraw: () => {
      quietly(() => models.withdraw(one));
    },
    ...(mayAsk ? { onLink: (person: string) => models.linkFor(one, person) } : {}),
    onAlias: (alias) => loaded.act(() => models.setAlias(one, alias)),
    onRemoveAlias: (alias) => {
      quietly(() => models.removeAlias(one.name, alias));
    },
    onStage: (stage) => {
      quietly(() => models.changeVersion(one, { stage }));
    },
    onDescribe: (description) => loaded.act(() => models.changeVersion(one, { description })),
    onTag: (name, value) => loaded.act(() => models.setTag(one, name, value)),
    onRemoveTag: (name) => {
      quietly(() => models.removeTag(one, name));
    },
    fileUrl: (file) => client.artifactUrl(file),
    snapshotUrl,
    runUrl: (id, cell) => formatRoute({ kind: 'run', id, ...(cell === undefined ? {} : { cell }) }),
  };
}
