import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError } from '../errors.js';

/** All of standard input. Throws too_large beyond what a notebook may have. */
export async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_NOTEBOOK_BYTES)
      throw new CellarError(
        'too_large',
        `Standard input has more than ${MAX_NOTEBOOK_BYTES} bytes.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
