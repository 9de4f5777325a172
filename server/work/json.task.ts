import { CellarError } from '../errors.js';
import type { PARSE_JSON } from './json-task.js';
import type { RunOf } from './task.js';

export const run: RunOf<typeof PARSE_JSON> = (bytes) => {
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown, transfer: [] };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CellarError('bad_request', `The request cannot be read: ${error.message}.`);
  }
};
