import type { Patch, PatchChange } from '../../../contract/patch.js';
import { CellarError } from '../../errors.js';
import type { Json, JsonObject } from '../json-value.js';
import { isArray, isObject } from '../json-value.js';
import { identicalJson } from './identical.js';
import type { FindJson } from './value.js';
import { findJsonIn, readPatchValue } from './value.js';

interface Place {
  readonly path: string;
  readonly find: FindJson;
}

/**
 * The JSON that a patch makes of `base`. Long values are looked for by hash in base and then in the `others` (head, for one). Throws CellarError
 * conflict when the patch was not made of this base, not_found when a long value is nowhere to be had.
 */
export function applyPatch(patch: Patch, base: JsonObject, ...others: readonly Json[]): JsonObject {
  if (patch.change === undefined) return base;
  const made = apply(patch.change, base, { path: '', find: findJsonIn(...others, base) });
  if (!isObject(made)) misfit('');
  return made;
}

function misfit(path: string): never {
  throw new CellarError(
    'conflict',
    `The patch does not fit this notebook: at "${path === '' ? '/' : path}" it expects something else.`,
  );
}

function apply(change: PatchChange, value: Json, place: Place): Json {
  switch (change.op) {
    case 'replace':
      if (!identicalJson(value, readPatchValue(change.base, place.find))) misfit(place.path);
      return readPatchValue(change.head, place.find);
    case 'text':
      return typeof value === 'string' ? applyText(change, value, place) : misfit(place.path);
    case 'list':
      return isArray(value) ? applyList(change, value, place) : misfit(place.path);
    case 'object':
      return isObject(value) ? applyObject(change, value, place) : misfit(place.path);
  }
}

function applyText(
  { baseLength, edits }: PatchChange & { op: 'text' },
  text: string,
  { path }: Place,
): string {
  if (text.length !== baseLength) misfit(path);
  const pieces: string[] = [];
  let done = 0;
  for (const { at, removed, added } of edits) {
    if (at < done || !text.startsWith(removed, at)) misfit(path);
    pieces.push(text.slice(done, at), added);
    done = at + removed.length;
  }
  return pieces.join('') + text.slice(done);
}

function applyList(
  { baseLength, items }: PatchChange & { op: 'list' },
  list: readonly Json[],
  { path, find }: Place,
): Json[] {
  if (list.length !== baseLength) misfit(path);
  const made: Json[] = [];
  for (const item of items) {
    if ('add' in item) made.push(readPatchValue(item.add, find));
    else {
      const last = 'count' in item ? item.from + item.count : item.from + 1;
      if (item.from < 0 || last > list.length) misfit(path);
      if ('count' in item) for (let i = item.from; i < last; i++) made.push(list[i] ?? null);
      else
        made.push(
          apply(item.change, list[item.from] ?? null, { path: `${path}/${item.from}`, find }),
        );
    }
  }
  return made;
}

function applyObject(
  { added, deleted, changed }: PatchChange & { op: 'object' },
  object: JsonObject,
  { path, find }: Place,
): JsonObject {
  const made = new Map(object);
  for (const [name] of deleted) if (!made.delete(name)) misfit(`${path}/${name}`);
  for (const [name, change] of changed) {
    const value = object.get(name);
    if (value === undefined) misfit(`${path}/${name}`);
    made.set(name, apply(change, value, { path: `${path}/${name}`, find }));
  }
  for (const [name, value] of added) {
    if (object.has(name)) misfit(`${path}/${name}`);
    made.set(name, readPatchValue(value, find));
  }
  return made;
}
