/** What a string of our own JSON is: a text, a path, a cell's id, or something that Cellar itself has written. */
export type StringKind = 'text' | 'path' | 'cell' | 'ours';

/** Names of fields whose strings no person has written: ids, hashes, times, and words out of a fixed list. */
const OURS = new Set([
  ...['format', 'id', 'notebook', 'snapshot', 'parent', 'restored', 'key', 'run', 'runs', 'number'],
  ...['time', 'start', 'end', 'started', 'finished', 'expired', 'size', 'hash', 'sha256', 'commit'],
  ...['blob', 'line', 'trigger', 'type', 'rule', 'fingerprint', 'place', 'status', 'experiment'],
  ...['source', 'certainty', 'executions', 'grant', 'salt'],
]);
const PATHS = new Set(['path', 'formerPaths']);
const CELLS = new Set(['cell', 'cells']);

/** Fields of a row whose own fields are named by people. */
export const ROW_FIELDS = ['metrics', 'params', 'tags'];

/**
 * The same value with its strings as `map` gives them; undefined leaves one as it is. Names of fields stay, but for those of `named`,
 * whose fields are named by people.
 */
export function mapTexts(
  value: unknown,
  map: (text: string, kind: StringKind) => string | undefined,
  options: { readonly named?: readonly string[]; readonly kind?: StringKind } = {},
): unknown {
  const { named = [], kind = 'text' } = options;
  if (typeof value === 'string') return map(value, kind) ?? value;
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map, options));
  if (typeof value !== 'object' || value === null) return value;
  return withoutSalt(
    value,
    Object.entries(value).map(([name, each]) => {
      const isNamed = named.includes(name) && typeof each === 'object' && each !== null;
      if (isNamed && !Array.isArray(each)) return [name, mapNamed(each as object, map)];
      return [name, mapTexts(each, map, { named, kind: kindOf(name, kind) })];
    }),
  );
}

/**
 * An object of these fields. A text that is kept with a hash of it (see trail.ts) loses the salt with which the hash could be tried: of
 * what was taken out of it nothing stays that can be guessed.
 */
function withoutSalt(before: object, fields: readonly (readonly [string, unknown])[]): object {
  const made = Object.fromEntries(fields);
  const isChanged = 'salt' in before && 'says' in before && made['says'] !== before.says;
  return isChanged ? { ...made, salt: '' } : made;
}

function mapNamed(
  fields: object,
  map: (text: string, kind: StringKind) => string | undefined,
): unknown {
  return Object.fromEntries(
    Object.entries(fields).map(([name, each]) => [
      map(name, 'text') ?? name,
      mapTexts(each, map, {}),
    ]),
  );
}

/** What a field's strings are, in an object whose own field was of `outer`. */
function kindOf(name: string, outer: StringKind): StringKind {
  // A cell as a state keeps it has an id, and a hash that is ours.
  if (outer === 'cell') return name === 'id' ? 'cell' : 'ours';
  if (CELLS.has(name)) return 'cell';
  // Of a run's files, whose pointers have their names in the tree.
  if (PATHS.has(name) || name === 'artifacts' || (outer === 'path' && name === 'name'))
    return 'path';
  return OURS.has(name) ? 'ours' : 'text';
}
