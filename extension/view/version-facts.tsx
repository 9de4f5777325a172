import type { JSX } from 'react';

import type { VersionFile, VersionPage } from '../../contract/models.js';
import { formatNumber } from '../model/number.js';
import { ranOnFacts } from '../model/ran-on.js';
import { formatSize } from '../model/size.js';
import { formatCount } from '../model/words.js';
import { Icon } from './icons.js';
import { Facts } from './model-parts.js';

/** What a version measured, was given, has read and consists of; what there is none of is left out. */
export function MadeOf(props: {
  readonly version: VersionPage;
  readonly fileUrl: (file: VersionFile) => string;
}): JSX.Element {
  const { version, fileUrl } = props;
  const metrics = Object.entries(version.metrics);
  const params = Object.entries(version.params);
  return (
    <>
      {metrics.length === 0 ? null : (
        <Facts title="Metrics">
          <Pairs
            label="Metrics"
            pairs={metrics.map(([name, value]) => [name, formatNumber(value), String(value)])}
          />
        </Facts>
      )}
      {params.length === 0 ? null : (
        <Facts title="Params">
          <Pairs label="Params" pairs={params.map(([name, value]) => [name, value, value])} />
        </Facts>
      )}
      {version.data.length === 0 ? null : (
        <Facts title="Data">
          <ul>
            {version.data.map(({ name, digest, rows, context }) => (
              <li key={`${name} ${context}`} className="cellar-Inline" title={`digest ${digest}`}>
                <span className="cellar-Artifact-name">{name}</span>
                <span className="cellar-quiet">
                  {[rows === null ? '' : formatCount(rows, 'row'), context]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </Facts>
      )}
      {version.ranOn === null ? null : (
        <Facts title="Environment">
          <Pairs
            label="Environment"
            pairs={ranOnFacts(version.ranOn).map(([name, words]) => [name, words, words])}
          />
        </Facts>
      )}
      <Facts title="Files">
        {version.files.length === 0 ? (
          <p className="cellar-quiet cellar-wrap">{`Not kept here: ${version.origin}`}</p>
        ) : (
          <ul>
            {version.files.map((file) => (
              <FileLine key={file.name} file={file} url={fileUrl(file)} />
            ))}
          </ul>
        )}
      </Facts>
    </>
  );
}

function FileLine(props: { readonly file: VersionFile; readonly url: string }): JSX.Element {
  const { name, sha256, size } = props.file;
  return (
    <li className="cellar-FileLine">
      <Icon name="box" />
      <span className="cellar-Artifact-name" title={name}>
        {name}
      </span>
      <span className="cellar-quiet cellar-number">{formatSize(size)}</span>
      <code className="cellar-quiet" title={`SHA-256 ${sha256}`}>
        {sha256.slice(0, 12)}
      </code>
      <a
        className="cellar-IconButton"
        href={props.url}
        download={name.slice(name.lastIndexOf('/') + 1)}
        aria-label={`Download ${name}`}
        title={`Download ${name}`}
      >
        <Icon name="download" />
      </a>
    </li>
  );
}

function Pairs(props: {
  readonly label: string;
  readonly pairs: readonly (readonly [name: string, shown: string, whole: string])[];
}): JSX.Element {
  return (
    <table className="cellar-Pairs" aria-label={props.label}>
      <tbody>
        {props.pairs.map(([name, shown, whole]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td title={whole}>{shown}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
