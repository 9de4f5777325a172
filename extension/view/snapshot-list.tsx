import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type JSX } from 'react';

import type { HistoryRow } from '../../contract/history.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { HistoryModel } from '../model/history.js';
import { formatNumber, guessDirection } from '../model/number.js';
import { formatFullTime, formatMoment } from '../model/time.js';
import { describeSnapshot, formatCount } from '../model/words.js';
import { ArtifactLine } from './artifact-line.js';
import { Redactions } from './history-row.js';
import { Icon } from './icons.js';
import { bestValues, metricOf } from './snapshot-metrics.js';
import { linkedOf, OtherRegistered, othersOf, registeredOf } from './registered-words.js';
import { useRegistered, type RegisteredPlaces, type RowRegistered } from './use-registered.js';
import { useNow, useStore } from './use-store.js';

const ROW_HEIGHT = 36;
const MOST_METRICS = 6;

/** What the table of versions can set going. */
export interface SnapshotListActions {
  /** The address of the page that compares two versions. */
  readonly diffUrl: (base: string, head: string) => string;
  readonly artifactUrl: (artifact: Artifact) => string;
  /** The address of a run's page. */
  readonly runUrl: (run: string) => string;
  readonly registered?: RegisteredPlaces;
}

/** A notebook's versions as a table: metrics as columns, the best of each starred. Two chosen rows are compared. */
export function SnapshotList(props: {
  readonly model: HistoryModel;
  readonly actions: SnapshotListActions;
}): JSX.Element {
  const { model, actions } = props;
  const { rows, metrics, total, busy, selection } = useStore(model);
  const now = useNow(60_000);
  const registered = useRegistered(actions.registered);
  const scroller = useRef<HTMLDivElement>(null);
  const shownMetrics = metrics.slice(0, MOST_METRICS);
  const best = bestValues(rows, shownMetrics, guessDirection);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => rows[at]?.id ?? at,
    estimateSize: () => ROW_HEIGHT,
    initialRect: { width: 900, height: 900 },
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const end = shown[shown.length - 1];
  const atEnd = end !== undefined && end.index >= rows.length - 1 && rows.length < total;
  useEffect(() => {
    if (atEnd && !busy) void model.loadMore();
  }, [atEnd, busy, model]);
  const above = shown[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (end?.end ?? 0);
  const span = shownMetrics.length + 4;
  return (
    <div
      ref={scroller}
      className="cellar-Snapshots"
      tabIndex={0}
      role="region"
      aria-label="Versions"
    >
      <table aria-rowcount={total}>
        <thead>
          <tr>
            <th scope="col" className="cellar-Snapshots-pick">
              <span className="cellar-sr">Compare</span>
            </th>
            <th scope="col">When</th>
            <th scope="col">What</th>
            {shownMetrics.map((name) => (
              <th key={name} scope="col" className="cellar-number">
                {name}
              </th>
            ))}
            <th scope="col">Files</th>
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <Spacer height={above} span={span} /> : null}
          {shown.map(({ index }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <SnapshotRow
                key={row.id}
                row={row}
                now={now}
                metrics={shownMetrics}
                best={best}
                picked={selection?.id === row.id || selection?.other === row.id}
                href={hrefOf(row, model, actions)}
                actions={actions}
                registered={registered}
                onPick={() => {
                  model.select(row.id, true);
                }}
              />
            );
          })}
          {below > 0 ? <Spacer height={below} span={span} /> : null}
        </tbody>
      </table>
    </div>
  );
}

function hrefOf(
  row: HistoryRow,
  model: HistoryModel,
  actions: SnapshotListActions,
): string | undefined {
  const before = model.findBefore(row.id);
  return before === undefined ? undefined : actions.diffUrl(before, row.id);
}

function Spacer({ height, span }: { readonly height: number; readonly span: number }): JSX.Element {
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function SnapshotRow(props: {
  readonly row: HistoryRow;
  readonly now: number;
  readonly metrics: readonly string[];
  readonly best: ReadonlyMap<string, number>;
  readonly picked: boolean;
  readonly href: string | undefined;
  readonly actions: SnapshotListActions;
  readonly registered: RowRegistered | undefined;
  readonly onPick: () => void;
}): JSX.Element {
  const { row, now, metrics, best, picked, href, actions, registered, onPick } = props;
  const when = (
    <time dateTime={row.time} title={formatFullTime(row.time)}>
      {formatMoment(row.time, now)}
    </time>
  );
  return (
    <tr className={`${picked ? 'cellar-mod-chosen ' : ''}cellar-mod-${row.line}`}>
      <td className="cellar-Snapshots-pick">
        <input
          type="checkbox"
          checked={picked}
          aria-label={`Compare the version of ${formatMoment(row.time, now)}`}
          onChange={onPick}
        />
      </td>
      <td className="cellar-Snapshots-when">
        {href === undefined ? (
          when
        ) : (
          <a href={href} title="What changed against the version before">
            {when}
          </a>
        )}
      </td>
      <td className="cellar-Snapshots-what" title={describeSnapshot(row)}>
        {row.message === null || row.message === '' ? describeSnapshot(row) : `“${row.message}”`}
        <RunLinks row={row} runUrl={actions.runUrl} />
        <Redactions count={row.redactions} />
      </td>
      {metrics.map((name) => {
        const value = metricOf(row, name);
        const isBest = typeof value === 'number' && best.get(name) === value;
        return (
          <td key={name} className="cellar-number" title={value === undefined ? '' : String(value)}>
            {isBest ? (
              <Icon name="star" className="cellar-mod-best" title={`best ${name}`} />
            ) : null}
            {value === undefined ? '' : formatNumber(value)}
          </td>
        );
      })}
      <td className="cellar-Snapshots-files">
        {row.artifacts.map((artifact) => (
          <ArtifactLine
            key={`${artifact.run}/${artifact.name}`}
            artifact={artifact}
            url={actions.artifactUrl(artifact)}
            registered={registeredOf(registered, artifact)}
            links={linkedOf(registered, artifact)}
          />
        ))}
        <OtherRegistered others={othersOf(registered, row)} />
      </td>
    </tr>
  );
}

const MOST_RUNS = 3;

/** The pages of the runs that a version claimed. */
function RunLinks(props: {
  readonly row: HistoryRow;
  readonly runUrl: (run: string) => string;
}): JSX.Element | null {
  const { row, runUrl } = props;
  if (row.runs.length === 0) return null;
  const left = row.runs.length - MOST_RUNS;
  return (
    <span className="cellar-Snapshots-runs">
      {row.runs.slice(0, MOST_RUNS).map(({ id, name }) => (
        <a key={id} href={runUrl(id)} title="Where this run comes from, and what came of it">
          {name === '' ? 'run' : name}
        </a>
      ))}
      {left > 0 ? <span className="cellar-quiet">{formatCount(left, 'more run')}</span> : null}
    </span>
  );
}
