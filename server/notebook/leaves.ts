import type { Leaf } from '../../contract/diff.js';
import type { Json } from './json-value.js';
import { compactJson, equalJson } from './json.js';
import { isArray, isObject } from './json-value.js';
import { pairItems } from './items.js';
import { readTypedArray } from './typed-arrays.js';

const MAX_LEAVES = 200;
const MAX_VALUE = 200;
/** Below this depth a value is compared as a whole. */
const MAX_LEVELS = 200;

export interface LeafDiff {
  readonly leaves: Leaf[];
  /** Differences found beyond those listed. */
  readonly leftOut: number;
}

/** True for two packed arrays that need not be unpacked to be compared. */
function hasSameNumbers(a: Json, b: Json): boolean {
  if (!isObject(a) || !isObject(b)) return false;
  return a.get('bdata') === b.get('bdata') && a.get('dtype') === b.get('dtype');
}

/** A value as JSON text, shortened past 200 code units. */
export function shortJson(value: Json): string {
  const text = compactJson(value);
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}

function pointer(path: string, name: string | number): string {
  return `${path}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`;
}

export interface LeafOptions {
  /** Where the values stand. */
  readonly path?: string;
  /** Asked once about two leaves that differ: true where that is noise, which is not listed. */
  readonly isNoise?: (base: Json, head: Json) => boolean;
}

/**
 * The changed leaves of two JSON values; what only one side has is one leaf. List items are numbered as in base, added ones as in
 * head. Packed arrays of Plotly are compared by their numbers.
 */
export function diffLeaves(
  base: Json | undefined,
  head: Json | undefined,
  { path = '', isNoise = () => false }: LeafOptions = {},
): LeafDiff {
  const leaves: Leaf[] = [];
  let leftOut = 0;
  const add = (at: string, a: Json | undefined, b: Json | undefined) => {
    if (a !== undefined && b !== undefined && isNoise(a, b)) return;
    if (leaves.length >= MAX_LEAVES) leftOut++;
    else
      leaves.push({
        path: at,
        ...(a === undefined ? {} : { base: shortJson(a) }),
        ...(b === undefined ? {} : { head: shortJson(b) }),
      });
  };
  const visit = (a: Json | undefined, b: Json | undefined, at: string, level: number): void => {
    if (a === b) return;
    if (a === undefined || b === undefined || level > MAX_LEVELS) {
      if (a === undefined || b === undefined || !equalJson(a, b)) add(at, a, b);
      return;
    }
    const [x, y] = hasSameNumbers(a, b) ? [a, b] : [readTypedArray(a) ?? a, readTypedArray(b) ?? b];
    if (isArray(x) && isArray(y)) {
      for (const [i, j] of pairItems(x, y))
        visit(x[i], y[j], pointer(at, i < 0 ? j : i), level + 1);
      // Of packed arrays what is beside the numbers: their type and shape.
      if (x !== a && y !== b) visitNames(a, b, { at, level, but: 'bdata' });
    } else if (isObject(a) && isObject(b)) visitNames(a, b, { at, level });
    else if (!equalJson(a, b)) add(at, a, b);
  };
  const visitNames = (
    a: Json,
    b: Json,
    { at, level, but }: { at: string; level: number; but?: string },
  ): void => {
    if (!isObject(a) || !isObject(b)) return;
    for (const name of new Set([...a.keys(), ...b.keys()]))
      if (name !== but) visit(a.get(name), b.get(name), pointer(at, name), level + 1);
  };
  visit(base, head, path, 0);
  return { leaves, leftOut };
}
