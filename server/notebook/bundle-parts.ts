import type { MetricValue } from '../../contract/bundle.js';
import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject, JsonNumber, toNumber } from './json-value.js';

/** A file that a bundle names. */
export interface BundleFile {
  readonly size?: number;
  readonly sha256?: string;
}

/** What a diff compares of a bundle: the last value of each metric, which is what a run came to, params as text, files by name. */
export interface BundleParts {
  readonly metrics: ReadonlyMap<string, MetricValue>;
  readonly params: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, BundleFile>;
}

const NONE: JsonObject = new Map<string, Json>();

/**
 * The parts of a bundle; undefined where a value is not of the form that bundles have. Looser than the schema, by which bundles are kept: a diff
 * asks only for what it shows, and a command that compares two files need not load the schemas first.
 */
export function findBundleParts(value: Json): BundleParts | undefined {
  if (!isObject(value)) return undefined;
  const [logged, named, listed] = ['metrics', 'params', 'artifacts'].map((name) => value.get(name));
  if (!isObject(logged ?? NONE) || !isObject(named ?? NONE) || !isArray(listed ?? []))
    return undefined;
  const metrics = mapAll(logged, toMetric);
  const params = mapAll(named, toParam);
  const files = new Map<string, BundleFile>();
  for (const item of isArray(listed) ? listed : []) {
    const name = isObject(item) ? item.get('name') : undefined;
    if (typeof name !== 'string' || !isObject(item)) return undefined;
    files.set(name, toFile(item));
  }
  return metrics === undefined || params === undefined ? undefined : { metrics, params, files };
}

/** Every member by `map`; undefined where one has none. */
function mapAll<T>(
  object: Json | undefined,
  map: (value: Json) => T | undefined | null,
): Map<string, T> | undefined {
  const mapped = new Map<string, T>();
  for (const [name, value] of isObject(object) ? object : NONE) {
    const made = map(value);
    if (made === undefined) return undefined;
    if (made !== null) mapped.set(name, made);
  }
  return mapped;
}

/** Null for a metric without points. */
function toMetric(value: Json): MetricValue | undefined | null {
  if (!isArray(value)) return toMetricValue(value);
  const points = value.map((point) =>
    isObject(point) ? toMetricValue(point.get('value') ?? null) : undefined,
  );
  return points.includes(undefined) ? undefined : (points[points.length - 1] ?? null);
}

function toMetricValue(value: Json): MetricValue | undefined {
  const number = toNumber(value);
  if (number !== undefined && Number.isFinite(number)) return number;
  const word = typeof value === 'string' ? value : String(number);
  return word === 'NaN' || word === 'Infinity' || word === '-Infinity' ? word : undefined;
}

function toParam(value: Json): string | undefined {
  if (isObject(value) || isArray(value)) return undefined;
  return value instanceof JsonNumber ? String(value.value) : String(value);
}

function toFile(item: JsonObject): BundleFile {
  const [size, sha256] = [toNumber(item.get('size')), item.get('sha256')];
  return {
    ...(size === undefined ? {} : { size }),
    ...(typeof sha256 === 'string' ? { sha256 } : {}),
  };
}
