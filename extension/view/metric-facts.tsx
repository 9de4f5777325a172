import { useEffect, useState, type JSX } from 'react';

import { rankMetric } from '../../contract/main-metric.js';
import type { RunPage } from '../../contract/run.js';
import { alongOf } from '../model/course-layout.js';
import type { CoursesModel, KnownCourse } from '../model/courses.js';
import { formatNumber } from '../model/number.js';
import { formatCount } from '../model/words.js';
import { CourseChart } from './course-chart.js';
import { Sparkline } from './sparkline.js';
import { useStore } from './use-store.js';

/** So many courses are asked for unasked, those that matter most first; of others when they are opened. */
const MOST_COURSES = 40;

/** The latest values of a run's metrics; one that was logged more than once has its course beside it, which opens as a chart. */
export function MetricFacts(props: {
  readonly run: RunPage;
  readonly courses: CoursesModel;
}): JSX.Element | null {
  const { run, courses } = props;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const known = useStore(courses).courses;
  const { id, metrics, status } = run;
  useEffect(() => {
    const names = Object.keys(metrics).sort((a, b) => rankMetric(a) - rankMetric(b));
    const wanted = names.filter((name, at) => at < MOST_COURSES || opened.has(name));
    courses.want(
      wanted.flatMap((name) => {
        const last = metrics[name];
        const isOver = status !== 'running' && status !== 'scheduled';
        return last === undefined ? [] : [{ run: id, name, last, isOver }];
      }),
    );
  }, [courses, id, metrics, status, opened]);
  const names = Object.keys(metrics);
  if (names.length === 0) return null;
  return (
    <section className="cellar-Facts" aria-label="Metrics">
      <h2>Metrics</h2>
      <dl className="cellar-Metrics">
        {names.map((name, at) => (
          <MetricFact
            key={name}
            name={name}
            value={metrics[name]?.value}
            course={known.get(`${id} ${name}`)}
            // What was not asked for unasked may have a course all the same.
            isAsked={at < MOST_COURSES || names.length <= MOST_COURSES}
            isOpen={opened.has(name)}
            onToggle={() => {
              const next = new Set(opened);
              if (!next.delete(name)) next.add(name);
              setOpened(next);
            }}
          />
        ))}
      </dl>
    </section>
  );
}

function MetricFact(props: {
  readonly name: string;
  readonly value: RunPage['metrics'][string]['value'] | undefined;
  readonly course: KnownCourse | undefined;
  readonly isAsked: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}): JSX.Element {
  const { name, value, course, isAsked, isOpen, onToggle } = props;
  const hasCourse = (course?.points.length ?? 0) > 1;
  return (
    <div className="cellar-Metrics-row">
      <dt title={name}>{name}</dt>
      <dd>
        <span className="cellar-number" title={String(value)}>
          {formatNumber(value)}
        </span>
        {hasCourse || !isAsked || isOpen ? (
          <button
            type="button"
            className="cellar-Metrics-course"
            aria-expanded={isOpen}
            aria-label={`Course of ${name}`}
            title={isOpen ? 'Close the chart' : 'Show as a chart'}
            onClick={onToggle}
          >
            {course === undefined || !hasCourse ? (
              <span className="cellar-quiet">course</span>
            ) : (
              <CourseLine name={name} course={course} />
            )}
          </button>
        ) : null}
        {isOpen ? (
          <div className="cellar-Metrics-chart">
            {course === undefined ? null : hasCourse ? (
              <CourseChart name={name} course={course} />
            ) : (
              <p className="cellar-quiet">{`${formatCount(course.total, 'value')} was logged.`}</p>
            )}
          </div>
        ) : null}
      </dd>
    </div>
  );
}

function CourseLine(props: {
  readonly name: string;
  readonly course: KnownCourse;
}): JSX.Element | null {
  const { points } = props.course;
  const { along } = alongOf(points);
  return (
    <Sparkline
      name={props.name}
      values={points.map(({ value }) => value)}
      along={along}
      of="value"
    />
  );
}
