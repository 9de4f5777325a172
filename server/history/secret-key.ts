import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';

import * as z from 'zod';

import { CellarError, isErrno, toStorageError } from '../errors.js';
import { hashText, type HashedText } from '../notebook/secrets/known-texts.js';
import { writeDurable } from '../store/disk/durable.js';
import type { Store } from '../store/store.js';

const keySchema = z.string().regex(/^[0-9a-f]{64}$/);

/** A purged text, by its hashes. */
export const hashedTextSchema = z.object({
  length: z.number().int(),
  rolling: z.number().int(),
  digest: z.string(),
});

const purgedSchema = z.object({ format: z.literal(1), texts: z.array(hashedTextSchema) });

/** Where the hashes of purged texts are, below the folder of the operating state. */
const PURGED = 'purged.json';
const KEY = 'secrets.key';

/**
 * This workspace's own key: `state/secrets.key`, mode 0600, made when it is first asked for. What is hashed with it names a secret in
 * git, where a plain hash of a short one could be turned back by trying. Throws store_damaged for one that is there and is no key: with
 * another, what was purged would be kept again, and nobody would be told.
 */
export async function readSecretKey(store: Store): Promise<string> {
  const path = join(store.places.state, KEY);
  const known = await readOrNothing(store, path);
  if (known !== undefined) return parseKey(known, path);
  const key = randomBytes(32).toString('hex');
  try {
    await writeDurable(path, `${key}\n`, 0o600, store.disk);
  } catch (error) {
    throw toStorageError(error, path);
  }
  return key;
}

function parseKey(text: string, path: string): string {
  const parsed = keySchema.safeParse(text.trim());
  if (parsed.success) return parsed.data;
  throw new CellarError(
    'store_damaged',
    `${path} is damaged: what was purged, or said to be no secret, can no longer be told, so nothing is kept. Bring the file back from a backup. If there is none, delete it: a new one is made, what was said to be no secret is asked again, and what was purged has to be purged again.`,
    { path },
  );
}

/**
 * What is wrong with the key and with what was hashed with it: files by name, each with what follows and how to go on. Nothing is made
 * and nothing mended: what they said is nowhere else.
 */
export async function inspectSecretFiles(
  store: Store,
): Promise<readonly { readonly name: string; readonly reason: string }[]> {
  const found: { name: string; reason: string }[] = [];
  const look = async <Value>(
    name: string,
    read: () => Promise<Value>,
  ): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
      found.push({ name, reason: `${error.message} No repair can mend it.` });
      return undefined;
    }
  };
  const path = join(store.places.state, KEY);
  const key = await readOrNothing(store, path);
  const purged = await look(PURGED, () => readPurged(store));
  if (key !== undefined) await look(KEY, () => Promise.resolve().then(() => parseKey(key, path)));
  else if (purged === undefined || purged.length > 0)
    found.push({
      name: KEY,
      reason: `${path} is missing: what was purged can no longer be told, and would be kept again with the next version. No repair can mend it. Bring the file back from a backup. If there is none, purge again what is not to be kept.`,
    });
  return found;
}

/** Names a secret to this workspace. */
export function toFingerprint(key: string, secret: string): string {
  return digestWith(key)(`secret\0${secret}`).slice(0, 16);
}

/** The hashes of what was purged here; none where nothing was. */
export async function readPurged(store: Store): Promise<readonly HashedText[]> {
  const path = join(store.places.state, PURGED);
  const text = await readOrNothing(store, path);
  if (text === undefined) return [];
  try {
    return purgedSchema.parse(JSON.parse(text)).texts;
  } catch (cause) {
    throw new CellarError(
      'store_damaged',
      `${path} is damaged: what was purged can no longer be told, so nothing is kept. Bring the file back from a backup. If there is none, delete it, and purge again what is not to be kept.`,
      { path },
      { cause },
    );
  }
}

/** Texts as they are remembered when they are purged. */
export async function hashPurged(
  store: Store,
  texts: readonly string[],
): Promise<readonly HashedText[]> {
  const digest = digestWith(await readSecretKey(store));
  return texts.map((text) => hashText(text, digest));
}

/** Remembers texts as purged; durable when it returns. */
export async function addPurged(store: Store, texts: readonly HashedText[]): Promise<void> {
  const all = [...(await readPurged(store)), ...texts];
  const unique = [...new Map(all.map((each) => [each.digest, each])).values()];
  const content = `${JSON.stringify({ format: 1, texts: unique }, undefined, 1)}\n`;
  await writeDurable(join(store.places.state, PURGED), content, 0o600, store.disk);
}

/** A keyed hash of texts. */
export function digestWith(key: string): (text: string) => string {
  return (text) => createHmac('sha256', key).update(text).digest('hex');
}

async function readOrNothing(store: Store, path: string): Promise<string | undefined> {
  try {
    return await store.disk.readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
