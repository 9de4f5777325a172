import { CellarError } from '../errors.js';

/** A number that JavaScript may write differently (1.0, 1e5, NaN, more than 15 digits): its text, and the nearest double. */
export class JsonNumber {
  constructor(
    readonly lexeme: string,
    readonly value: number,
  ) {}
}

/** A JSON object; a Map, so that every name, "__proto__" too, is an ordinary one. Of names that occur twice the last one counts. */
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | number | string | JsonNumber | readonly Json[] | JsonObject;

/** Deeper nesting is refused: nothing real has it, and what walks values later may rely on the bound. */
export const MAX_DEPTH = 10_000;

const CONTROL = /[\u0000-\u001f]/;
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new JsonNumber('NaN', NaN)],
  ['Infinity', new JsonNumber('Infinity', Infinity)],
  ['-Infinity', new JsonNumber('-Infinity', -Infinity)],
];

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The double of a JSON number; undefined for anything else. */
export function toNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof JsonNumber ? value.value : undefined;
}

/** Line and column of an offset, both from 1. */
function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/**
 * Reads JSON without losing anything: number texts, NaN and the infinities (which Python writes) are kept, any name is a name.
 * Throws CellarError not_json with line and column; `name` is what the message calls the text.
 */
export function parseJson(text: string, name = 'The text'): Json {
  return new Reader(text, name).read();
}

/** One pass over a text, with its place in it. Containers wait on a stack of their own, so depth costs no recursion. */
class Reader {
  private at = 0;
  private backslash = -1;

  constructor(
    private readonly text: string,
    private readonly name: string,
  ) {}

  read(): Json {
    const holders: (Json[] | Map<string, Json>)[] = [];
    const keys: string[] = [];
    for (;;) {
      const code = this.skip();
      let value: Json;
      if (code === 0x7b || code === 0x5b) {
        if (holders.length >= MAX_DEPTH) this.fail(`it is nested deeper than ${MAX_DEPTH} levels`);
        this.at++;
        const next = this.skip();
        if (next === code + 2) {
          this.at++;
          value = code === 0x7b ? new Map<string, Json>() : [];
        } else {
          if (code === 0x7b) keys.push(this.key());
          holders.push(code === 0x7b ? new Map<string, Json>() : []);
          continue;
        }
      } else value = this.scalar(code);
      for (;;) {
        const holder = holders[holders.length - 1];
        const then = this.skip();
        if (holder === undefined) {
          if (this.at < this.text.length) this.fail('there is more after its end');
          return value;
        }
        const inObject = holder instanceof Map;
        if (inObject) holder.set(keys[keys.length - 1] ?? '', value);
        else holder.push(value);
        if (then === 0x2c) {
          this.at++;
          if (inObject) {
            this.skip();
            keys[keys.length - 1] = this.key();
          }
          break;
        }
        if (then !== (inObject ? 0x7d : 0x5d))
          this.fail(inObject ? '"," or "}" is missing' : '"," or "]" is missing');
        this.at++;
        holders.pop();
        if (inObject) keys.pop();
        value = holder;
      }
    }
  }

  private fail(reason: string, at = this.at): never {
    const { line, column } = placeOf(this.text, at);
    const found = at >= this.text.length ? ' (the text ends there)' : '';
    throw new CellarError(
      'not_json',
      `${this.name} is not JSON: ${reason} at line ${line}, column ${column}${found}.`,
    );
  }

