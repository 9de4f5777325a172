import { parseNatively } from './json-native.js';
import { JsonReader } from './json-reader.js';
import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject, JsonNumber, toNumber } from './json-value.js';

/**
 * Reads JSON without losing anything: number texts, NaN and the infinities (which Python writes) are kept, any name is a name.
 * Throws CellarError not_json with line and column; `name` is what the message calls the text.
 */
export function parseJson(text: string, name = 'The text'): Json {
  return parseNatively(text) ?? new JsonReader(text, name).read();
}

/** By code point, as Python sorts; UTF-16 order differs from it beyond U+FFFF. */
function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
  }
  return a.length - b.length;
}

function formatScalar(value: null | boolean | number | string | JsonNumber): string {
  if (typeof value === 'number') return String(value);
  return value instanceof JsonNumber ? value.lexeme : JSON.stringify(value);
}

interface Frame {
  readonly close: string;
  readonly items: readonly Json[];
  readonly names: readonly string[] | null;
  next: number;
}

function write(root: Json, pretty: boolean, scalar = formatScalar): string {
  const out: string[] = [];
  const frames: Frame[] = [];
  let value: Json | undefined = root;
  for (;;) {
    if (value !== undefined) {
      const container: readonly Json[] | JsonObject | null =
        isArray(value) || isObject(value) ? value : null;
      if (container === null) {
        if (!isArray(value) && !isObject(value)) out.push(scalar(value));
      } else if (isArray(container)) {
        if (!pretty && container.length > 0 && container.every(isNumber)) {
          // Figures are made of long lists of numbers: they need no frame.
          out.push('[', container.map((item) => scalar(item)).join(','), ']');
        } else {
          out.push('[');
          frames.push({ close: ']', items: container, names: null, next: 0 });
        }
      } else {
        out.push('{');
        const names = [...container.keys()].sort(compareNames);
        const items = names.map((name) => container.get(name) ?? null);
        frames.push({ close: '}', items, names, next: 0 });
      }
    }
    const frame = frames[frames.length - 1];
    if (frame === undefined) return out.join('');
    value = frame.items[frame.next];
    if (value === undefined) {
      frames.pop();
      if (pretty && frame.next > 0) out.push('\n' + ' '.repeat(frames.length));
      out.push(frame.close);
      continue;
    }
    if (frame.next > 0) out.push(',');
    if (pretty) out.push('\n' + ' '.repeat(frames.length));
    if (frame.names !== null)
      out.push(JSON.stringify(frame.names[frame.next] ?? ''), pretty ? ': ' : ':');
    frame.next++;
  }
}

/** As nbformat writes a file: indent 1, names sorted, non-ASCII kept, a final newline. Numbers keep their text. */
export function formatJson(value: Json): string {
  return write(value, true) + '\n';
}

/** On one line without spaces, names sorted. */
export function compactJson(value: Json): string {
  return write(value, false);
}

/** As compactJson, for readers that take no more than JSON: NaN and the infinities become null. */
export function strictJson(value: Json): string {
  return write(value, false, (scalar) =>
    scalar instanceof JsonNumber && !/^-?\d/.test(scalar.lexeme) ? 'null' : formatScalar(scalar),
  );
}

const INTEGER = /^-?\d+$/;

/** Numbers by value: whole ones exactly, others as doubles; NaN equals itself. */
function equalNumbers(a: number | JsonNumber, b: number | JsonNumber): boolean {
  // Written alike they are alike: no value is worked out.
  if (a instanceof JsonNumber && b instanceof JsonNumber && a.lexeme === b.lexeme) return true;
  const x = toNumber(a) ?? 0;
  const y = toNumber(b) ?? 0;
  if (!Object.is(x, y) && x !== y) return false;
  if (Number.isSafeInteger(x) || !(a instanceof JsonNumber || b instanceof JsonNumber)) return true;
  const [s, t] = [formatScalar(a), formatScalar(b)];
  return INTEGER.test(s) && INTEGER.test(t) ? BigInt(s) === BigInt(t) : true;
}

function isNumber(value: Json): value is number | JsonNumber {
  return typeof value === 'number' || value instanceof JsonNumber;
}

/** What `equalJson` asks about two values that are not two containers of one kind. */
export type EqualScalars = (a: Json, b: Json) => boolean;

/** Both are the same scalar; 1 and 1.0 are the same number. */
export function equalScalars(a: Json, b: Json): boolean {
  if (a === b) return true;
  return isNumber(a) && isNumber(b) && equalNumbers(a, b);
}

/** The same JSON value: order of names and ways to write a number do not count. `scalars` may soften the test at the leaves. */
export function equalJson(a: Json, b: Json, scalars: EqualScalars = equalScalars): boolean {
  const pending: Json[] = [a, b];
  // Scalars are compared where they stand; only containers wait.
  const differ = (x: Json, y: Json | undefined): boolean => {
    if (y === undefined) return true;
    if (x === y) return false;
    if (isContainer(x) && isContainer(y)) {
      pending.push(x, y);
      return false;
    }
    return !scalars(x, y);
  };
  if (!isContainer(a) || !isContainer(b)) return !differ(a, b);
  while (pending.length > 0) {
    const y = pending.pop() ?? null;
    const x = pending.pop() ?? null;
    if (isArray(x) && isArray(y)) {
      if (x.length !== y.length) return false;
      for (let i = 0; i < x.length; i++) if (differ(x[i] ?? null, y[i])) return false;
    } else if (isObject(x) && isObject(y)) {
      if (x.size !== y.size) return false;
      for (const [name, item] of x) if (differ(item, y.get(name))) return false;
    } else return false;
  }
  return true;
}

function isContainer(value: Json): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof JsonNumber);
}
