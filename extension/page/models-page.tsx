import { useState, type JSX } from 'react';

import { toModelFilter } from '../model/model-words.js';
import { formatCount } from '../model/words.js';
import { SearchField } from '../view/history-header.js';
import { ModelList } from '../view/model-list.js';
import { Empty } from '../view/states.js';
import { VersionComparisonView } from '../view/version-comparison.js';
import { Shown, useLoaded, type ModelPageProps } from './loaded-page.js';
import type { ModelRoute } from './model-crumbs.js';
import { ModelPage } from './model-page.js';
import { formatRoute } from './routes.js';
import { VersionPageOf } from './version-page.js';

/** Registered models: all of them, one, one of its versions, or two beside one another. */
export function ModelsPage(props: ModelPageProps & { readonly route: ModelRoute }): JSX.Element {
  const { route, ...parts } = props;
  switch (route.kind) {
    case 'models':
      return <AllModels {...parts} />;
    case 'model':
      return <ModelPage key={route.name} {...parts} name={route.name} />;
    case 'version':
      return <VersionPageOf key={formatRoute(route)} {...parts} route={route} />;
    case 'versions':
      return <TwoVersions key={formatRoute(route)} {...parts} route={route} />;
  }
}

function AllModels({ client, models }: ModelPageProps): JSX.Element {
  const [text, setText] = useState('');
  return (
    <section className="cellar-Versions" aria-label="Registered models">
      <div className="cellar-Versions-tools">
        <SearchField label="Search models" value={text} onChange={setText} />
        <span className="cellar-quiet">{`A name, or a condition: tags.team = 'red'`}</span>
      </div>
      <FoundModels key={text} client={client} models={models} text={text} />
    </section>
  );
}

function FoundModels(
  props: Pick<ModelPageProps, 'client' | 'models'> & { readonly text: string },
): JSX.Element {
  const { client, models, text } = props;
  const loaded = useLoaded(client, () => models.list(toModelFilter(text)));
  return (
    <Shown loaded={loaded} label="Loading models">
      {({ models: found }) =>
        found.length === 0 ? (
          <Empty title={text === '' ? 'No model is registered yet.' : 'No model matches.'}>
            {text === ''
              ? 'Register a file from a version in JupyterLab, or with MLflow: mlflow.register_model(…).'
              : `${formatCount(0, 'model')} found.`}
          </Empty>
        ) : (
          <ModelList
            models={found}
            urlOf={(name, version) =>
              formatRoute(
                version === undefined
                  ? { kind: 'model', name }
                  : { kind: 'version', name, version },
              )
            }
          />
        )
      }
    </Shown>
  );
}

function TwoVersions(
  props: ModelPageProps & { readonly route: Extract<ModelRoute, { kind: 'versions' }> },
): JSX.Element {
  const { client, models, route } = props;
  const { name, base, head } = route;
  const loaded = useLoaded(client, () => models.compare(name, String(base), String(head)));
  return (
    <div className="cellar-Scroll">
      <Shown loaded={loaded} label="Loading both versions">
        {(comparison) => (
          <VersionComparisonView
            comparison={comparison}
            urlOf={(version) => formatRoute({ kind: 'version', name, version })}
            diffUrl={(from, to) => formatRoute({ kind: 'diff', base: from, head: to })}
          />
        )}
      </Shown>
    </div>
  );
}
