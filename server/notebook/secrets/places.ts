/** The letters of one word: neither blank nor a quote, an angle bracket, a bracket, a comma or a semicolon. */
const WORD = new Uint8Array(128).fill(1);
for (const letter of ' \t\n\v\f\r"\'`<>()[]{},;') WORD[letter.charCodeAt(0)] = 0;

/** Base64's own letters. */
const BASE64 = new Uint8Array(128);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
  BASE64[letter.charCodeAt(0)] = 1;

/** No secret word of any rule is shorter, and no value that is assigned. Before its sign stand at most so many characters. */
const SHORTEST_WORD = 12;
const SHORTEST_VALUE = 10;
const FARTHEST_SIGN = 23;
const LONGEST_NAME = 50;
const LONGEST_WORD = 4096;
/** Base64 without a break from here on is a file's bytes, and any secret in it chance. */
const LONG_BASE64 = 256;
/** A line of base64 that goes on in the next one is at least this long. */
const BASE64_LINE = 60;

/** A stretch of a text, its end excluded. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What a place must have to be worth trying a rule on. */
export interface Asked {
  /** The secret's least entropy in bits a character, so that it has more than 2 to the power of that different characters. */
  readonly entropy: number;
  /** Letters alone will do for a value that is assigned. */
  readonly letters: boolean;
}

/** The part of a text around a keyword that one word can reach, with what stands on either side; undefined when it is no secret's word. */
export function wordAround(
  text: string,
  { start, end }: Stretch,
  asked: Asked,
): Stretch | undefined {
  let from = start;
  while (from > 0 && start - from < LONGEST_WORD && isIn(WORD, text, from - 1)) from -= 1;
  let to = end;
  while (to < text.length && to - end < LONGEST_WORD && isIn(WORD, text, to)) to += 1;
  if (to - from < SHORTEST_WORD || !hasVariety(text, from, to, asked.entropy)) return undefined;
  return { start: Math.max(0, from - 1), end: Math.min(text.length, to + 2) };
}

/**
 * The part of a text around a keyword in a name, when a value is assigned to that name: "name = value", as gitleaks' patterns
 * take it; undefined when none is.
 */
export function assignmentAround(
  text: string,
  { start, end }: Stretch,
  asked: Asked,
): Stretch | undefined {
  let sign = end;
  while (isBeforeSign(text.charCodeAt(sign))) {
    if (sign - end >= FARTHEST_SIGN) return undefined;
    sign += 1;
  }
  if (!isSign(text.charCodeAt(sign))) return undefined;
  let from = sign;
  while (from - sign < 9 && isAfterSign(text.charCodeAt(from))) from += 1;
  let to = from;
  while (to < text.length && to - from < LONGEST_WORD && isIn(WORD, text, to)) to += 1;
  if (to - from < SHORTEST_VALUE) return undefined;
  if (!hasVariety(text, from, to, asked.entropy)) return undefined;
  if (!asked.letters && !hasDigitOrMark(text, from, to)) return undefined;
  return { start: Math.max(0, start - LONGEST_NAME), end: Math.min(text.length, to + 2) };
}

/** Tells whether a place lies within a file's bytes as base64; asked for in rising order it looks at each letter once. */
export class Base64Runs {
  private start = -1;
  private end = -1;

  constructor(private readonly text: string) {}

  /** A secret that begins the run is none of its chances. */
  isInside(at: number): boolean {
    if (at < this.start || at >= this.end) {
      if (!isIn(BASE64, this.text, at)) return false;
      this.start = this.beginning(at);
      this.end = this.ending(at);
    }
    return this.isLong && at > this.start;
  }

  private get isLong(): boolean {
    const { text, start, end } = this;
    return end - start >= LONG_BASE64 || text.slice(Math.max(0, start - 7), start) === 'base64,';
  }

  /** Where the run begins; it goes over the end of a line that is long enough. */
  private beginning(at: number): number {
    let here = this.lineStart(at);
    for (;;) {
      if (this.text.charCodeAt(here - 1) !== 0x0a) return here;
      const before = this.lineStart(here - 1);
      if (here - 1 - before < BASE64_LINE) return here;
      here = before;
    }
  }

  /** The same towards the end, which is excluded. */
  private ending(at: number): number {
    const { text } = this;
    let start = this.lineStart(at);
    for (let here = at; ; here++) {
      if (isIn(BASE64, text, here)) continue;
      const isNext = text.charCodeAt(here) === 0x0a && isIn(BASE64, text, here + 1);
      if (!isNext || here - start < BASE64_LINE) return here;
      start = here + 1;
    }
  }

  private lineStart(at: number): number {
    let here = at;
    while (here > 0 && isIn(BASE64, this.text, here - 1)) here -= 1;
    return here;
  }
}

/** Whether some part of a word can have more entropy: each of its characters occurs, at the best, equally often. */
function hasVariety(text: string, from: number, to: number, entropy: number): boolean {
  const least = 2 ** entropy;
  if (to - from > LONGEST_WORD / 8) return true;
  const letters = new Set<number>();
  for (let at = from; at < to; at++) {
    letters.add(text.charCodeAt(at));
    if (letters.size > least) return true;
  }
  return false;
}

function isIn(letters: Uint8Array, text: string, at: number): boolean {
  return letters[text.charCodeAt(at)] === 1;
}

/** Between the keyword and the sign: letters, digits, "_.-", blanks and quotes. */
function isBeforeSign(code: number): boolean {
  return isWordCode(code) || isOneOf(code, ' \t\n\r\f\v.-\'"');
}

function isSign(code: number): boolean {
  return isOneOf(code, '=>:|?,');
}

/** Between the sign and the value: the rest of a sign such as ":=", blanks and quotes. */
function isAfterSign(code: number): boolean {
  return isOneOf(code, '=>:|?,`\'" \t\n\r\f\v');
}

function hasDigitOrMark(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    if (!isLetter && !isOneOf(code, '_.-')) return true;
  }
  return false;
}

function isWordCode(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

function isOneOf(code: number, letters: string): boolean {
  for (let i = 0; i < letters.length; i++) if (letters.charCodeAt(i) === code) return true;
  return false;
}
