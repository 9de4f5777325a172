import { memo, useState, type JSX } from 'react';

import type { HistoryRow } from '../../contract/history.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { HistoryMetric } from '../model/history-state.js';
import { formatNumber } from '../model/number.js';
import { formatClock, formatFullTime } from '../model/time.js';
import { describeSnapshot, formatCount } from '../model/words.js';
import { redactionWords } from '../../contract/secrets.js';
import { ArtifactLine } from './artifact-line.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';
import { LiveMark, LiveMetric, LiveWords, useOneRun, type LiveProps } from './live-row.js';
import { MetricChange } from './metric-change.js';
import { isNone, linkedOf, OtherRegistered, othersOf, registeredOf } from './registered-words.js';
import type { RowRegistered } from './use-registered.js';

const SHOWN_ARTIFACTS = 3;

/** What one version is drawn from. */
export interface HistoryRowProps {
  readonly row: HistoryRow;
  readonly metric: HistoryMetric | null;
  readonly folded: boolean;
  readonly artifactUrl: (artifact: Artifact) => string;
  readonly onOpenFile?: ((artifact: Artifact) => void) | undefined;
  readonly registered?: RowRegistered;
  /** A run of it that still goes on: its values stand in the version's. */
  readonly live?: LiveProps | undefined;
}

/** One version: when, how good, what was done, and the files it made. */
export const HistoryRowView = memo(function HistoryRowView(props: HistoryRowProps): JSX.Element {
  const { row, metric, folded, artifactUrl, onOpenFile, registered, live } = props;
  const own = <RowMetric row={row} metric={metric} />;
  return (
    <div className={`cellar-Row${folded ? ' cellar-mod-folded' : ''}`} role="gridcell">
      {live === undefined ? (
        <Mark row={row} metric={metric} />
      ) : (
        <LivePart live={live} part="mark" instead={<Mark row={row} metric={metric} />} />
      )}
      <div className="cellar-Row-body">
        <div className="cellar-Row-first">
          <time className="cellar-Row-time" dateTime={row.time} title={formatFullTime(row.time)}>
            {formatClock(row.time)}
          </time>
          {row.pinned ? <Icon name="pin" className="cellar-Row-pin" title="Kept for ever" /> : null}
          {live === undefined ? own : <LivePart live={live} part="metric" instead={own} />}
        </div>
        {live === undefined ? (
          <Description row={row} />
        ) : (
          <LivePart live={live} part="words" instead={<Description row={row} />} />
        )}
        <Redactions count={row.redactions} />
        <Artifacts {...{ row, artifactUrl, onOpenFile, registered }} />
      </div>
    </div>
  );
});

/** What a run that goes on says in the place of what its version says. */
function LivePart(props: {
  readonly live: LiveProps;
  readonly part: 'mark' | 'metric' | 'words';
  readonly instead: JSX.Element;
}): JSX.Element {
  const { live, part, instead } = props;
  const run = useOneRun(live);
  if (run === undefined) return instead;
  if (part === 'mark') return <LiveMark goesOn={!run.isOver} />;
  if (part === 'words') return <LiveWords run={run} onOpenRun={live.onOpenRun} />;
  return run.metrics.length === 0 ? instead : <LiveMetric model={live.model} run={run} />;
}

function Mark({ row, metric }: Pick<HistoryRowProps, 'row' | 'metric'>): JSX.Element {
  if (metric?.best === row.id)
    return (
      <Icon
        name="star"
        className="cellar-Row-mark cellar-mod-best"
        title={`Best ${metric.name}: ${formatNumber(metric.bestValue)}`}
      />
    );
  if (row.restored !== null)
    return (
      <Icon name="restore" className="cellar-Row-mark" title="Restored from an older version" />
    );
  if (row.executions.some(({ status }) => status === 'error'))
    return <Icon name="warn" className="cellar-Row-mark cellar-mod-failed" title="A cell failed" />;
  return <Icon name="dot" className="cellar-Row-mark" />;
}

function RowMetric({ row, metric }: Pick<HistoryRowProps, 'row' | 'metric'>): JSX.Element | null {
  if (metric === null || row.metric === null) return null;
  const { value, previous } = row.metric;
  return (
    <>
      <span className="cellar-Row-metric" title={`${metric.name} ${String(value)}`}>
        <span className="cellar-Row-name">{metric.name}</span>{' '}
        <span className="cellar-number">{formatNumber(value)}</span>
      </span>
      {previous === null ? null : (
        <MetricChange
          delta={value - previous}
          direction={metric.direction}
          against="the version before"
        />
      )}
    </>
  );
}

/** The person's message, which replaces the description; the description is then its tooltip. */
function Description({ row }: { readonly row: HistoryRow }): JSX.Element {
  const words = describeSnapshot(row);
  if (row.message === null || row.message === '')
    return (
      <div className="cellar-Row-words" title={words}>
        {words}
      </div>
    );
  return (
    <div className="cellar-Row-words cellar-mod-message" title={`${row.message}\n${words}`}>
      “{row.message}”
    </div>
  );
}

/** That a version was kept without some secrets, which restoring it does not bring back. */
export function Redactions({ count }: { readonly count: number }): JSX.Element | null {
  if (count === 0) return null;
  return (
    <div className="cellar-Row-redactions" title={redactionWords(count)}>
      <Icon name="lock" />
      {`${formatCount(count, 'secret')} left out`}
    </div>
  );
}

function Artifacts(props: {
  readonly row: HistoryRow;
  readonly artifactUrl: (artifact: Artifact) => string;
  readonly onOpenFile: ((artifact: Artifact) => void) | undefined;
  readonly registered: RowRegistered | undefined;
}): JSX.Element | null {
  const { row, artifactUrl, onOpenFile, registered } = props;
  const { artifacts } = row;
  const [all, setAll] = useState(false);
  const others = othersOf(registered, row);
  if (artifacts.length === 0 && isNone(others)) return null;
  const shown = all ? artifacts : artifacts.slice(0, SHOWN_ARTIFACTS);
  const left = artifacts.length - shown.length;
  return (
    <div className="cellar-Row-artifacts">
      {shown.map((artifact) => (
        <ArtifactLine
          key={`${artifact.run}/${artifact.name}`}
          artifact={artifact}
          url={artifactUrl(artifact)}
          onOpen={onOpenFile}
          registered={registeredOf(registered, artifact)}
          links={linkedOf(registered, artifact)}
        />
      ))}
      <OtherRegistered others={others} />
      {left === 0 ? null : (
        <TextButton
          look="plain"
          onClick={() => {
            setAll(true);
          }}
        >
          {formatCount(left, 'more file')}
        </TextButton>
      )}
    </div>
  );
}
