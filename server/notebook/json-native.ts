import type { Json, JsonObject } from './json-value.js';

/** A number outside of strings that JavaScript might write in another way than it stands there: see JsonNumber. */
const RISKY = /\d[eE]|\d{16}|[\d.]{17}|\.\d*0(?!\d)|-0(?!\.)|0\.000000/;
/** Deeper values go the way that needs no recursion. */
const MAX_LEVELS = 500;

/**
 * Reads JSON by the platform's own parser where nothing can be lost by that: every number is one that JavaScript writes as it stands, and no
 * name looks like an index, which would change the order of names. Undefined for all other texts, also those that are no JSON.
 */
export function parseNatively(text: string): Json | undefined {
  if (!hasPlainNumbers(text)) return undefined;
  try {
    return toJson(JSON.parse(text), 0);
  } catch (error) {
    if (error instanceof SyntaxError || error === LOST) return undefined;
    throw error;
  }
}

function hasPlainNumbers(text: string): boolean {
  let inString = false;
  // Between quotes lies a string or what stands outside of them, in turn; an escaped quote does not end its string.
  for (let from = 0; from <= text.length;) {
    const quote = text.indexOf('"', from);
    const end = quote < 0 ? text.length : quote;
    if (inString) {
      let slashes = end;
      while (text.charCodeAt(slashes - 1) === 0x5c) slashes--;
      if ((end - slashes) % 2 === 0) inString = false;
    } else {
      // Mostly ": " or ", ": too little for a number to be looked for.
      if ((end - from > 3 || from === 0) && RISKY.test(text.slice(from, end))) return false;
      inString = true;
    }
    from = end + 1;
  }
  return true;
}

/** Shared, as nobody changes what was read: a notebook can hold millions. */
const EMPTY: JsonObject = new Map<string, Json>();
const LOST = new Error('a name looks like an index');

function toJson(value: unknown, level: number): Json {
  if (typeof value !== 'object' || value === null) return value as string | number | boolean | null;
  if (level > MAX_LEVELS) throw LOST;
  if (Array.isArray(value)) {
    const items = value as unknown[];
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (typeof item === 'object') items[i] = toJson(item, level + 1);
    }
    return items as Json[];
  }
  const object = value as Record<string, unknown>;
  const names = Object.keys(object);
  if (names.length === 0) return EMPTY;
  // Names that are indices come first, whatever their place was.
  const first = names[0]?.charCodeAt(0) ?? 0;
  if (first >= 0x30 && first <= 0x39) throw LOST;
  const map = new Map<string, Json>();
  for (const name of names) map.set(name, toJson(object[name], level + 1));
  return map;
}
