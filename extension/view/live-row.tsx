import type { JSX } from 'react';

import type { LiveModel, ShownRun } from '../model/live.js';
import { MOST_LINES } from '../model/live.js';
import { formatNumber } from '../model/number.js';
import { formatClock, formatFullTime } from '../model/time.js';
import { formatCount } from '../model/words.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';
import { Sparkline } from './sparkline.js';
import { useStore } from './use-store.js';

/** What runs are drawn from, and where a run's page is. */
export interface LiveProps {
  readonly model: LiveModel;
  /** The ids of the runs. */
  readonly runs: readonly string[];
  readonly onOpenRun: ((run: string) => void) | undefined;
}

/** What goes on above the versions: a run with its latest values, several as a line each, or the cells that run. As high as a version. */
export function LiveRow(props: LiveProps): JSX.Element {
  const { model, onOpenRun } = props;
  const { burst, more } = useStore(model);
  const runs = useRuns(props);
  const starts = [
    ...runs.map(({ start }) => start),
    ...(burst === undefined ? [] : [burst.started]),
  ];
  const since = new Date(starts.length === 0 ? Date.now() : Math.min(...starts)).toISOString();
  const goesOn = runs.some(({ isOver }) => !isOver) || burst?.isRunning === true;
  const [only] = runs;
  return (
    <div className="cellar-Row cellar-mod-live" role="gridcell">
      <LiveMark goesOn={goesOn} />
      <div className="cellar-Row-body">
        <div className="cellar-Row-first">
          <time
            className="cellar-Row-time"
            dateTime={since}
            title={`Since ${formatFullTime(since)}`}
          >
            {formatClock(since)}
          </time>
          {runs.length === 1 && only !== undefined ? <LiveMetric model={model} run={only} /> : null}
          {runs.length > 1 ? (
            <span className="cellar-Live-count">
              {[countWords(runs, more), ...metricOfAll(runs)].join(' · ')}
            </span>
          ) : null}
        </div>
        {only === undefined ? (
          <div className="cellar-Row-words">
            {burst === undefined ? '' : cellWords(burst.cells, burst.isRunning)}
          </div>
        ) : runs.length === 1 ? (
          <LiveWords run={only} onOpenRun={onOpenRun} />
        ) : (
          runs
            .slice(0, MOST_LINES)
            .map((run) => (
              <LiveLine
                key={run.id}
                {...{ model, run, onOpenRun }}
                isNamed={metricOfAll(runs).length === 0}
              />
            ))
        )}
        {runs.length + more > MOST_LINES ? (
          <div className="cellar-Row-words">
            {formatCount(runs.length + more - MOST_LINES, 'more run')}
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** That something goes on; with a word, for those who see no colour. */
export function LiveMark({ goesOn }: { readonly goesOn: boolean }): JSX.Element {
  return (
    <Icon
      name="dot"
      className={`cellar-Row-mark${goesOn ? ' cellar-mod-going' : ''}`}
      title={goesOn ? 'Running' : 'Ended'}
    />
  );
}

/** The metric that a run is judged by, as it is now, and its course. */
export function LiveMetric(props: {
  readonly model: LiveModel;
  readonly run: ShownRun;
  /** Whether the metric's name is said with its value. */
  readonly isNamed?: boolean;
}): JSX.Element | null {
  const { model, run, isNamed = true } = props;
  const [main] = run.metrics;
  const { courses } = useStore(model.courses);
  if (main === undefined) return null;
  const course = courses.get(`${run.id} ${main.name}`);
  return (
    <>
      <span className="cellar-Row-metric" title={`${main.name} ${String(main.value)}`}>
        {isNamed ? <span className="cellar-Row-name">{main.name}</span> : null}{' '}
        <span className="cellar-number">{formatNumber(main.value)}</span>
      </span>
      {course === undefined ? null : (
        <Sparkline name={main.name} values={course.points.map(({ value }) => value)} of="value" />
      )}
    </>
  );
}

/** "running · brave-fox-12 · loss 0.31": its state, its name, which leads to its page, and its other values. */
export function LiveWords(props: {
  readonly run: ShownRun;
  readonly onOpenRun: ((run: string) => void) | undefined;
}): JSX.Element {
  const { run, onOpenRun } = props;
  const others = run.metrics.slice(1);
  const all = run.metrics.map(({ name, value }) => `${name} ${String(value)}`);
  return (
    <div className="cellar-Live-words" title={all.join('\n')}>
      <span>{stateWords(run)}</span>
      <RunLink run={run} onOpenRun={onOpenRun} />
      {others.map(({ name, value }) => (
        <span key={name} className="cellar-Live-value">
          {name} <span className="cellar-number">{formatNumber(value)}</span>
        </span>
      ))}
    </div>
  );
}

/** One of several runs. */
function LiveLine(props: {
  readonly model: LiveModel;
  readonly run: ShownRun;
  readonly onOpenRun: ((run: string) => void) | undefined;
  readonly isNamed: boolean;
}): JSX.Element {
  const { model, run, onOpenRun, isNamed } = props;
  return (
    <div className="cellar-Live-line">
      <RunLink run={run} onOpenRun={onOpenRun} />
      {run.isOver ? <span className="cellar-quiet">{stateWords(run)}</span> : null}
      <LiveMetric model={model} run={run} isNamed={isNamed} />
    </div>
  );
}

function RunLink(props: {
  readonly run: ShownRun;
  readonly onOpenRun: ((run: string) => void) | undefined;
}): JSX.Element {
  const { run, onOpenRun } = props;
  const name = run.name === '' ? `run ${run.id.slice(0, 8)}` : run.name;
  if (onOpenRun === undefined) return <span className="cellar-Live-name">{name}</span>;
  return (
    <span className="cellar-Live-name">
      <TextButton
        look="plain"
        title={`Show the run ${name}`}
        onClick={() => {
          onOpenRun(run.id);
        }}
      >
        {name}
      </TextButton>
    </span>
  );
}

/** The runs as they are now, those that go on first. */
function useRuns({ model, runs }: Pick<LiveProps, 'model' | 'runs'>): readonly ShownRun[] {
  const wanted = new Set(runs);
  return useStore(model).runs.filter(({ id }) => wanted.has(id));
}

/** The run that a version shows in its own place while it goes on; undefined for none. */
export function useOneRun(live: LiveProps): ShownRun | undefined {
  return useRuns(live)[0];
}

function stateWords({ status, isOver }: ShownRun): string {
  // Nobody said that it ended, and nothing is heard of it.
  return isOver && status === 'running' ? 'silent' : status;
}

function countWords(runs: readonly ShownRun[], more: number): string {
  const going = runs.filter(({ isOver }) => !isOver).length + more;
  const count = runs.length + more;
  if (going === count) return `${String(count)} running`;
  const all = formatCount(count, 'run');
  return going === 0 ? all : `${all} · ${String(going)} running`;
}

/** The metric that all runs are judged by, alone in a list; none where they differ. */
function metricOfAll(runs: readonly ShownRun[]): readonly string[] {
  const names = new Set(runs.map(({ metrics }) => metrics[0]?.name));
  const [name] = names;
  return names.size === 1 && name !== undefined ? [name] : [];
}

function cellWords(cells: number, isRunning: boolean): string {
  return isRunning
    ? `running, ${formatCount(cells, 'cell')} so far`
    : `${formatCount(cells, 'cell')} ran`;
}