  private skip(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at++;
    }
  }

  private key(): string {
    if (this.text.charCodeAt(this.at) !== 0x22) this.fail('a name in double quotes is missing');
    const key = this.string();
    if (this.skip() !== 0x3a) this.fail('":" is missing');
    this.at++;
    return key;
  }

  private scalar(code: number): Json {
    if (code === 0x22) return this.string();
    if ((code >= 0x30 && code <= 0x39) || (code === 0x2d && this.text[this.at + 1] !== 'I'))
      return this.number();
    for (const [word, value] of LITERALS)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    this.fail('a value is missing');
  }

  private string(): string {
    const { text } = this;
    const start = this.at + 1;
    let end = text.indexOf('"', start);
    // The next backslash is remembered over strings, so that a megabyte of base64 is looked at once.
    if (this.backslash < start) this.backslash = indexOrEnd(text, '\\', start);
    const plain = end < this.backslash;
    while (end > this.backslash) {
      const after = this.backslash + 2;
      if (end < after) end = text.indexOf('"', after);
      this.backslash = indexOrEnd(text, '\\', after);
    }
    if (end < 0) this.fail('a string does not end', start - 1);
    this.at = end + 1;
    const body = text.slice(start, end);
    if (!plain) {
      try {
        const value: unknown = JSON.parse(`"${body}"`);
        return String(value);
      } catch {
        this.fail('a string holds a wrong escape or a bare control character', start - 1);
      }
    }
    if (CONTROL.test(body)) this.fail('a string holds a bare control character', start - 1);
    return body;
  }

  private digits(): number {
    const start = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    if (this.at === start) this.fail('a digit is missing');
    return this.at - start;
  }

  private number(): number | JsonNumber {
    const { text } = this;
    const start = this.at;
    if (text.charCodeAt(this.at) === 0x2d) this.at++;
    const first = this.at;
    const whole = this.digits();
    if (whole > 1 && text[first] === '0') this.fail('a number starts with 0', start);
    let plain = whole <= 15;
    if (text[this.at] === '.') {
      this.at++;
      plain = this.digits() + whole <= 15 && text[this.at - 1] !== '0';
    }
    if (text[this.at] === 'e' || text[this.at] === 'E') {
      this.at++;
      if (text[this.at] === '+' || text[this.at] === '-') this.at++;
      this.digits();
      plain = false;
    }
    const lexeme = text.slice(start, this.at);
    const value = Number(lexeme);
    // At most 15 digits, none of them idle, and no exponent on either side: JavaScript writes the same text again.
    if (plain && (Math.abs(value) >= 1e-6 || lexeme === '0')) return value;
    return new JsonNumber(lexeme, value);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at < 0 ? Infinity : at;
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
  return value instanceof JsonNumber ? value.lexeme : JSON.stringify(value);
}

interface Frame {
  readonly close: string;
  readonly items: readonly Json[];
  readonly names: readonly string[] | null;
  next: number;
}

function write(root: Json, pretty: boolean): string {
  const out: string[] = [];
  const frames: Frame[] = [];
  let value: Json | undefined = root;
  for (;;) {
    if (value !== undefined) {
      const container: readonly Json[] | JsonObject | null =
        isArray(value) || isObject(value) ? value : null;
      if (container === null) {
        if (!isArray(value) && !isObject(value)) out.push(formatScalar(value));
      } else if (isArray(container)) {
        out.push('[');
        frames.push({ close: ']', items: container, names: null, next: 0 });
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

const INTEGER = /^-?\d+$/;

/** Numbers by value: whole ones exactly, others as doubles; NaN equals itself. */
function equalNumbers(a: number | JsonNumber, b: number | JsonNumber): boolean {
  const x = toNumber(a) ?? 0;
  const y = toNumber(b) ?? 0;
  if (!Object.is(x, y) && x !== y) return false;
  if (Number.isSafeInteger(x) || !(a instanceof JsonNumber || b instanceof JsonNumber)) return true;
  const [s, t] = [formatScalar(a), formatScalar(b)];
  return INTEGER.test(s) && INTEGER.test(t) ? BigInt(s) === BigInt(t) : true;
}

/** What `equalJson` asks about two values that are not two containers of one kind. */
export type EqualScalars = (a: Json, b: Json) => boolean;

/** Both are the same scalar; 1 and 1.0 are the same number. */
export function equalScalars(a: Json, b: Json): boolean {
  if (a === b) return true;
  const number = (value: Json) => typeof value === 'number' || value instanceof JsonNumber;
  if (!number(a) || !number(b)) return false;
  return equalNumbers(a as number | JsonNumber, b as number | JsonNumber);
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
