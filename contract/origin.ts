import * as z from 'zod';

import { metricValueSchema, type MetricValue } from './bundle.js';

/** Where something comes from: what one sentence says of it. What is not known is null or empty. */
export const originSchema = z.object({
  /** What it is, e.g. "wine v3". */
  subject: z.string(),
  /** The notebook's path as of then, null where the subject says it; and the time of its version: UTC, RFC 3339. */
  path: z.string().nullable(),
  time: z.string().nullable(),
  /** Places of the cells that made it, from 1. */
  cells: z.array(z.number().int()),
  /** Whether other cells may have made it. */
  unsure: z.boolean(),
  data: z.array(z.object({ name: z.string(), rows: z.number().int().nullable() })),
  metric: z.object({ name: z.string(), value: metricValueSchema }).nullable(),
  /** Every code cell once, top to bottom, on a fresh kernel. */
  clean: z.boolean().nullable(),
});
export type Origin = z.infer<typeof originSchema>;

/** What something was trained on, as far as its data say what they were to it; else all of its data. */
export function trainedOn(
  data: readonly (Origin['data'][number] & { readonly role: string })[],
): Origin['data'] {
  const training = data.filter(({ role }) => /^train/i.test(role));
  return (training.length === 0 ? data : training).map(({ name, rows }) => ({ name, rows }));
}

/** How whoever shows it writes times (UTC, RFC 3339) and numbers. */
export interface OriginFormat {
  readonly time: (time: string) => string;
  readonly number: (value: MetricValue) => string;
}

/** The most names of data that are said, the rest is counted. */
const MOST_DATA = 3;

/** How much came of something: runs, and registered versions. */
export interface Led {
  readonly run?: number | undefined;
  readonly version?: number | undefined;
}

/** "wine.csv (178 rows). 12 runs and 2 registered versions came of it." */
export function originAndLedWords(origin: Origin, format: OriginFormat, led: Led): string {
  const counts = [
    countWords(led.run ?? 0, 'run'),
    countWords(led.version ?? 0, 'registered version'),
  ].filter((words) => words !== '');
  const words = originWords(origin, format);
  return counts.length === 0 ? words : `${words} ${counts.join(' and ')} came of it.`;
}

function countWords(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "wine v3, from train.ipynb as of 14:32 (cell 5), on wine.csv (178 rows), accuracy 0.9722, clean run." */
export function originWords(origin: Origin, { time, number }: OriginFormat): string {
  const { subject, path, data, metric, clean } = origin;
  const cells = cellWords(origin);
  const parts = [
    path === null && origin.time !== null ? `${subject} as of ${time(origin.time)}` : subject,
    ...(path === null
      ? []
      : [
          [
            `from ${path}`,
            ...(origin.time === null ? [] : [`as of ${time(origin.time)}`]),
            ...(cells === '' ? [] : [`(${cells})`]),
          ].join(' '),
        ]),
    ...(data.length === 0 ? [] : [`on ${dataWords(data)}`]),
    ...(metric === null ? [] : [`${metric.name} ${number(metric.value)}`]),
    ...(clean === null ? [] : [clean ? 'clean run' : 'not a clean run']),
  ];
  return `${parts.join(', ')}.`;
}

/** "cell 5", "cells 2–4", "cells 2, 5 and 7", "12 cells"; "" for none. */
function cellWords({ cells, unsure }: Origin): string {
  const places = [...new Set(cells)].sort((a, b) => a - b);
  const [first = 0] = places;
  const last = places.at(-1) ?? 0;
  if (places.length === 0) return '';
  const words =
    places.length === 1
      ? `cell ${first}`
      : last - first === places.length - 1
        ? `cells ${first}–${last}`
        : places.length <= 6
          ? `cells ${places.slice(0, -1).join(', ')} and ${last}`
          : `${places.length} cells`;
  return unsure ? `probably ${words}` : words;
}

function dataWords(data: Origin['data']): string {
  const named = data
    .slice(0, MOST_DATA)
    .map(({ name, rows }) =>
      rows === null ? name : `${name} (${rows} ${rows === 1 ? 'row' : 'rows'})`,
    );
  const rest = data.length - named.length;
  const all = rest === 0 ? named : [...named, `${rest} more`];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
}
