import type { Leaf } from '../../contract/diff.js';
import type { Json } from './json-value.js';
import { compactJson, equalJson } from './json.js';
import { isArray, isObject, JsonNumber } from './json-value.js';

const MAX_LEAVES = 200;
const MAX_VALUE = 200;
/** Below this depth a value is compared as a whole. */
const MAX_LEVELS = 200;

export interface LeafDiff {
  readonly leaves: Leaf[];
  /** Differences found beyond those listed. */
  readonly leftOut: number;
}

/** A value as JSON text, shortened past 200 code units. */
export function shortJson(value: Json): string {
  const text = compactJson(value);
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}

function pointer(path: string, name: string | number): string {
  return `${path}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`;
}

/** The changed leaves of two JSON values; what only one side has is one leaf. List items are numbered as in base, added ones as in head. */
export function diffLeaves(base: Json | undefined, head: Json | undefined, path = ''): LeafDiff {
  const leaves: Leaf[] = [];
  let leftOut = 0;
  const add = (at: string, a: Json | undefined, b: Json | undefined) => {
    if (leaves.length >= MAX_LEAVES) leftOut++;
    else
      leaves.push({
        path: at,
        ...(a === undefined ? {} : { base: shortJson(a) }),
        ...(b === undefined ? {} : { head: shortJson(b) }),
      });
  };
  const visit = (a: Json | undefined, b: Json | undefined, at: string, level: number): void => {
    if (a === undefined || b === undefined || level > MAX_LEVELS) {
      if (a === undefined || b === undefined ? a !== b : !equalJson(a, b)) add(at, a, b);
    } else if (isObject(a) && isObject(b)) {
      for (const name of new Set([...a.keys(), ...b.keys()]))
        visit(a.get(name), b.get(name), pointer(at, name), level + 1);
    } else if (isArray(a) && isArray(b)) visitLists(a, b, at, level);
    else if (!equalJson(a, b)) add(at, a, b);
  };
  const visitLists = (a: readonly Json[], b: readonly Json[], at: string, level: number): void => {
    let [start, endA, endB] = [0, a.length, b.length];
    if (a.length !== b.length) {
      // Items that came or went shift the rest: what is the same at both ends stays out of it.
      const same = (i: number, j: number) => equalJson(a[i] ?? null, b[j] ?? null);
      while (start < Math.min(endA, endB) && same(start, start)) start++;
      while (endA > start && endB > start && same(endA - 1, endB - 1))
        [endA, endB] = [endA - 1, endB - 1];
    }
    for (let i = start; i < Math.max(endA, endB); i++) {
      // Long lists of numbers: no path is made for what is the same.
      if (i < endA && i < endB && a[i] === b[i]) continue;
      const [x, y] = [a[i], b[i]];
      if (
        i < endA &&
        i < endB &&
        x instanceof JsonNumber &&
        y instanceof JsonNumber &&
        x.lexeme === y.lexeme
      )
        continue;
      visit(i < endA ? a[i] : undefined, i < endB ? b[i] : undefined, pointer(at, i), level + 1);
    }
  };
  visit(base, head, path, 0);
  return { leaves, leftOut };
}
