/**
 * `after`, with each part that equals the same part of `before` being that very part: what is drawn from parts that did not change is
 * then not drawn anew. Of values as JSON has them.
 */
export function share<Value>(before: unknown, after: Value): Value {
  return shareAny(before, after) as Value;
}

function shareAny(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    const parts = after.map((each, at) => shareAny(before[at], each));
    return isSame(before, parts) ? before : parts;
  }
  if (!isRecord(before) || !isRecord(after)) return after;
  const names = Object.keys(after);
  const parts = names.map((name) => [
    name,
    shareAny(Object.hasOwn(before, name) ? before[name] : undefined, after[name]),
  ]);
  const isEqual =
    names.length === Object.keys(before).length &&
    parts.every(
      ([name, part], at) => name === Object.keys(before)[at] && part === before[name as string],
    );
  // By way of entries, so that no name is taken for something of JavaScript's.
  return isEqual ? before : Object.fromEntries(parts);
}

function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && after.every((each, at) => Object.is(each, before[at]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
