import type { Task } from './task.js';

/** Parses JSON text in UTF-8. Refused with bad_request. */
export const PARSE_JSON: Task<Uint8Array, unknown> = { name: 'json' };
