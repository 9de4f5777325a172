import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { makePacks, packFolderOf, removePack, type PackOptions } from './make-packs.js';
import { readPackNames } from './pack-names.js';
import { listPacks } from './packs.js';

/** To write a pack of this size again costs more than one pack fewer gains. */
const LARGE_BYTES = 128 * 1024 * 1024;
/** Each pack is to be so many times as large as all smaller ones together: so each object is written again a few times in all. */
const FACTOR = 2;

export interface SizedPack {
  readonly name: string;
  readonly bytes: number;
}

/** Puts small packs together by the system's git, keeping every object of theirs. A git that is too old leaves them as they are. */
export async function rollUp(gitdir: string, options: PackOptions): Promise<void> {
  const { disk } = options;
  const rolled = chooseRolled(await listSmallPacks(gitdir, disk));
  if (rolled.length === 0) return;
  const made = await makePacks(gitdir, ['--stdin-packs'], {
    ...options,
    input: rolled.map((name) => `${name}.pack`),
  });
  if (typeof made === 'string') return;
  const kept = new Set<string>();
  for (const name of made) for (const oid of await readPackNames(gitdir, name, disk)) kept.add(oid);
  for (const name of rolled) {
    if (made.includes(name)) continue;
    const names = await readPackNames(gitdir, name, disk);
    if (names.every((oid) => kept.has(oid))) await removePack(gitdir, name, disk);
  }
}

/** The packs that are worth putting together with others: not large, and not kept by whoever made them. */
export async function listSmallPacks(gitdir: string, disk: Disk): Promise<readonly SizedPack[]> {
  const folder = packFolderOf(gitdir);
  const packs: SizedPack[] = [];
  const names = await listPacks(folder, disk);
  if (names.length === 0) return [];
  const files = new Set(await disk.readdir(folder));
  for (const name of names) {
    if (files.has(`${name}.keep`) || files.has(`${name}.promisor`)) continue;
    try {
      const { size } = await disk.stat(join(folder, `${name}.pack`));
      if (size < LARGE_BYTES) packs.push({ name, bytes: size });
    } catch (error) {
      // Git has put it together with others since.
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
  return packs;
}

/** The names of the packs to put together, the smallest first, so that the others and the new one are a row of rising sizes. */
export function chooseRolled(packs: readonly SizedPack[]): readonly string[] {
  const sorted = [...packs].sort((a, b) => a.bytes - b.bytes);
  const sizes = sorted.map(({ bytes }) => bytes);
  let count = sizes.length;
  while (count > 1 && (sizes[count - 1] ?? 0) >= FACTOR * (sizes[count - 2] ?? 0)) count -= 1;
  if (count < 2) return [];
  let total = sizes.slice(0, count).reduce((sum, bytes) => sum + bytes, 0);
  for (; count < sizes.length && (sizes[count] ?? 0) < FACTOR * total; count += 1)
    total += sizes[count] ?? 0;
  return sorted.slice(0, count).map(({ name }) => name);
}
