import type { PartChange } from '../../contract/diff.js';
import { findBundleParts, type BundleFile } from './bundle-parts.js';
import { stripChance } from './chance.js';
import type { Json } from './json-value.js';
import { isArray, isObject } from './json-value.js';
import { equalJson } from './json.js';
import { diffLeaves } from './leaves.js';
import type { Scope } from './options.js';
import type { Sides } from './sides.js';
import { refs } from './sides.js';

type MetricsPart = Extract<PartChange, { type: 'metrics' }>;

/** What a part says of metrics, beside the values it compares. */
export type MetricsDiff =
  | { readonly kind: 'same' }
  | { readonly kind: 'metrics'; readonly part: MetricsPart }
  /** One side is no valid bundle: the values are any JSON. */
  | { readonly kind: 'invalid' };

const NOTHING = {
  metrics: new Map<string, never>(),
  params: new Map<string, never>(),
  files: new Map<string, never>(),
};

/** Two bundles compared as metrics, params and artifacts; the times of logging and the random id of the run are noise. */
export function diffMetrics(sides: Sides, { noise }: Scope): MetricsDiff {
  const [base, head] = [sides.base, sides.head].map((value) =>
    value === undefined ? NOTHING : findBundleParts(value),
  );
  if (base === undefined || head === undefined) return { kind: 'invalid' };
  const both = sides.base !== undefined && sides.head !== undefined;
  const chance = both && !equalJson(sides.base, sides.head) && sameButTimes(sides.base, sides.head);
  if (chance && noise.hides('metric_time')) return { kind: 'same' };
  const metrics = changedEntries(base.metrics, head.metrics);
  const params = changedEntries(base.params, head.params);
  const artifacts = changedEntries(base.files, head.files, isSameFile);
  const shown = {
    metrics: new Set(metrics.map(({ name }) => name)),
    artifacts: artifacts.length > 0,
    times: noise.filter.shows('metric_time'),
  };
  const leaves = both
    ? diffLeaves(restOf(sides.base, shown), restOf(sides.head, shown)).leaves
    : [];
  if (both && metrics.length + params.length + artifacts.length + leaves.length === 0)
    return { kind: 'same' };
  return {
    kind: 'metrics',
    part: {
      type: 'metrics',
      ...refs(sides),
      metrics,
      params,
      ...(artifacts.length > 0 ? { artifacts } : {}),
      ...(leaves.length > 0 ? { leaves } : {}),
    },
  };
}

function sameButTimes(base: Json, head: Json): boolean {
  return equalJson(stripChance(base), stripChance(head));
}

interface Shown {
  readonly metrics: ReadonlySet<string>;
  readonly artifacts: boolean;
  readonly times: boolean;
}

/** A bundle without what its part shows in words of its own. */
function restOf(value: Json | undefined, { metrics, artifacts, times }: Shown): Json | undefined {
  const bundle = value === undefined || times ? value : stripChance(value);
  if (!isObject(bundle)) return bundle;
  const rest = new Map(bundle);
  rest.delete('params');
  const datasets = bundle.get('datasets');
  if (isArray(datasets)) rest.set('datasets', datasets.map(withoutSketches));
  if (artifacts) rest.delete('artifacts');
  const logged = bundle.get('metrics');
  if (isObject(logged))
    rest.set('metrics', new Map([...logged].filter(([name]) => !metrics.has(name))));
  else rest.delete('metrics');
  return rest;
}

/** Data by what they were: a sketch is thousands of numbers that nobody reads, and equal where the digest is. */
function withoutSketches(dataset: Json): Json {
  const columns = isObject(dataset) ? dataset.get('columns') : undefined;
  if (!isObject(dataset) || !isArray(columns)) return dataset;
  const plain = columns.map((column) =>
    isObject(column) ? new Map([...column].filter(([name]) => name !== 'sketch')) : column,
  );
  return new Map(dataset).set('columns', plain);
}

function isSameFile(a: BundleFile, b: BundleFile): boolean {
  return a.size === b.size && a.sha256 === b.sha256;
}

function changedEntries<T>(
  base: ReadonlyMap<string, T>,
  head: ReadonlyMap<string, T>,
  isSame: (a: T, b: T) => boolean = Object.is,
): { name: string; base?: T; head?: T }[] {
  const changed: { name: string; base?: T; head?: T }[] = [];
  for (const name of new Set([...base.keys(), ...head.keys()])) {
    const [a, b] = [base.get(name), head.get(name)];
    if (a !== undefined && b !== undefined && isSame(a, b)) continue;
    changed.push({
      name,
      ...(a === undefined ? {} : { base: a }),
      ...(b === undefined ? {} : { head: b }),
    });
  }
  return changed;
}
