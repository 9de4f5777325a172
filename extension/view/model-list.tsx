import type { JSX } from 'react';

import type { ModelRow } from '../../contract/models.js';
import { formatNumber } from '../model/number.js';
import { formatCount } from '../model/words.js';
import { Moment, StageWord } from './model-parts.js';

const MOST_METRICS = 3;

/** Registered models as a table: each with its newest version and where its aliases are. */
export function ModelList(props: {
  readonly models: readonly ModelRow[];
  readonly urlOf: (name: string, version?: number) => string;
}): JSX.Element {
  const { models, urlOf } = props;
  return (
    <div className="cellar-Snapshots" tabIndex={0} role="region" aria-label="Registered models">
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Aliases</th>
            <th scope="col">Newest version</th>
            <th scope="col">Metrics of it</th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.name}>
              <td className="cellar-Models-name" title={model.description}>
                <a href={urlOf(model.name)}>{model.name}</a>
                {model.description === '' ? null : (
                  <span className="cellar-quiet"> {model.description}</span>
                )}
              </td>
              <td>
                {model.aliases.map(({ name, version }) => (
                  <a key={name} className="cellar-Alias" href={urlOf(model.name, version)}>
                    {`@${name} v${String(version)}`}
                  </a>
                ))}
              </td>
              <td>
                <Newest model={model} urlOf={urlOf} />
              </td>
              <td>
                <NewestMetrics model={model} />
              </td>
              <td className="cellar-Snapshots-when">
                <Moment time={model.updated} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Newest(props: {
  readonly model: ModelRow;
  readonly urlOf: (name: string, version?: number) => string;
}): JSX.Element {
  const { name, newest, versions } = props.model;
  if (newest === null) return <span className="cellar-quiet">no version</span>;
  return (
    <span className="cellar-Inline" title={formatCount(versions, 'version')}>
      <a href={props.urlOf(name, newest.version)}>v{newest.version}</a>
      <StageWord stage={newest.stage} />
    </span>
  );
}

function NewestMetrics({ model }: { readonly model: ModelRow }): JSX.Element {
  const metrics = Object.entries(model.newest?.metrics ?? {}).slice(0, MOST_METRICS);
  return (
    <span className="cellar-Inline">
      {metrics.map(([name, value]) => (
        <span key={name} title={`${name} ${String(value)}`}>
          <span className="cellar-quiet">{name}</span>{' '}
          <span className="cellar-number">{formatNumber(value)}</span>
        </span>
      ))}
    </span>
  );
}
