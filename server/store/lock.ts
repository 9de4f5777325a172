import { createHash, randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import { nodeDisk, type Disk } from './disk/disk.js';
import { temporaryName } from './disk/durable.js';
import { beatPath, startBeating, writeBeat, type HolderWatch } from './heartbeat.js';
import { abandoned, findOwner, readLock, type LockHolder } from './lock-holder.js';
import { identifySelf } from './process-identity.js';

/** A lock that we hold, or held: one that was paused for long may find itself replaced. */
export interface HeldLock {
  /** Throws store_busy once the lock is not ours any more. */
  readonly check: () => Promise<void>;
  /** Gives signs of life from now on, and calls `lost` once when the lock is found to be another's. */
  readonly beat: (lost: () => void) => void;
  readonly release: () => Promise<void>;
}

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | {
      readonly kind: 'taken';
      readonly holder: LockHolder | undefined;
      /** Of a holder that cannot be asked: the milliseconds that it has been silent, and those after which it counts as dead. */
      readonly silence?: { readonly silent: number; readonly patience: number };
    };

export interface LockOptions {
  readonly disk?: Disk;
  /** What was seen of a holder at earlier tries; without it one that cannot be asked keeps the lock for ever. */
  readonly watch?: HolderWatch;
}

/**
 * Tries to become the one holder of the lock file at `path`. A holder that was killed is recognised by process and boot, one on
 * another machine or in another container by its long silence under our own eyes; never by the age of anything. Throws
 * store_read_only where the file system has no links, and what the file system throws.
 */
export async function tryLock(path: string, options: LockOptions = {}): Promise<LockAttempt> {
  const { disk = nodeDisk, watch } = options;
  const nonce = randomBytes(16).toString('hex');
  const temporary = temporaryName(path);
  try {
    let text = await writeHolder(temporary, nonce, disk);
    for (let tries = 0; tries < 5; tries += 1) {
      const linked = await linkLock(temporary, path, disk);
      if (linked === 'linked') return { kind: 'held', lock: holdLock(path, text, disk) };
      if (linked === 'swept') text = await writeHolder(temporary, nonce, disk);
      const found = await findOwner(path, disk, watch);
      if (found.kind === 'alive') return { kind: 'taken', holder: found.holder };
      if (found.kind === 'silent') return { ...found, kind: 'taken', silence: found };
      if (found.kind === 'stale') await removeStale(path, found.text, options);
    }
    return { kind: 'taken', holder: undefined };
  } finally {
    await disk.unlink(temporary).catch(() => undefined);
  }
}

async function writeHolder(temporary: string, nonce: string, disk: Disk): Promise<string> {
  const handle = await disk.open(temporary, 'wx', 0o600);
  try {
    const { ino } = await handle.stat({ bigint: true });
    const text = `${JSON.stringify({ ...(await identifySelf()), nonce, file: String(ino) })}\n`;
    await handle.writeFile(text);
    return text;
  } finally {
    await handle.close();
  }
}

/** A link appears with its whole content or not at all, and never over an existing file. */
async function linkLock(
  temporary: string,
  path: string,
  disk: Disk,
): Promise<'linked' | 'taken' | 'swept'> {
  try {
    await disk.link(temporary, path);
    return 'linked';
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return 'taken';
    // An owner sweeps what looks forgotten, by a clock that may have jumped.
    if (isErrno(error, 'ENOENT')) return 'swept';
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    throw new CellarError(
      'store_read_only',
      `The file system of ${dirname(path)} has no hard links, without which two programs could write at once. Keep the workspace on another disk.`,
      { path: dirname(path) },
      { cause: error },
    );
  }
}

/** Who holds the lock now, as far as it can be asked; undefined when nobody does who is known to be alive on this machine. */
export async function findHolder(
  path: string,
  disk: Disk = nodeDisk,
): Promise<LockHolder | undefined> {
  const found = await findOwner(path, disk);
  return found.kind === 'alive' && found.isHere ? found.holder : undefined;
}

/**
 * Removes a dead holder's lock. Of several that found it dead only the one with the guard, a lock of its own named for the dead
 * one's content, may remove it: else a slow one would remove the lock that a quick one has just taken.
 */
async function removeStale(path: string, text: string, options: LockOptions): Promise<void> {
  const guard = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  const attempt = await tryLock(guard, options);
  if (attempt.kind === 'taken') return;
  const { disk = nodeDisk } = options;
  try {
    if ((await readLock(path, disk))?.text === text) await disk.unlink(path);
  } finally {
    await attempt.lock.release();
  }
}

async function findFacts(path: string, disk: Disk): Promise<BigIntStats | undefined> {
  try {
    return await disk.lstat(path, { bigint: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function holdLock(path: string, text: string, disk: Disk): HeldLock {
  let stop = (): Promise<void> => Promise.resolve();
  /** Of the lock's file when it was last read and held our text: as long as they are the same, it does. */
  let known: { readonly ino: bigint; readonly ctimeNs: bigint } | undefined;
  const isOurs = async (): Promise<boolean> => {
    // Asked before each write: one call of the disk instead of the five that reading a file takes.
    const facts = await findFacts(path, disk);
    if (facts === undefined) return false;
    if (facts.ino === known?.ino && facts.ctimeNs === known.ctimeNs) return true;
    if ((await readLock(path, disk))?.text !== text) return false;
    known = facts;
    return true;
  };
  return {
    check: async () => {
      if (await isOurs()) return;
      throw new CellarError(
        'store_busy',
        `Another process has taken over ${dirname(path)} while this one was paused. Try again.`,
        { path: dirname(path) },
      );
    },
    beat: (lost) => {
      const nonce = createHash('sha256').update(text).digest('hex').slice(0, 16);
      stop = startBeating(async (count) => {
        if (await isOurs()) {
          await writeBeat(beatPath(path), `${nonce} ${count}\n`, disk);
          return;
        }
        void stop();
        lost();
      });
    },
    release: async () => {
      await stop();
      abandoned.add(text);
      try {
        if (await isOurs()) {
          await disk.unlink(beatPath(path)).catch(() => undefined);
          await disk.unlink(path);
        }
        abandoned.delete(text);
      } catch {
        // The disk refuses; it is given back all the same.
      }
    },
  };
}
