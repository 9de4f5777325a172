import { MAX_INLINE_LENGTH } from '../../../contract/limits.js';
import type { PatchValue } from '../../../contract/patch.js';
import { CellarError } from '../../errors.js';
import { compactJson, parseJson } from '../json.js';
import type { Json } from '../json-value.js';
import { isArray, isObject, JsonNumber } from '../json-value.js';
import { hashText } from '../values.js';

/** Finds a value by the hash of its JSON text; undefined when it is not there. */
export type FindJson = (hash: string) => Json | undefined;

type Pieces = Exclude<PatchValue, string>;

/** About the length of the JSON text of what is no container, or of a container without its parts. */
function weighOne(value: Json): number {
  if (typeof value === 'string') return value.length + 2;
  if (value instanceof JsonNumber) return value.lexeme.length;
  if (isArray(value)) return value.length + 2;
  if (!isObject(value)) return 4;
  let weight = 2;
  for (const name of value.keys()) weight += name.length + 4;
  return weight;
}

function partsOf(value: Json): readonly Json[] {
  if (isArray(value)) return value;
  return isObject(value) ? [...value.values()] : [];
}

/** True as soon as it is certain: most values are short, and long ones are seldom looked through. */
function isLong(value: Json): boolean {
  const pending: Json[] = [value];
  let weight = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    weight += weighOne(next);
    if (weight > MAX_INLINE_LENGTH) return true;
    for (const part of partsOf(next)) pending.push(part);
  }
  return false;
}

/** The long containers within a value, found once for all of them: nesting may be thousands of levels deep. */
function findLong(root: Json): ReadonlySet<Json> {
  const order: { readonly value: Json; readonly parent: number }[] = [{ value: root, parent: -1 }];
  for (let n = 0; n < order.length; n++)
    for (const part of partsOf(order[n]?.value ?? null))
      if (typeof part === 'object' && part !== null) order.push({ value: part, parent: n });
  const weights = order.map(({ value }) =>
    partsOf(value).reduce<number>(
      (sum, part) => sum + (isArray(part) || isObject(part) ? 0 : weighOne(part)),
      weighOne(value),
    ),
  );
  const long = new Set<Json>();
  for (let n = order.length - 1; n >= 0; n--) {
    const { value, parent } = order[n] ?? { value: null, parent: -1 };
    const weight = weights[n] ?? 0;
    if (weight > MAX_INLINE_LENGTH && (isArray(value) || isObject(value))) long.add(value);
    if (parent >= 0 && !(value instanceof JsonNumber))
      weights[parent] = (weights[parent] ?? 0) + weight;
  }
  return long;
}

/**
 * A long value of which no part is long itself: it stands by its hash, and what holds it is written out. That depends on the value alone, so
 * it is found again in any notebook that has it.
 */
function isUnit(value: Json, long: ReadonlySet<Json>): boolean {
  if (typeof value === 'string') return value.length + 2 > MAX_INLINE_LENGTH;
  return (
    long.has(value) &&
    !partsOf(value).some((part) => long.has(part) || (typeof part === 'string' && isLong(part)))
  );
}

/** A value as a patch holds it. */
export function toPatchValue(value: Json): PatchValue {
  if (!isLong(value)) return compactJson(value);
  const long = findLong(value);
  const pieces: Pieces = [];
  const text = (more: string) => {
    const last = pieces[pieces.length - 1];
    if (typeof last === 'string') pieces[pieces.length - 1] = last + more;
    else pieces.push(more);
  };
  // What is still to be written, the next last: values, and the JSON text between them.
  const pending: ({ readonly value: Json } | string)[] = [{ value }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') text(next);
    else if (isUnit(next.value, long)) {
      const json = compactJson(next.value);
      pieces.push({ hash: hashText(json), size: json.length });
    } else if (long.has(next.value)) pending.push(...spell(next.value).reverse());
    else text(compactJson(next.value));
  }
  return pieces;
}

/** A container as its parts with the JSON text before, between and after them. */
function spell(value: Json): ({ readonly value: Json } | string)[] {
  if (isArray(value)) {
    const items = value.flatMap((item, n) => [n === 0 ? '[' : ',', { value: item }]);
    return [...items, ']'];
  }
  if (!isObject(value)) return [{ value }];
  const members = [...value].flatMap(([name, item], n) => [
    `${n === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    { value: item },
  ]);
  return [...members, '}'];
}

/** The value that a patch holds. Throws CellarError not_found when a long part of it is nowhere to be had. */
export function readPatchValue(value: PatchValue, find: FindJson): Json {
  if (typeof value === 'string') return parseJson(value, 'A value of the patch');
  const pieces = value.map((piece) => {
    if (typeof piece === 'string') return piece;
    const found = find(piece.hash);
    if (found === undefined)
      throw new CellarError(
        'not_found',
        `The patch names a value of ${piece.size} characters by its hash ${piece.hash}; give the notebook that holds it.`,
      );
    return compactJson(found);
  });
  return parseJson(pieces.join(''), 'A value of the patch');
}

/** The long values of some notebooks' JSON by their hashes, which are made when the first is asked for. */
export function findJsonIn(...roots: readonly Json[]): FindJson {
  let known: Map<string, Json> | undefined;
  const index = () => {
    const found = new Map<string, Json>();
    const add = (value: Json) => found.set(hashText(compactJson(value)), value);
    for (const root of roots) {
      const long = findLong(root);
      for (const value of long) {
        if (isUnit(value, long)) add(value);
        for (const part of partsOf(value))
          if (typeof part === 'string' && isUnit(part, long)) add(part);
      }
    }
    return found;
  };
  return (hash) => {
    known ??= index();
    return known.get(hash);
  };
}
