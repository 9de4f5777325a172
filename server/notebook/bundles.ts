import type { Bundle } from '../../contract/bundle.js';
import { bundleSchema } from '../../contract/bundle.js';
import { CARRYING_MIMES, findCarried } from '../../contract/carried.js';
import type { Json } from './json-value.js';
import { isArray, isObject, JsonNumber } from './json-value.js';
import type { Notebook, Output } from './notebook.js';

/** Deeper values are no part of any bundle. */
const MAX_LEVELS = 32;

/** JSON as plain JavaScript values without a prototype; NaN and the infinities as the words that bundles use for them. */
export function toPlain(value: Json, level = 0): unknown {
  if (level > MAX_LEVELS) return null;
  if (value instanceof JsonNumber)
    return Number.isFinite(value.value) ? value.value : String(value.value);
  if (isArray(value)) return value.map((item) => toPlain(item, level + 1));
  if (!isObject(value)) return value;
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of value) plain[name] = toPlain(item, level + 1);
  return plain;
}

/** What a display carries, checked; the words say what is wrong with it. */
type ReadBundle =
  | { readonly kind: 'bundle'; readonly bundle: Bundle }
  | { readonly kind: 'invalid'; readonly reason: string };

function checkBundle(value: unknown): ReadBundle {
  const result = bundleSchema.safeParse(value);
  if (result.success) return { kind: 'bundle', bundle: result.data };
  const [issue] = result.error.issues;
  const place = issue === undefined ? '' : issue.path.map(String).join('.');
  return {
    kind: 'invalid',
    reason: `${place === '' ? 'bundle' : place}: ${issue?.message ?? 'wrong'}`,
  };
}

/** A bundle that an output of a cell shows; `cell` is the cell's id ("" without one), `index` and `output` count from 0. */
export type FoundBundle = {
  readonly cell: string;
  readonly index: number;
  readonly output: number;
} & ReadBundle;

/** Every Cellar bundle among a notebook's outputs, in order. One that is not valid is reported as such, never thrown. */
export function findBundles(notebook: Notebook): readonly FoundBundle[] {
  return notebook.cells.flatMap((cell, index) =>
    cell.outputs.flatMap((output) => {
      const value = carriedBy(output);
      if (value === undefined) return [];
      return [{ cell: cell.id ?? '', index, output: output.index, ...checkBundle(value) }];
    }),
  );
}

function carriedBy({ data }: Output): unknown {
  if (!CARRYING_MIMES.some((mime) => data.has(mime))) return undefined;
  return findCarried((mime) => {
    const value = data.get(mime);
    return value === undefined ? undefined : toPlain(value);
  });
}
