import type { JSX } from 'react';

import type { VersionRow } from '../../contract/models.js';
import { formatNumber, guessDirection } from '../model/number.js';
import { formatSize } from '../model/size.js';
import { formatFullTime, formatMoment } from '../model/time.js';
import { baseName } from '../model/words.js';
import { Icon } from './icons.js';
import { Aliases, Moment, StageWord } from './model-parts.js';
import { useNow } from './use-store.js';

const MOST_METRICS = 6;

/** The address that shows the version of a notebook. */
export type SnapshotUrl = (snapshot: NonNullable<VersionRow['snapshot']>) => string;

/** The versions of a registered model as a table: metrics as columns, the best of each starred. Two chosen ones are compared. */
export function VersionList(props: {
  readonly rows: readonly VersionRow[];
  readonly chosen: readonly number[];
  readonly onChoose: (version: number) => void;
  readonly urlOf: (version: number) => string;
  readonly snapshotUrl: SnapshotUrl;
}): JSX.Element {
  const { rows, chosen, onChoose, urlOf, snapshotUrl } = props;
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  const shown = metrics.slice(0, MOST_METRICS);
  return (
    <div className="cellar-Snapshots" tabIndex={0} role="region" aria-label="Versions">
      <table>
        <thead>
          <tr>
            <th scope="col" className="cellar-Snapshots-pick">
              <span className="cellar-sr">Compare</span>
            </th>
            <th scope="col">Version</th>
            <th scope="col">Registered</th>
            <th scope="col">From</th>
            {shown.map((name) => (
              <th key={name} scope="col" className="cellar-number">
                {name}
              </th>
            ))}
            <th scope="col" className="cellar-number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.version}
              className={chosen.includes(row.version) ? 'cellar-mod-chosen' : ''}
            >
              <td className="cellar-Snapshots-pick">
                <input
                  type="checkbox"
                  checked={chosen.includes(row.version)}
                  aria-label={`Compare version ${String(row.version)}`}
                  onChange={() => {
                    onChoose(row.version);
                  }}
                />
              </td>
              <td>
                <span className="cellar-Inline">
                  <a href={urlOf(row.version)} title={row.description}>
                    v{row.version}
                  </a>
                  <Aliases names={row.aliases} />
                  <StageWord stage={row.stage} />
                  {row.approved > 0 ? (
                    <Icon name="check" title={`${String(row.approved)} approved it`} />
                  ) : null}
                </span>
              </td>
              <td className="cellar-Snapshots-when">
                <Moment time={row.created} />
              </td>
              <td>
                <From row={row} snapshotUrl={snapshotUrl} />
              </td>
              {shown.map((name) => (
                <Metric key={name} name={name} row={row} rows={rows} />
              ))}
              <td className="cellar-number">{row.size === null ? '' : formatSize(row.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function From(props: { readonly row: VersionRow; readonly snapshotUrl: SnapshotUrl }): JSX.Element {
  const now = useNow(60_000);
  const { snapshot } = props.row;
  if (snapshot === null) return <span className="cellar-quiet">not known</span>;
  const { path, time, clean } = snapshot;
  return (
    <a href={props.snapshotUrl(snapshot)} title={`${path} as of ${formatFullTime(time)}`}>
      {`${baseName(path)}, ${formatMoment(time, now)}${clean === true ? ' · clean' : ''}`}
    </a>
  );
}

function Metric(props: {
  readonly name: string;
  readonly row: VersionRow;
  readonly rows: readonly VersionRow[];
}): JSX.Element {
  const { name, row, rows } = props;
  const value = Object.hasOwn(row.metrics, name) ? row.metrics[name] : undefined;
  const isBest = typeof value === 'number' && rows.length > 1 && value === bestOf(rows, name);
  return (
    <td className="cellar-number" title={value === undefined ? '' : String(value)}>
      {isBest ? <Icon name="star" className="cellar-mod-best" title={`best ${name}`} /> : null}
      {value === undefined ? '' : formatNumber(value)}
    </td>
  );
}

function bestOf(rows: readonly VersionRow[], name: string): number | undefined {
  const values = rows.flatMap(({ metrics }) => {
    const value = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
    return typeof value === 'number' ? [value] : [];
  });
  if (values.length === 0) return undefined;
  return guessDirection(name) === 'higher' ? Math.max(...values) : Math.min(...values);
}
