/** A number that JavaScript may write differently (1.0, 1e5, NaN, more than 15 digits): its text, and the nearest double. */
export class JsonNumber {
  constructor(readonly lexeme: string) {}

  /** Worked out when it is asked for: of a figure's million numbers hardly one is. */
  get value(): number {
    return Number(this.lexeme);
  }
}

/** A JSON object; a Map, so that every name, "__proto__" too, is an ordinary one. Of names that occur twice the last one counts. */
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | number | string | JsonNumber | readonly Json[] | JsonObject;

/** Deeper nesting is refused: nothing real has it, and what walks values later may rely on the bound. */
export const MAX_DEPTH = 10_000;

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
