import { equalJson } from '../json.js';
import type { Json } from '../json-value.js';
import { JsonNumber } from '../json-value.js';

function identicalScalars(a: Json, b: Json): boolean {
  if (a === b) return true;
  return a instanceof JsonNumber && b instanceof JsonNumber && a.lexeme === b.lexeme;
}

/** The same JSON value with every number written alike: 1 and 1.0 differ. The order of names is no part of a value. */
export function identicalJson(a: Json, b: Json): boolean {
  return equalJson(a, b, identicalScalars);
}
