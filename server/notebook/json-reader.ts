import { CellarError } from '../errors.js';
import type { Json } from './json-value.js';
import { JsonNumber, MAX_DEPTH } from './json-value.js';

// eslint-disable-next-line no-control-regex -- bare control characters are what JSON forbids
const CONTROL = /[\u0000-\u001f]/;
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new JsonNumber('NaN', NaN)],
  ['Infinity', new JsonNumber('Infinity', Infinity)],
  ['-Infinity', new JsonNumber('-Infinity', -Infinity)],
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
