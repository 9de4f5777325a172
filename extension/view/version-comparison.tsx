import type { JSX } from 'react';

import type { ComparedValue } from '../../contract/compare.js';
import type { VersionComparison, VersionData, VersionFile } from '../../contract/models.js';
import { formatNumber, guessDirection } from '../model/number.js';
import { formatSize } from '../model/size.js';
import { formatCount } from '../model/words.js';
import { MetricChange } from './metric-change.js';
import { Aliases, Facts, StageWord } from './model-parts.js';

/** Two versions of a model beside one another: what differs of them, and the way to what changed in the notebook. */
export function VersionComparisonView(props: {
  readonly comparison: VersionComparison;
  readonly urlOf: (version: number) => string;
  readonly diffUrl: (base: string, head: string) => string;
}): JSX.Element {
  const { comparison, urlOf, diffUrl } = props;
  const { base, head, diff, metrics, params, same, data, files } = comparison;
  return (
    <div className="cellar-Model">
      <header className="cellar-Model-head">
        <h1 className="cellar-Inline">
          {comparison.name}
          {[base, head].map((row, at) => (
            <span key={at === 0 ? 'base' : 'head'} className="cellar-Inline">
              {at === 0 ? null : <span aria-hidden>→</span>}
              <a href={urlOf(row.version)}>v{row.version}</a>
              <Aliases names={row.aliases} />
              <StageWord stage={row.stage} />
            </span>
          ))}
        </h1>
        {diff === null ? (
          <p className="cellar-quiet">
            The notebook version of{' '}
            {base.snapshot === null ? `v${String(base.version)}` : `v${String(head.version)}`} is
            not known, so the notebooks cannot be compared.
          </p>
        ) : diff.base === diff.head ? (
          <p>Both come from the same version of the notebook.</p>
        ) : (
          <a className="cellar-TextButton cellar-mod-accent" href={diffUrl(diff.base, diff.head)}>
            What changed in the notebook
          </a>
        )}
      </header>
      <Facts title="Metrics">
        <Values values={metrics} same={same.metrics} what="metric" />
      </Facts>
      <Facts title="Params">
        <Values values={params} same={same.params} what="param" />
      </Facts>
      <Facts title="Data">
        {data.length === 0 ? <p className="cellar-quiet">None is known of either.</p> : null}
        <Both
          label="Data"
          rows={data.map((row) => ({
            ...{ name: [row.name, row.context].filter(Boolean).join(' · '), same: row.same },
            ...{ base: dataWords(row.base), head: dataWords(row.head) },
          }))}
        />
      </Facts>
      <Facts title="Files">
        {files.length === 0 ? <p className="cellar-quiet">None of either are kept here.</p> : null}
        <Both
          label="Files"
          rows={files.map((row) => ({
            ...{ name: row.name, same: row.same },
            ...{ base: fileWords(row.base), head: fileWords(row.head) },
          }))}
        />
      </Facts>
    </div>
  );
}

function Values(props: {
  readonly values: readonly ComparedValue[];
  readonly same: number;
  readonly what: string;
}): JSX.Element {
  const { values, same, what } = props;
  const isMetric = what === 'metric';
  const rest =
    same === 0 ? '' : `${formatCount(same, what)} ${same === 1 ? 'is' : 'are'} the same.`;
  if (values.length === 0)
    return <p className="cellar-quiet">{rest === '' ? `Neither has a ${what}.` : rest}</p>;
  return (
    <>
      <table className="cellar-Pairs cellar-mod-compared" aria-label={`${what}s that differ`}>
        <tbody>
          {values.map(({ name, base, head, delta }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td title={base ?? ''}>{show(base, isMetric)}</td>
              <td title={head ?? ''}>{show(head, isMetric)}</td>
              <td>
                {delta === null ? null : (
                  <MetricChange
                    delta={delta}
                    direction={guessDirection(name)}
                    against="the version at the left"
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest === '' ? null : <p className="cellar-quiet">{rest}</p>}
    </>
  );
}

function show(value: string | null, isMetric: boolean): string {
  if (value === null) return '–';
  const number = Number(value);
  return isMetric && Number.isFinite(number) ? formatNumber(number) : value;
}

interface BothRow {
  readonly name: string;
  readonly base: string | undefined;
  readonly head: string | undefined;
  readonly same: boolean;
}

function Both(props: { readonly label: string; readonly rows: readonly BothRow[] }): JSX.Element {
  return (
    <table className="cellar-Pairs cellar-mod-compared" aria-label={props.label}>
      <tbody>
        {props.rows.map(({ name, base, head, same }) => {
          const look = base === undefined ? 'added' : head === undefined ? 'deleted' : 'modified';
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{base ?? '–'}</td>
              <td>{head ?? '–'}</td>
              <td>
                {same ? (
                  <span className="cellar-quiet">same</span>
                ) : (
                  <span className={`cellar-Word cellar-mod-${look}`}>{look}</span>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function dataWords(data: VersionData | null): string | undefined {
  if (data === null) return undefined;
  return data.rows === null ? data.digest : `${formatCount(data.rows, 'row')} · ${data.digest}`;
}

function fileWords(file: VersionFile | null): string | undefined {
  return file === null ? undefined : `${formatSize(file.size)} · ${file.sha256.slice(0, 8)}`;
}
