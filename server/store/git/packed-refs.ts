import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';

const LINE = /^([0-9a-f]{40}) (\S+)$/;

/** The refs that git's gc or clone has packed into one file. */
export async function readPackedRefs(
  gitdir: string,
  disk: Disk,
): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for (const line of (await readText(gitdir, disk)).split('\n')) {
    const match = LINE.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) refs.set(match[2], match[1]);
  }
  return refs;
}

/** Takes a ref out of the file, under git's own lock of it, and syncs; the caller holds the ref's lock. */
export async function dropPackedRef(
  gitdir: string,
  ref: string,
  takeLock: (lock: string) => ReturnType<Disk['open']>,
  disk: Disk,
): Promise<void> {
  if (!(await readPackedRefs(gitdir, disk)).has(ref)) return;
  const path = join(gitdir, 'packed-refs');
  const lock = `${path}.lock`;
  const handle = await takeLock(lock);
  let moved = false;
  try {
    try {
      await handle.writeFile(without(await readText(gitdir, disk), ref));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await disk.rename(lock, path);
    moved = true;
  } finally {
    if (!moved) await disk.unlink(lock).catch(() => undefined);
  }
  await syncFolder(gitdir, disk);
}

/** A line that starts with "^" says what the tag before it leads to, and goes with it. */
function without(text: string, ref: string): string {
  const kept: string[] = [];
  let dropping = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('^')) dropping = LINE.exec(line)?.[2] === ref;
    if (!dropping) kept.push(line);
  }
  return kept.join('\n');
}

async function readText(gitdir: string, disk: Disk): Promise<string> {
  try {
    return await disk.readFile(join(gitdir, 'packed-refs'), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  }
}
