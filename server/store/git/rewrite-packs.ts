import { join } from 'node:path';

import { CellarError } from '../../errors.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import type { CollectParts } from './collecting.js';
import { findShare, type Share, type Tally } from './garbage.js';
import { GitFailure, runGit } from './git-run.js';
import { makePacks, packFolderOf, removePack } from './make-packs.js';
import type { GitObject } from './object.js';
import { NAME, OidTable } from './oid-table.js';
import { readEntries } from './pack-names.js';
import { writePack } from './pack-write.js';
import { openPacks } from './packs.js';
import type { Quietly } from './quiet.js';
import { RangeReader } from './range-reader.js';
import { missing } from './reading.js';
import { findOld, REACHED, statOf, type OldPack, type Inventory } from './inventory.js';

/** Written anew at a time: so much room is needed beside what is there. */
const GROUP_BYTES = 256 * 1024 * 1024;
const ENDINGS = ['pack', 'idx', 'rev'];

/** What takes objects away. */
export interface Sweeping extends Pick<CollectParts, 'gitdir' | 'disk'> {
  readonly inventory: Inventory;
  readonly tally: Tally;
  readonly quietly: Quietly;
  readonly before: number;
  readonly signal: AbortSignal;
}

/**
 * The packs that can be written anew. Without git those that have no deltas: what of a delta is left without its base would be larger
 * than both were.
 */
export async function chooseRewritable(
  gitdir: string,
  of: {
    readonly packs: readonly OldPack[];
    readonly inventory: Inventory;
    readonly disk: Disk;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly packs: readonly OldPack[]; readonly heldBack: string | undefined }> {
  const { packs, inventory, disk, signal } = of;
  if (packs.length === 0 || (await runGit(gitdir, ['version'], { signal })) === 'done')
    return { packs, heldBack: undefined };
  const plain: OldPack[] = [];
  for (const pack of packs) {
    signal.throwIfAborted();
    const share = await findShare(gitdir, pack, { inventory, disk });
    if (share !== undefined && !(await hasDeltas(gitdir, share, disk))) plain.push(pack);
  }
  const heldBack =
    plain.length < packs.length
      ? 'Some packs hold what nothing needs any more and can be written anew only by git. Install git, and run "cellar gc" again.'
      : undefined;
  return { packs: plain, heldBack };
}

async function hasDeltas(gitdir: string, share: Share, disk: Disk): Promise<boolean> {
  const path = join(packFolderOf(gitdir), `${share.pack.name}.pack`);
  const file = new RangeReader(path, new ByteCache(1024 * 1024), disk);
  try {
    for (const start of share.starts) {
      // Of an entry's first byte, these bits are its type; 6 and 7 are deltas (gitformat-pack).
      const [first = 0] = await file.read(start, 1);
      if (((first >> 4) & 7) >= 6) return true;
    }
    return false;
  } finally {
    file.close();
  }
}

/** Writes packs anew without their garbage; gives why some could not be, in words. The old ones go once all that stays has been read out of the new ones. */
export async function rewritePacks(
  sweeping: Sweeping,
  packs: readonly OldPack[],
): Promise<string | undefined> {
  const failures: string[] = [];
  for (const group of toGroups(packs)) {
    sweeping.signal.throwIfAborted();
    const shares: Share[] = [];
    for (const pack of group) {
      const share = await findShare(sweeping.gitdir, pack, sweeping);
      if (share !== undefined && share.garbage.length > 0) shares.push(share);
    }
    try {
      await exchange(sweeping, shares, await writeKept(sweeping, shares));
    } catch (error) {
      sweeping.signal.throwIfAborted();
      const isDamage = error instanceof CellarError && error.code === 'store_damaged';
      if (!isDamage && !(error instanceof GitFailure)) throw error;
      failures.push(error.message);
    }
  }
  return failures.length === 0
    ? undefined
    : `Some packs could not be written anew without what nothing needs: ${failures.join(' ')} Run "cellar verify".`;
}

/** The smallest first, so that they become one. */
function toGroups(packs: readonly OldPack[]): readonly (readonly OldPack[])[] {
  const groups: OldPack[][] = [];
  let bytes = GROUP_BYTES;
  for (const pack of [...packs].sort((a, b) => a.bytes - b.bytes)) {
    bytes += pack.bytes;
    if (bytes > GROUP_BYTES) {
      groups.push([]);
      bytes = pack.bytes;
    }
    groups.at(-1)?.push(pack);
  }
  return groups;
}

/** The names of new packs that have all of these packs that stays. */
async function writeKept(
  { gitdir, disk, signal, inventory: { table } }: Sweeping,
  shares: readonly Share[],
): Promise<readonly string[]> {
  const kept = new Set(shares.flatMap((share) => [...share.kept]));
  if (kept.size === 0) return [];
  function* lines(): Generator<string> {
    // The second word stands for a path; a version is made small by the others of the same.
    for (const at of kept)
      yield `${table.name(at)} ${table.hint(at).toString(16).padStart(8, '0')}`;
  }
  const made = await makePacks(gitdir, [], { disk, signal, input: lines() });
  if (typeof made !== 'string') return made;
  const packs = openPacks(join(gitdir, 'objects'), disk);
  async function* objects(): AsyncGenerator<GitObject> {
    for (const at of kept) {
      signal.throwIfAborted();
      const object = await packs.find(table.name(at));
      if (object === undefined) throw missing(gitdir, table.name(at));
      yield object;
    }
  }
  try {
    const content = { count: kept.size, objects: objects() };
    return [await writePack(packFolderOf(gitdir), content, disk)];
  } finally {
    packs.close();
  }
}

/** Takes the old packs away, each that has nothing but garbage and what the new ones have. */
async function exchange(
  { gitdir, disk, inventory: { table }, quietly, tally, before }: Sweeping,
  shares: readonly Share[],
  made: readonly string[],
): Promise<void> {
  const fresh = new OidTable();
  // What the new ones take is taken off what goes first.
  let added = 0;
  for (const name of made) {
    const { names } = (await readEntries(gitdir, name, disk)) ?? { names: Buffer.alloc(0) };
    for (let at = 0; at < names.length; at += NAME) fresh.add(names, at);
    added += await sizeOf(gitdir, name, disk);
  }
  const isKept = (at: number): boolean =>
    fresh.find(Buffer.from(table.name(at), 'hex')) !== undefined;
  for (const { pack, kept, garbage } of shares) {
    if (made.includes(pack.name) || !kept.every(isKept)) continue;
    await quietly(async () => {
      // A ref may lead to some of it by now, or git has touched the pack to keep all that it has.
      if (garbage.some((at) => table.has(at, REACHED))) return;
      if ((await findOld(gitdir, pack.name, { before, disk })) === undefined) return;
      const bytes = await sizeOf(gitdir, pack.name, disk);
      await removePack(gitdir, pack.name, disk);
      tally.addAll(garbage, bytes - added);
      added = 0;
    });
  }
}

async function sizeOf(gitdir: string, name: string, disk: Disk): Promise<number> {
  let bytes = 0;
  for (const ending of ENDINGS)
    bytes += (await statOf(join(packFolderOf(gitdir), `${name}.${ending}`), disk))?.size ?? 0;
  return bytes;
}
