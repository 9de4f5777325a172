import type { JSX } from 'react';

import type { Bundle, MetricValue } from '../../contract/bundle.js';
import { formatNumber } from '../model/number.js';
import { formatSize } from '../model/size.js';

/** What a cell logged, as a small table in place of its JSON: metrics with their last value, params, tags, data and files. */
export function MetricsTable({ bundle }: { readonly bundle: Bundle }): JSX.Element {
  const metrics = Object.entries(bundle.metrics ?? {});
  const params = Object.entries(bundle.params ?? {});
  const artifacts = bundle.artifacts ?? [];
  const name = bundle.run?.name;
  return (
    <div className="cellar cellar-Logged">
      <table aria-label="Logged to Cellar">
        {name === undefined ? null : <caption>{name}</caption>}
        <tbody>
          {metrics.map(([metric, logged]) => (
            <MetricRow key={`metric ${metric}`} name={metric} logged={logged} />
          ))}
          {params.map(([param, value]) => (
            <tr key={`param ${param}`}>
              <th scope="row">{param}</th>
              <td>{String(value)}</td>
              <td className="cellar-quiet">param</td>
            </tr>
          ))}
          {Object.entries(bundle.tags ?? {}).map(([tag, value]) => (
            <tr key={`tag ${tag}`}>
              <th scope="row">{tag}</th>
              <td>{String(value)}</td>
              <td className="cellar-quiet">tag</td>
            </tr>
          ))}
          {(bundle.datasets ?? []).map(({ name: dataset, digest, rows, columnCount }) => (
            <tr key={`data ${digest} ${dataset}`}>
              <th scope="row" title={`Digest ${digest}`}>
                {dataset}
              </th>
              <td>{toShape(rows, columnCount)}</td>
              <td className="cellar-quiet">data</td>
            </tr>
          ))}
          {artifacts.map((artifact, at) => (
            <tr key={`file ${String(at)}`}>
              <th scope="row" title={artifact.sha256 && `SHA-256 ${artifact.sha256}`}>
                {artifact.name}
              </th>
              <td>{artifact.size === undefined ? '' : formatSize(artifact.size)}</td>
              <td className="cellar-quiet">file</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Logged = NonNullable<Bundle['metrics']>[string];

function MetricRow({
  name,
  logged,
}: {
  readonly name: string;
  readonly logged: Logged;
}): JSX.Element {
  const points = Array.isArray(logged) ? logged : undefined;
  const value: MetricValue | undefined = Array.isArray(logged) ? lastOf(logged)?.value : logged;
  const steps =
    points !== undefined && points.length > 1 ? ` · ${String(points.length)} values` : '';
  return (
    <tr>
      <th scope="row">{name}</th>
      <td title={String(value)}>{formatNumber(value)}</td>
      <td className="cellar-quiet">metric{steps}</td>
    </tr>
  );
}

function toShape(rows: number | undefined, columns: number | undefined): string {
  return [
    ...(rows === undefined ? [] : [`${String(rows)} rows`]),
    ...(columns === undefined ? [] : [`${String(columns)} columns`]),
  ].join(' · ');
}

function lastOf<T>(values: readonly T[]): T | undefined {
  return values[values.length - 1];
}
