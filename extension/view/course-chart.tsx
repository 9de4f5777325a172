import { useMemo, useRef, useState, type JSX, type KeyboardEvent } from 'react';

import {
  alongOf,
  drawValues,
  rangeOf,
  strangeWords,
  toTicks,
  type Box,
  type Drawing,
} from '../model/course-layout.js';
import type { CoursePoint, KnownCourse } from '../model/courses.js';
import { formatNumber } from '../model/number.js';
import { formatFullTime } from '../model/time.js';
import { formatCount } from '../model/words.js';
import { formatPlaces } from './sparkline.js';
import { useWidth } from './use-width.js';

const HEIGHT = 148;
const USUAL_WIDTH = 280;
const MOST_WIDTH = 640;
/** Pixels of a digit in the labels at the axes. */
const DIGIT = 6.2;
/** More rows than this make a table that nobody reads, and a page that is slow. */
const MOST_ROWS = 1000;

/** The course of a metric: steps along the foot, values up the side. Arrow keys, or a pointer, go from value to value. */
export function CourseChart(props: {
  readonly name: string;
  readonly course: KnownCourse;
}): JSX.Element {
  const { name, course } = props;
  const { points, total } = course;
  const place = useRef<HTMLElement>(null);
  const measured = useWidth(place);
  const width = Number.isFinite(measured) ? Math.min(measured, MOST_WIDTH) : USUAL_WIDTH;
  const { along, word } = useMemo(() => alongOf(points), [points]);
  const values = useMemo(() => points.map(({ value }) => value), [points]);
  const range = useMemo(() => rangeOf(values.map(Number)), [values]);
  const rising = toTicks(range[0], range[1], 3);
  const labels = rising.map((tick) => formatNumber(tick));
  const left = Math.ceil(Math.max(...labels.map(({ length }) => length)) * DIGIT) + 8;
  const box = useMemo<Box>(
    () => ({ left, top: 8, right: width - 8, bottom: HEIGHT - 24 }),
    [left, width],
  );
  const drawing = useMemo(() => drawValues(values, along, box), [values, along, box]);
  // Undefined follows the latest value.
  const [chosen, setChosen] = useState<number>();
  const at = Math.min(chosen ?? points.length - 1, points.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextPlace(event.key, at, points.length);
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    setChosen(next === points.length - 1 ? undefined : next);
  };
  const strange = strangeWords(values, points.length < total);
  return (
    <figure className="cellar-Course" ref={place}>
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${String(width)} ${String(HEIGHT)}`}
        role="slider"
        tabIndex={0}
        aria-label={`${name} by ${word}: ${formatCount(total, 'value')} from ${formatNumber(range[0])} to ${formatNumber(range[1])}`}
        aria-valuemin={0}
        aria-valuemax={points.length - 1}
        aria-valuenow={at}
        aria-valuetext={pointWords(points[at], along[at], word)}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => {
          const { left: edge } = event.currentTarget.getBoundingClientRect();
          setChosen(nearest(drawing, event.clientX - edge));
        }}
        onPointerLeave={() => {
          setChosen(undefined);
        }}
      >
        <Axes box={box} rising={rising} labels={labels} range={range} along={along} word={word} />
        {drawing.lines.map((line, each) => (
          <polyline key={each} className="cellar-Course-line" points={formatPlaces(line)} />
        ))}
        <Strange points={points} drawing={drawing} />
        <Cursor drawing={drawing} at={at} box={box} isChosen={chosen !== undefined} />
      </svg>
      <figcaption>
        <p className="cellar-Course-point">{pointWords(points[at], along[at], word)}</p>
        {strange === '' ? null : <p className="cellar-quiet">{strange}</p>}
        <CourseTable name={name} course={course} along={along} word={word} />
      </figcaption>
    </figure>
  );
}

function Axes(props: {
  readonly box: Box;
  readonly rising: readonly number[];
  readonly labels: readonly string[];
  readonly range: readonly [number, number];
  readonly along: readonly number[];
  readonly word: string;
}): JSX.Element {
  const { box, rising, labels, range, along, word } = props;
  const [first, last] = [along[0] ?? 0, along[along.length - 1] ?? 0];
  const ticks = toTicks(first, last, (box.right - box.left) / 72).filter(Number.isInteger);
  const heights = drawValues([...range, ...rising], [...range, ...rising], box).places.slice(2);
  const xOf = (tick: number): number =>
    last === first
      ? (box.left + box.right) / 2
      : box.left + ((tick - first) / (last - first)) * (box.right - box.left);
  return (
    <g className="cellar-Course-axes" aria-hidden="true">
      {rising.map((tick, at) => {
        const y = heights[at]?.[1] ?? 0;
        return (
          <g key={tick}>
            <path d={`M${String(box.left)} ${String(y)}H${String(box.right)}`} />
            <text x={box.left - 6} y={y + 4} textAnchor="end">
              {labels[at]}
            </text>
          </g>
        );
      })}
      {ticks.map((tick, at) => (
        <text key={tick} x={xOf(tick)} y={box.bottom + 18} textAnchor={anchorOf(xOf(tick), box)}>
          {at === 0 ? `${word} ${formatNumber(tick)}` : formatNumber(tick)}
        </text>
      ))}
    </g>
  );
}

/** So that no label leaves the picture. */
function anchorOf(x: number, box: Box): 'start' | 'middle' | 'end' {
  if (x < box.left + 12) return 'start';
  return x > box.right - 12 ? 'end' : 'middle';
}

/** What is no number: a cross at the foot for NaN, an arrow at the edge that an infinity went over. */
function Strange(props: {
  readonly points: readonly CoursePoint[];
  readonly drawing: Drawing;
}): JSX.Element {
  const { points, drawing } = props;
  return (
    <g className="cellar-Course-strange" aria-hidden="true">
      {points.map(({ value }, at) => {
        const number = Number(value);
        const [x, y] = drawing.places[at] ?? [0, 0];
        if (Number.isFinite(number)) return null;
        const shape = Number.isNaN(number)
          ? 'm-3 -3 6 6m0 -6-6 6'
          : number > 0
            ? 'm-3 4 3-5 3 5'
            : 'm-3 -4 3 5 3-5';
        return <path key={at} d={`M${String(x)} ${String(y)}${shape}`} />;
      })}
    </g>
  );
}

function Cursor(props: {
  readonly drawing: Drawing;
  readonly at: number;
  readonly box: Box;
  readonly isChosen: boolean;
}): JSX.Element {
  const { drawing, at, box, isChosen } = props;
  const [x, y] = drawing.places[at] ?? [0, 0];
  return (
    <g className="cellar-Course-cursor" aria-hidden="true">
      {isChosen ? <path d={`M${String(x)} ${String(box.top)}V${String(box.bottom)}`} /> : null}
      <circle cx={x} cy={y} r={3} />
    </g>
  );
}

/** The same as a table, which is made when it is opened. */
function CourseTable(props: {
  readonly name: string;
  readonly course: KnownCourse;
  readonly along: readonly number[];
  readonly word: string;
}): JSX.Element {
  const { name, course, along, word } = props;
  const { points, total } = course;
  const [isOpen, setOpen] = useState(false);
  const shown = points.slice(-MOST_ROWS);
  const skipped = points.length - shown.length;
  return (
    <details
      className="cellar-Course-table"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>{tableWords(shown.length, total)}</summary>
      {isOpen ? (
        <div tabIndex={0} role="group" aria-label={`Values of ${name}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{word}</th>
                <th scope="col">{name}</th>
                <th scope="col">time</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ value, time }, at) => {
                const when = new Date(time).toISOString();
                return (
                  <tr key={at}>
                    <td>{String(along[skipped + at] ?? '')}</td>
                    <td>{formatNumber(value)}</td>
                    <td title={when}>{formatFullTime(when)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}

function tableWords(shown: number, total: number): string {
  return shown >= total
    ? `${formatCount(total, 'value')} as a table`
    : `${String(shown)} of ${formatCount(total, 'value')} as a table`;
}

function pointWords(
  point: CoursePoint | undefined,
  along: number | undefined,
  word: string,
): string {
  if (point === undefined) return '';
  return `${word} ${String(along ?? 0)}: ${formatNumber(point.value)}`;
}

function nextPlace(key: string, at: number, length: number): number | undefined {
  const page = Math.max(1, Math.round(length / 10));
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - page,
    PageUp: at + page,
    Home: 0,
    End: length - 1,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.min(length - 1, Math.max(0, next));
}

function nearest({ places }: Drawing, x: number): number {
  let best = 0;
  places.forEach((place, at) => {
    if (Math.abs(place[0] - x) < Math.abs((places[best]?.[0] ?? 0) - x)) best = at;
  });
  return best;
}
