import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { packFolderOf } from './make-packs.js';
import { toObject, type GitObject } from './object.js';
import { readPacked, type Bases, type PackParts } from './pack-file.js';
import { PackIndex } from './pack-index.js';
import { RangeReader, type Pages } from './range-reader.js';

const PAGE_BYTES = 24 * 1024 * 1024;
const BASE_BYTES = 48 * 1024 * 1024;

/** An object that a pack's index names; without `object` where the pack does not give it whole. */
export interface PackedObject {
  readonly oid: string;
  readonly object: GitObject | undefined;
}

/** A pack that is read as a whole. */
export interface OpenPack {
  readonly file: RangeReader;
  readonly index: PackIndex;
  readonly bases: Bases;
  close(): void;
}

export function openPack(gitdir: string, name: string, disk: Disk): OpenPack {
  const pages: Pages = new ByteCache(PAGE_BYTES);
  const reader = (ending: string): RangeReader =>
    new RangeReader(join(packFolderOf(gitdir), `${name}.${ending}`), pages, disk);
  const file = reader('pack');
  const index = new PackIndex(reader('idx'));
  return {
    file,
    index,
    bases: new ByteCache(BASE_BYTES),
    close: () => {
      file.close();
      index.close();
    },
  };
}

/** Every object that the index names, in the order of the pack; none where the index itself cannot be read. */
export async function* eachPacked(pack: OpenPack): AsyncGenerator<PackedObject> {
  const entries = pack.index.byOffset();
  for (;;) {
    const next = await orNonsense(entries.next());
    if (next === undefined || next.done === true) return;
    const { oid, offset } = next.value;
    const object = await readAt(pack, offset, pack.bases);
    yield { oid, object: object?.oid === oid ? object : undefined };
  }
}

/** The object at an offset, whatever its name is; undefined where there is none. */
export async function readAt(
  pack: PackParts,
  offset: number,
  bases: Bases,
): Promise<GitObject | undefined> {
  const read = await orNonsense(readPacked(pack, offset, bases));
  return read === undefined ? undefined : toObject(read.type, read.content);
}

async function orNonsense<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNonsense(error)) return undefined;
    throw error;
  }
}

/**
 * What reading of damaged bytes throws: our own words, a range that is none, zlib's, or the disk's for a place of it that is worn out.
 * What else it refuses is none of these.
 */
export function isNonsense(error: unknown): boolean {
  return isErrno(error, 'EIO') || (error instanceof Error && !('syscall' in error));
}
