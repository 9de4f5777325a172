import { join } from 'node:path';

import * as z from 'zod';

import { lossSchema, type Damage, type Loss } from '../../contract/upkeep.js';
import { isErrno } from '../errors.js';
import { writeDurable } from '../store/disk/durable.js';
import type { Store } from '../store/store.js';

/** `state/losses.json`: what a repair could not bring back. It is said as lost from then on, and as damage no more. */
const lossesSchema = z.object({
  format: z.literal(1),
  losses: z.array(lossSchema.extend({ objects: z.array(z.string()) })),
});

/** A loss with every object that it stands for. */
export type KnownLoss = Loss & { readonly objects: readonly string[] };

function lossesPath({ places }: Store): string {
  return join(places.state, 'losses.json');
}

/** None where the file is missing, or damaged itself: then all is found anew. */
export async function readLosses(store: Store): Promise<readonly KnownLoss[]> {
  try {
    const text = await store.disk.readFile(lossesPath(store), 'utf8');
    return lossesSchema.parse(JSON.parse(text)).losses;
  } catch (error) {
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError)
      return [];
    throw error;
  }
}

/** Notes further losses; durable. One that is known already stays as it was. */
export async function addLosses(
  store: Store,
  lost: readonly (Damage & { readonly objects: readonly string[] })[],
): Promise<void> {
  if (lost.length === 0) return;
  const before = await readLosses(store);
  const known = new Set(before.map(({ what }) => what));
  const since = new Date(store.now()).toISOString();
  const losses = [
    ...before,
    ...lost.filter(({ what }) => !known.has(what)).map((each) => ({ ...each, since })),
  ];
  const text = `${JSON.stringify({ format: 1, losses }, undefined, 1)}\n`;
  await writeDurable(lossesPath(store), text, 0o600, store.disk);
}
