import type { JSX } from 'react';

import { formatNumber } from '../model/number.js';

const WIDTH = 96;
const HEIGHT = 20;
const PAD = 2.5;

/** A metric's course, oldest at the left, with its last value as a dot. Nothing is drawn for fewer than two values. */
export function Sparkline(props: {
  readonly name: string;
  readonly values: readonly number[];
}): JSX.Element | null {
  const { name, values } = props;
  const last = values[values.length - 1];
  const first = values[0];
  if (values.length < 2 || first === undefined || last === undefined) return null;
  const points = toPoints(values);
  const [x, y] = points[points.length - 1] ?? [0, 0];
  const label = `${name} over ${String(values.length)} versions, from ${formatNumber(first)} to ${formatNumber(last)}`;
  return (
    <svg
      className="cellar-Sparkline"
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <polyline points={points.map((point) => point.join()).join(' ')} />
      {/* A line of no length with round ends: it stays a circle however the drawing is stretched. */}
      <path d={`M${String(x)} ${String(y)}h0`} />
    </svg>
  );
}

function toPoints(values: readonly number[]): readonly (readonly [number, number])[] {
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  const step = (WIDTH - 2 * PAD) / (values.length - 1);
  return values.map((value, at) => [
    round(PAD + at * step),
    // A level course runs through the middle.
    round(range === 0 ? HEIGHT / 2 : HEIGHT - PAD - ((value - low) / range) * (HEIGHT - 2 * PAD)),
  ]);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
