import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import * as z from 'zod';

import { isErrno } from '../errors.js';
import { temporaryName } from './durable.js';
import { identifySelf, isAlive, type ProcessIdentity } from './process-identity.js';

const holderSchema = z.object({
  pid: z.number(),
  started: z.string(),
  boot: z.string(),
  host: z.string(),
  nonce: z.string(),
});

export interface HeldLock {
  release(): Promise<void>;
}

/** Who has the lock, when it is not us. */
export interface LockHolder extends ProcessIdentity {
  readonly nonce: string;
}

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'taken'; readonly holder: LockHolder | undefined };

/**
 * Tries to become the one holder of the lock file at `path`. A holder that was killed is recognised by process and boot, never by
 * age, and its lock taken over; a holder on another machine counts as alive. Throws what the file system throws.
 */
export async function tryLock(path: string): Promise<LockAttempt> {
  const nonce = randomBytes(16).toString('hex');
  const text = `${JSON.stringify({ ...(await identifySelf()), nonce })}\n`;
  const temporary = temporaryName(path);
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        // A link appears with its whole content or not at all, and never over an existing file.
        await link(temporary, path);
        return { kind: 'held', lock: { release: () => releaseLock(path, text) } };
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
      }
      const stale = await findStale(path);
      if (stale.kind === 'gone') continue;
      if (stale.kind === 'alive') return { kind: 'taken', holder: stale.holder };
      await removeStale(path, stale.text);
    }
    return { kind: 'taken', holder: undefined };
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** Who holds the lock now; undefined when nobody does who is known to be alive on this machine. */
export async function findHolder(path: string): Promise<LockHolder | undefined> {
  const found = await findStale(path);
  return found.kind === 'alive' && found.holder.host === hostname() ? found.holder : undefined;
}

type Found =
  | { readonly kind: 'gone' }
  | { readonly kind: 'alive'; readonly holder: LockHolder }
  | { readonly kind: 'stale'; readonly text: string };

async function findStale(path: string): Promise<Found> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { kind: 'gone' };
    throw error;
  }
  const parsed = holderSchema.safeParse(tryJson(text));
  // Locks appear whole, so one that cannot be read was damaged by a crash of the disk: nobody holds it.
  if (!parsed.success) return { kind: 'stale', text };
  const alive = await isAlive(parsed.data);
  return alive === false ? { kind: 'stale', text } : { kind: 'alive', holder: parsed.data };
}

/**
 * Removes a dead holder's lock. Of several that found it dead only the one with the guard, a lock of its own named for the dead
 * one's content, may remove it: else a slow one would remove the lock that a quick one has just taken.
 */
async function removeStale(path: string, text: string): Promise<void> {
  const guard = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  const attempt = await tryLock(guard);
  if (attempt.kind === 'taken') return;
  try {
    if ((await readFile(path, 'utf8').catch(() => '')) === text) await unlink(path);
  } finally {
    await attempt.lock.release();
  }
}

async function releaseLock(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === text)
    await unlink(path).catch(() => undefined);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The holder in words: "process 123", with its machine when it is another. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'another process';
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
  return `process ${holder.pid}${where}`;
}
