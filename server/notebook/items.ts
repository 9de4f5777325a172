import { alignItems, toBlocks } from './align.js';
import type { Json } from './json-value.js';
import { isObject, JsonNumber, toNumber } from './json-value.js';
import { compactJson, equalJson } from './json.js';

/** An item of base and the one of head that it became; -1 for a side that has none. */
export type ItemPair = readonly [number, number];

/** Longer lists are paired by place once what they share at both ends is taken off. */
const MAX_ALIGNED = 2000;
/** The most JSON text that is made to tell items apart. */
const MAX_TEXT = 600_000;
/** Fewer changed items than this are told by place. */
const FEW = 3;

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  // Long lists of numbers: nothing is made for what is the same.
  if (a instanceof JsonNumber && b instanceof JsonNumber && a.lexeme === b.lexeme) return true;
  return equalJson(a, b);
}

/** Which items of two lists are versions of each other, without those that are the same: by their ids, by content, or by place. */
export function pairItems(base: readonly Json[], head: readonly Json[]): ItemPair[] {
  let [start, endA, endB] = [0, base.length, head.length];
  while (start < Math.min(endA, endB) && isSame(base[start], head[start])) start++;
  while (endA > start && endB > start && isSame(base[endA - 1], head[endB - 1]))
    [endA, endB] = [endA - 1, endB - 1];
  const [a, b] = [base.slice(start, endA), head.slice(start, endB)];
  const pairs = pairMiddle(a, b);
  return pairs.map(([i, j]) => [i < 0 ? i : i + start, j < 0 ? j : j + start]);
}

function pairMiddle(a: readonly Json[], b: readonly Json[]): ItemPair[] {
  const placed = byPlace(a, b);
  if (placed.length <= FEW && a.length === b.length) return placed;
  if (a.length === 0 || b.length === 0 || Math.max(a.length, b.length) > MAX_ALIGNED) return placed;
  const [keys, others] = [idsOf(a), idsOf(b)];
  if (keys !== undefined && others !== undefined) return aligned(a, b, keys, others);
  const [texts, theirs] = [textsOf(a), textsOf(b)];
  if (texts === undefined || theirs === undefined) return placed;
  const pairs = aligned(a, b, texts, theirs);
  return pairs.length < placed.length ? pairs : placed;
}

function byPlace(a: readonly Json[], b: readonly Json[]): ItemPair[] {
  const pairs: ItemPair[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (i >= a.length) pairs.push([-1, i]);
    else if (i >= b.length) pairs.push([i, -1]);
    else if (!isSame(a[i], b[i])) pairs.push([i, i]);
  }
  return pairs;
}

/** The ids of items that all have one of their own, as features of GeoJSON do; else undefined. */
function idsOf(items: readonly Json[]): string[] | undefined {
  const ids: string[] = [];
  for (const item of items) {
    const id = isObject(item) ? item.get('id') : undefined;
    if (typeof id !== 'string' && toNumber(id) === undefined) return undefined;
    ids.push(compactJson(id ?? null));
  }
  return new Set(ids).size === ids.length ? ids : undefined;
}

function textsOf(items: readonly Json[]): string[] | undefined {
  let left = MAX_TEXT;
  const texts: string[] = [];
  for (const item of items) {
    const text = compactJson(item);
    left -= text.length;
    if (left < 0) return undefined;
    texts.push(text);
  }
  return texts;
}

function aligned(
  a: readonly Json[],
  b: readonly Json[],
  keysA: readonly string[],
  keysB: readonly string[],
): ItemPair[] {
  const pairs: ItemPair[] = [];
  for (const { base, head } of toBlocks(alignItems(keysA, keysB), keysB.length)) {
    const [n, m] = [base[1] - base[0], head[1] - head[0]];
    for (let k = 0; k < Math.max(n, m); k++) {
      const [i, j] = [k < n ? base[0] + k : -1, k < m ? head[0] + k : -1];
      if (!isSame(a[i], b[j])) pairs.push([i, j]);
    }
  }
  return pairs;
}
