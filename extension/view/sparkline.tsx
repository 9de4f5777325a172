import type { JSX } from 'react';

import type { MetricValue } from '../../contract/bundle.js';
import { drawValues, type Place } from '../model/course-layout.js';
import { formatNumber } from '../model/number.js';
import { formatCount } from '../model/words.js';

const WIDTH = 96;
const HEIGHT = 20;
const PAD = 2.5;
const BOX = { left: PAD, top: PAD, right: WIDTH - PAD, bottom: HEIGHT - PAD };

/** A metric's course, oldest at the left, with its last value as a dot. Nothing is drawn for fewer than two values. */
export function Sparkline(props: {
  readonly name: string;
  readonly values: readonly MetricValue[];
  /** Where the values stand along it; without that one beside the other. */
  readonly along?: readonly number[];
  /** What each value is of. */
  readonly of?: 'version' | 'value';
}): JSX.Element | null {
  const { name, values, of = 'version' } = props;
  const last = values[values.length - 1];
  if (values.length < 2 || last === undefined) return null;
  const { lines, places } = drawValues(values, props.along ?? values.map((_, at) => at), BOX);
  const [x, y] = places[places.length - 1] ?? [0, 0];
  const label = `${name} over ${formatCount(values.length, of)}, from ${formatNumber(values[0])} to ${formatNumber(last)}`;
  return (
    <svg
      className="cellar-Sparkline"
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {lines.map((line, at) => (
        <polyline key={at} points={formatPlaces(line)} />
      ))}
      {/* A line of no length with round ends: it stays a circle however the drawing is stretched. */}
      <path d={`M${String(x)} ${String(y)}h0`} />
    </svg>
  );
}

/** As SVG has the points of a line; one alone is a line to itself. */
export function formatPlaces(line: readonly Place[]): string {
  const [first] = line;
  const places = line.length === 1 && first !== undefined ? [first, first] : line;
  return places.map((place) => place.join()).join(' ');
}
