import { PARSE_JSON } from './json-task.js';
import type { Pool } from './pool.js';
import { toMovable } from './task.js';

const TIME_BOX_MS = 20_000;

/** Parses large JSON text in UTF-8 on a thread; the bytes may be gone afterwards. Throws bad_request. */
export function parseJson(pool: Pool, bytes: Uint8Array, signal?: AbortSignal): Promise<unknown> {
  const own = toMovable(bytes);
  const input = () => Promise.resolve({ value: own, transfer: [own.buffer] });
  return pool.run(PARSE_JSON, { input, timeBox: TIME_BOX_MS, signal });
}
