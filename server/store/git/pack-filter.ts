import { join } from 'node:path';

import { CellarError, isSystemError } from '../../errors.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { packFolderOf, removePack } from './make-packs.js';
import { damaged, toObject, type GitObject } from './object.js';
import { readEntry, readPacked, type Bases } from './pack-file.js';
import { PackIndex } from './pack-index.js';
import {
  formatDeltaHeader,
  formatHeader,
  toEntry,
  writeEntries,
  type PackEntry,
} from './pack-write.js';
import { RangeReader } from './range-reader.js';

const PAGE_BYTES = 8 * 1024 * 1024;
const BASE_BYTES = 48 * 1024 * 1024;
/** Behind the last object of a pack stands its SHA-1. */
const SUM_BYTES = 20;

/** Where an object begins in the pack. */
interface Place {
  readonly oid: string;
  readonly offset: number;
}

/** All objects, in the order in which the pack has them. */
type Places = readonly Place[];

interface OpenPack {
  readonly file: RangeReader;
  readonly index: PackIndex;
  readonly bases: Bases;
}

/**
 * Leaves in a pack only what `stays`: writes it anew beside the old one, as its objects lie there, reads each of them back, then takes
 * the old one away. What was a delta of something that goes is whole from then on; what could not be read before is copied as it is.
 * Ended anywhere it has lost nothing, and can be done again. Throws store_damaged where something cannot be made whole: then nothing
 * has gone.
 */
export async function filterPack(
  gitdir: string,
  name: string,
  stays: (oid: string) => boolean,
  disk: Disk,
): Promise<void> {
  await withPack(gitdir, name, disk, async (pack) => {
    const places: Place[] = [];
    for await (const place of pack.index.byOffset()) places.push(place);
    const kept = places.filter(({ oid }) => stays(oid));
    if (kept.length === places.length) return;
    if (kept.length > 0) {
      const from = { count: kept.length, entries: copyEntries(pack, places, stays) };
      const made = await writeEntries(packFolderOf(gitdir), from, disk);
      await withPack(gitdir, made, disk, (fresh) => prove(fresh, pack, kept)).catch(
        async (error: unknown) => {
          await removePack(gitdir, made, disk);
          throw error;
        },
      );
    }
    await removePack(gitdir, name, disk);
  });
}

async function* copyEntries(
  pack: OpenPack,
  places: Places,
  stays: (oid: string) => boolean,
): AsyncGenerator<PackEntry> {
  const { file } = pack;
  const names = new Map(places.map(({ oid, offset }) => [offset, oid]));
  const end = (await file.size()) - SUM_BYTES;
  for (const [at, { oid, offset }] of places.entries()) {
    if (!stays(oid)) continue;
    const { type, size, data, base } = await reading(pack, oid, () => readEntry(pack, offset));
    const baseName = base === undefined ? undefined : names.get(base);
    const isWhole = base === undefined;
    if (isWhole || (baseName !== undefined && stays(baseName))) {
      const deflated = await file.read(data, (places[at + 1]?.offset ?? end) - data);
      const header =
        baseName === undefined ? formatHeader(type, size) : formatDeltaHeader(size, baseName);
      yield { oid, header, deflated };
    } else yield await toEntry(await readAt(pack, oid, offset));
  }
}

/** Reads everything out of the new pack that the old one gives. */
async function prove(fresh: OpenPack, old: OpenPack, kept: Places): Promise<void> {
  for (const { oid, offset } of kept) {
    const now = await fresh.index.find(oid);
    if (now === undefined) throw damaged(fresh.file.path, oid);
    try {
      await readAt(fresh, oid, now);
    } catch (error) {
      const before = await readAt(old, oid, offset).catch((failure: unknown) => failure);
      // What was damaged before may be so still; what the disk refuses is not known to be.
      if (!(before instanceof CellarError)) throw isSystemError(before) ? before : error;
    }
  }
}

async function readAt(pack: OpenPack, oid: string, offset: number): Promise<GitObject> {
  const { type, content } = await reading(pack, oid, () => readPacked(pack, offset, pack.bases));
  const object = toObject(type, content);
  if (object.oid !== oid) throw damaged(pack.file.path, oid);
  return object;
}

/** What cannot be unpacked is damaged; what the disk refuses is not. */
async function reading<Result>(
  { file }: OpenPack,
  oid: string,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const isKnown = error instanceof CellarError || isSystemError(error);
    throw isKnown ? error : damaged(file.path, oid, error);
  }
}

async function withPack<Result>(
  gitdir: string,
  name: string,
  disk: Disk,
  work: (pack: OpenPack) => Promise<Result>,
): Promise<Result> {
  const pages = new ByteCache<Buffer>(PAGE_BYTES);
  const open = (ending: string): RangeReader =>
    new RangeReader(join(packFolderOf(gitdir), `${name}.${ending}`), pages, disk);
  const pack = { file: open('pack'), index: new PackIndex(open('idx')) };
  try {
    return await work({ ...pack, bases: new ByteCache(BASE_BYTES) });
  } finally {
    pack.file.close();
    pack.index.close();
  }
}
