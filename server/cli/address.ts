import { readFile, unlink } from 'node:fs/promises';

import * as z from 'zod';

import { writeDurable } from '../store/disk/durable.js';
import { findHolder } from '../store/lock.js';
import type { Places } from '../store/places.js';

const addressSchema = z.object({
  pid: z.number().int(),
  url: z.string().optional(),
  socket: z.string().optional(),
  token: z.string(),
});

/** Where a store's owner listens, with its token: `.cellar/server.json`, readable by this person only. */
export type Address = z.infer<typeof addressSchema>;

export async function publishAddress(places: Places, address: Address): Promise<void> {
  await writeDurable(places.server, `${JSON.stringify(address)}\n`, 0o600);
}

/** Takes back one's own address; another's stays. */
export async function withdrawAddress(places: Places): Promise<void> {
  if ((await readAddress(places))?.pid === process.pid)
    await unlink(places.server).catch(() => undefined);
}

/**
 * The address that the store's owner has published; undefined when there is none. Only of a process that holds the lock now: the port
 * of one that was killed may be a stranger's today, who must not be sent the token.
 */
export async function findAddress(places: Places): Promise<Address | undefined> {
  const address = await readAddress(places);
  if (address === undefined) return undefined;
  return (await findHolder(places.lock))?.pid === address.pid ? address : undefined;
}

async function readAddress(places: Places): Promise<Address | undefined> {
  try {
    const parsed = addressSchema.safeParse(JSON.parse(await readFile(places.server, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
