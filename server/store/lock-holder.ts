import { hostname } from 'node:os';

import * as z from 'zod';

import { isErrno } from '../errors.js';
import type { Disk } from './disk/disk.js';
import { beatPath, SILENCE_MS, type HolderWatch } from './heartbeat.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

const holderSchema = z.object({
  pid: z.number(),
  started: z.string(),
  boot: z.string(),
  host: z.string(),
  nonce: z.string(),
  namespace: z.string().optional(),
  machine: z.string().optional(),
  /** The number of the lock's own file, by which a copy of it is recognised. */
  file: z.string().optional(),
});

/** A lock that is not its own file any more was copied with its folder; its owner would give a sign of life within this time. */
const COPY_SILENCE_MS = 8_000;

/** The texts of locks that this process has given back and could not take away, as on a disk that had turned read-only. */
export const abandoned = new Set<string>();

/** Who has the lock, when it is not us. */
export interface LockHolder extends ProcessIdentity {
  readonly nonce: string;
}

export type Found =
  | { readonly kind: 'gone' }
  /** `isHere`: a process of this machine that was asked, not one of which nothing is known. */
  | { readonly kind: 'alive'; readonly holder: LockHolder; readonly isHere: boolean }
  /** Cannot be asked; has been silent for so many milliseconds, and counts as dead after `patience`. */
  | {
      readonly kind: 'silent';
      readonly holder: LockHolder;
      readonly silent: number;
      readonly patience: number;
    }
  | { readonly kind: 'stale'; readonly text: string };

/** Whose a lock file is. Without a watch an owner that cannot be asked is never found dead. */
export async function findOwner(path: string, disk: Disk, watch?: HolderWatch): Promise<Found> {
  const read = await readLock(path, disk);
  if (read === undefined) return { kind: 'gone' };
  if (abandoned.has(read.text)) return { kind: 'stale', text: read.text };
  const parsed = holderSchema.safeParse(tryJson(read.text));
  // Locks appear whole, so one that cannot be read was damaged by a crash of the disk: nobody holds it.
  if (!parsed.success) return { kind: 'stale', text: read.text };
  const holder: LockHolder = parsed.data;
  const alive = await isAlive(holder);
  if (alive === false) return { kind: 'stale', text: read.text };
  const isCopy = parsed.data.file !== undefined && parsed.data.file !== read.file;
  if (alive === true && !isCopy) return { kind: 'alive', holder, isHere: true };
  // An older Cellar gives no signs of life: its silence says nothing.
  if (parsed.data.file === undefined) return { kind: 'alive', holder, isHere: false };
  const beat = await disk.readFile(beatPath(path), 'utf8').catch(() => '');
  const silent = watch?.look(path, `${read.file} ${read.text} ${beat}`) ?? 0;
  const patience = isCopy ? COPY_SILENCE_MS : SILENCE_MS;
  if (silent >= patience) return { kind: 'stale', text: read.text };
  return { kind: 'silent', holder, silent, patience };
}

/** A lock's text and the number of its file; undefined when there is none. */
export async function readLock(
  path: string,
  disk: Disk,
): Promise<{ readonly text: string; readonly file: string } | undefined> {
  try {
    const handle = await disk.open(path, 'r');
    try {
      const { ino } = await handle.stat({ bigint: true });
      return { text: await handle.readFile('utf8'), file: String(ino) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
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
