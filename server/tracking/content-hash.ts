import { createHash } from 'node:crypto';
import { setImmediate as afterOthers } from 'node:timers/promises';

/** What is hashed before others get their turn: a few milliseconds' work. */
const PIECE_BYTES = 2 * 1024 * 1024;

/** SHA-256 of bytes in lower-case hex; a large notebook keeps no request waiting. */
export async function hashContent(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (at > 0) await afterOthers();
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
  }
  return hash.digest('hex');
}
