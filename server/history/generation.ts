import * as z from 'zod';

import type { Store } from '../store/store.js';
import { readTextAt } from './history.js';
import { formatStored } from './state.js';

const PATH = '.cellar/generation.json';
const generationSchema = z.object({ generation: z.number().int() });

/** How often a store was purged, as main says. */
export async function readGeneration(store: Store): Promise<number> {
  const text = await readTextAt(store, PATH);
  return text === undefined ? 0 : generationSchema.parse(JSON.parse(text)).generation;
}

/** What says so from the next commit on. */
export function generationFile(generation: number): {
  readonly path: string;
  readonly content: Buffer;
} {
  return { path: PATH, content: formatStored({ generation }) };
}
