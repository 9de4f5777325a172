import { setImmediate as yieldToOthers } from 'node:timers/promises';

import { metricValueSchema, type MetricValue } from '../../contract/bundle.js';
import type { MetricRow } from '../store/catalog/rows.js';
import { runFolder, type RunRecord } from './record.js';

/** One logged value; steps are whole numbers. */
export interface MetricPoint extends MetricRow {
  readonly name: string;
}

const NEWLINE = 10;
/** How many lines are read or written before others have a turn. */
const AT_ONCE = 4_000;
const WIDTH = 10;

/** Where the points of a run are that came with the record or snapshot of this number; never changed, until the run ends. */
export function pointsPath(run: string, number: number): string {
  return `${runFolder(run)}/metrics/${String(number).padStart(WIDTH, '0')}.ndjson`;
}

/** The number in the name of a file of points; undefined for other files. */
export function findPointsNumber(name: string): number | undefined {
  const digits = /^(\d+)\.ndjson$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Points as their file has them: one a line, as JSON, its name first. */
export async function formatPoints(points: Iterable<MetricPoint>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let lines: string[] = [];
  for (const { name, value, step, time } of points) {
    lines.push(`${JSON.stringify({ name, value, step, time })}\n`);
    if (lines.length < AT_ONCE) continue;
    pieces.push(Buffer.from(lines.join('')));
    lines = [];
    await yieldToOthers();
  }
  pieces.push(Buffer.from(lines.join('')));
  return Buffer.concat(pieces);
}

/**
 * Gives each point of one metric in a file of points to `take`, in order. Lines of others are not parsed. Throws a SyntaxError for a
 * line that is none of ours.
 */
export async function scanPoints(
  bytes: Buffer,
  name: string,
  take: (point: MetricRow) => void,
): Promise<void> {
  const start = Buffer.from(`{"name":${JSON.stringify(name)},`);
  let lines = 0;
  for (let at = 0, end = 0; at < bytes.length; at = end + 1) {
    end = bytes.indexOf(NEWLINE, at);
    if (end < 0) end = bytes.length;
    lines += 1;
    if (lines % AT_ONCE === 0) await yieldToOthers();
    if (bytes.compare(start, 0, start.length, at, Math.min(end, at + start.length)) !== 0) continue;
    take(parsePoint(bytes.toString('utf8', at, end)));
  }
}

/** A schema would take most of the time that reading a long course takes. */
function parsePoint(line: string): MetricRow {
  const { value, step, time } = JSON.parse(line) as Partial<Record<keyof MetricRow, unknown>>;
  if (typeof step === 'number' && typeof time === 'number' && isMetricValue(value))
    return { value, step, time };
  throw new SyntaxError(`no metric point: ${line.slice(0, 80)}`);
}

function isMetricValue(value: unknown): value is MetricValue {
  return typeof value === 'number' || metricValueSchema.safeParse(value).success;
}

/** The last value of each metric: the greatest by step, then time, then value (as MLflow decides it). */
export function foldPoints(
  before: Iterable<readonly [string, MetricRow]>,
  points: Iterable<MetricPoint>,
): ReadonlyMap<string, MetricRow> {
  const last = new Map(before);
  for (const { name, value, step, time } of points) {
    const old = last.get(name);
    if (old === undefined || isLater({ value, step, time }, old))
      last.set(name, { value, step, time });
  }
  return last;
}

function isLater(point: MetricRow, old: MetricRow): boolean {
  if (point.step !== old.step) return point.step > old.step;
  if (point.time !== old.time) return point.time > old.time;
  // What is no number is less than any that is one.
  return Number.isNaN(toNumber(old.value)) || toNumber(point.value) >= toNumber(old.value);
}

/** The last value of each metric, as a run's record lists them. */
export function lastValues(points: Iterable<MetricPoint>): RunRecord['metrics'] {
  return [...foldPoints([], points)].map(([name, metric]) => ({ name, ...metric }));
}

/** As a number, NaN and the infinities too. */
export function toNumber(value: MetricValue): number {
  return Number(value);
}

/** As JSON has it. */
export function toMetricValue(value: number): MetricValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}
