import { CellarError } from '../errors.js';
import type { Json } from './json-value.js';
import { JsonNumber, MAX_DEPTH } from './json-value.js';

// eslint-disable-next-line no-control-regex -- bare control characters are what JSON forbids
const CONTROL = /[\u0000-\u001f]/;
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new JsonNumber('NaN')],
  ['Infinity', new JsonNumber('Infinity')],
  ['-Infinity', new JsonNumber('-Infinity')],
];

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

/** One pass over a JSON text, with its place in it. Containers wait on a stack of their own, so depth costs no recursion. */
export class JsonReader {
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
          } else if (isDigit(this.skip())) {
            // Long lists of numbers go round here.
            value = this.number();
            continue;
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
    if (
      (code >= 0x30 && code <= 0x39) ||
      (code === 0x2d && this.text.charCodeAt(this.at + 1) !== 0x49)
    )
      return this.number();
    for (const [word, value] of LITERALS)
      if (word.charCodeAt(0) === code && this.text.startsWith(word, this.at)) {
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

  private number(): number | JsonNumber {
    const { text } = this;
    const start = this.at;
    let at = start;
    const minus = text.charCodeAt(at) === 0x2d;
    if (minus) at++;
    const first = at;
    // The digits as one whole number: exact up to 15 of them, and more are kept as text.
    let digits = 0;
    for (let code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(++at))
      digits = digits * 10 + code - 0x30;
    const whole = at - first;
    if (whole === 0) this.fail('a digit is missing', at);
    if (whole > 1 && text.charCodeAt(first) === 0x30) this.fail('a number starts with 0', start);
    let places = 0;
    if (text.charCodeAt(at) === 0x2e) {
      const point = at++;
      for (let code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(++at))
        digits = digits * 10 + code - 0x30;
      places = at - point - 1;
      if (places === 0) this.fail('a digit is missing', at);
    }
    let plain = whole + places <= 15 && (places === 0 || text.charCodeAt(at - 1) !== 0x30);
    if ((text.charCodeAt(at) | 0x20) === 0x65) {
      at++;
      if (text.charCodeAt(at) === 0x2b || text.charCodeAt(at) === 0x2d) at++;
      const power = at;
      while (isDigit(text.charCodeAt(at))) at++;
      if (at === power) this.fail('a digit is missing', at);
      plain = false;
    }
    this.at = at;
    // Both are exact doubles, so that their quotient is the nearest one to the number.
    const value = digits / (POWERS[places] ?? 1);
    // At most 15 digits, none of them idle, and no exponent on either side: JavaScript writes the same text again.
    if (plain && (value >= 1e-6 || (value === 0 && !minus && whole === 1 && places === 0)))
      return minus ? -value : value;
    return new JsonNumber(text.slice(start, at));
  }
}

const POWERS: readonly number[] = Array.from({ length: 16 }, (_, n) => 10 ** n);

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at < 0 ? Infinity : at;
}
