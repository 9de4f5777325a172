import type { MetricValue } from '../../contract/bundle.js';
import type { CoursePoint } from './courses.js';
import { formatNumber } from './number.js';

/** A place in a picture, in pixels from its upper left. */
export type Place = readonly [x: number, y: number];

/** Values over what they go along, as lines; a value that is no number ends one. */
export interface Drawing {
  /** Of each value; what is no number stands at the foot, an infinity at the edge that it went over. */
  readonly places: readonly Place[];
  readonly lines: readonly (readonly Place[])[];
}

/** The room for values within a picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Draws values into a box; `along` has for each where it stands, rising. */
export function drawValues(
  values: readonly MetricValue[],
  along: readonly number[],
  box: Box,
): Drawing {
  const numbers = values.map(Number);
  const [low, high] = rangeOf(numbers);
  const [first, last] = [along[0] ?? 0, along[along.length - 1] ?? 0];
  const places = numbers.map((value, at): Place => {
    const share = last === first ? 0.5 : ((along[at] ?? 0) - first) / (last - first);
    const x = box.left + share * (box.right - box.left);
    return [round(x), round(heightOf(value, [low, high], box))];
  });
  const lines: Place[][] = [];
  let isOpen = false;
  places.forEach((place, at) => {
    const isNumber = Number.isFinite(numbers[at]);
    if (isNumber && isOpen) lines[lines.length - 1]?.push(place);
    else if (isNumber) lines.push([place]);
    isOpen = isNumber;
  });
  return { places, lines };
}

/** The least and the greatest of those that are numbers. */
export function rangeOf(values: readonly number[]): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 0];
}

function heightOf(value: number, [low, high]: readonly [number, number], box: Box): number {
  if (Number.isNaN(value)) return box.bottom;
  // A level course runs through the middle.
  if (Number.isFinite(value) && low === high) return (box.top + box.bottom) / 2;
  // By halves, since the range of two huge numbers may be more than a number can be.
  const within = (value / 2 - low / 2) / (high / 2 - low / 2);
  const share = value === Infinity ? 1 : value === -Infinity ? 0 : within;
  return box.bottom - share * (box.bottom - box.top);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Round numbers from `low` to `high`, both within, about so many. */
export function toTicks(low: number, high: number, about: number): readonly number[] {
  const rough = (high - low) / Math.max(1, about);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1)
    // Without the dust of binary fractions.
    ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/** What a course goes along: its steps, or where all have one step the order in which the values came. */
export function alongOf(points: readonly CoursePoint[]): {
  readonly along: readonly number[];
  readonly word: 'step' | 'value';
} {
  const steps = points.map(({ step }) => step);
  const isOne = steps.every((step) => step === steps[0]);
  return isOne
    ? { along: points.map((_, at) => at + 1), word: 'value' }
    : { along: steps, word: 'step' };
}

/** "Of these values 2 are NaN, 1 is Infinity."; "" where all are numbers. Of a course that was thinned out nobody has counted them. */
export function strangeWords(values: readonly MetricValue[], isThinned: boolean): string {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (Number.isFinite(Number(value))) continue;
    const word = formatNumber(value);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].map(([word, count]) =>
    isThinned ? `some are ${word}` : `${String(count)} ${count === 1 ? 'is' : 'are'} ${word}`,
  );
  return words.length === 0 ? '' : `Of these values ${words.join(', ')}.`;
}
