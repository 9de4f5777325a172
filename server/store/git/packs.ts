import { join } from 'node:path';

import { CellarError, isErrno, isSystemError } from '../../errors.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { damaged, firstOf, toObject, type GitObject } from './object.js';
import { readPacked, type Bases } from './pack-file.js';
import { PackIndex } from './pack-index.js';
import { rebuildIndex } from './rebuild-index.js';
import { RangeReader, type Pages } from './range-reader.js';

const PAGE_BYTES = 24 * 1024 * 1024;
const BASE_BYTES = 48 * 1024 * 1024;

/** The packs of one folder `objects`, which git may exchange at any time. */
export interface Packs {
  /** An object, checked against its name; undefined when no pack that is known has it. Throws store_damaged. */
  find(oid: string): Promise<GitObject | undefined>;
  /** Looks which packs there are now; true when that is news. */
  refresh(): Promise<boolean>;
  /** How many there are. */
  count(): Promise<number>;
  /** Lets go of what is in memory, and of every file: packs may be gone. */
  forget(): void;
  close(): void;
}

interface Pack {
  readonly file: RangeReader;
  index: PackIndex;
  /** Whether its index had to be made anew, and was. */
  renewal?: Promise<boolean>;
}

export function openPacks(objects: string, disk: Disk): Packs {
  const folder = join(objects, 'pack');
  const pages: Pages = new ByteCache(PAGE_BYTES);
  const bases: Bases = new ByteCache(BASE_BYTES);
  /** By name, the one that answered last at the end. */
  const packs = new Map<string, Pack>();
  let isListed = false;

  const refresh = async (): Promise<boolean> => {
    isListed = true;
    const names = new Set(await listPacks(folder, disk));
    let changed = false;
    for (const [name, pack] of packs) {
      if (names.has(name)) continue;
      close(pack);
      packs.delete(name);
      changed = true;
    }
    for (const name of names) {
      if (packs.has(name)) continue;
      const reader = (ending: string): RangeReader =>
        new RangeReader(join(folder, `${name}.${ending}`), pages, disk);
      packs.set(name, { file: reader('pack'), index: new PackIndex(reader('idx')) });
      changed = true;
    }
    return changed;
  };

  const findIn = async (pack: Pack, oid: string): Promise<GitObject | undefined> => {
    try {
      const offset = await pack.index.find(oid);
      if (offset === undefined) return undefined;
      const { type, content } = await readPacked(pack, offset, bases);
      const object = toObject(type, content);
      if (object.oid === oid) return object;
    } catch (error) {
      // Git has put its objects into another pack since: a new look at the folder finds it.
      if (isErrno(error, 'ENOENT')) return undefined;
      if (error instanceof CellarError || isSystemError(error)) throw error;
      throw damaged(pack.file.path, oid, error);
    }
    throw damaged(pack.file.path, oid);
  };

  const find = async (oid: string): Promise<GitObject | undefined> => {
    if (!isListed) await refresh();
    const failures: unknown[] = [];
    const failed: Pack[] = [];
    for (const [name, pack] of [...packs].reverse()) {
      try {
        const object = await findIn(pack, oid);
        if (object === undefined) continue;
        // What is asked for next is likely beside it.
        if (packs.delete(name)) packs.set(name, pack);
        return object;
      } catch (error) {
        // Another pack may have it whole.
        failures.push(error);
        failed.push(pack);
      }
    }
    for (const pack of failed) {
      pack.renewal ??= renewIndex(pack, disk);
      if (!(await pack.renewal)) continue;
      const object = await findIn(pack, oid);
      if (object !== undefined) return object;
    }
    if (failures.length > 0) throw firstOf(failures);
    return undefined;
  };

  return {
    find,
    refresh,
    count: async () => {
      await refresh();
      return packs.size;
    },
    forget: () => {
      for (const pack of packs.values()) close(pack);
      packs.clear();
      pages.clear();
      bases.clear();
      isListed = false;
    },
    close: () => {
      for (const pack of packs.values()) close(pack);
      // What nobody reads any more must not take the room of others.
      pages.clear();
      bases.clear();
    },
  };
}

/**
 * Makes an index that cannot be read anew in memory: the pack itself says what it holds, and the file is for a repair to replace. False
 * where the index is none of the trouble, or the pack is damaged as well.
 */
async function renewIndex(pack: Pack, disk: Disk): Promise<boolean> {
  const { index, file } = pack;
  const isRuined = await index.count().then(
    () => false,
    (error: unknown) => error instanceof CellarError && error.code === 'store_damaged',
  );
  if (!isRuined) return false;
  const signal = new AbortController().signal;
  const bytes = await rebuildIndex(file.path, { disk, signal }).catch(() => undefined);
  if (bytes === undefined) return false;
  pack.index = new PackIndex({
    path: file.path,
    size: () => Promise.resolve(bytes.length),
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    close: () => undefined,
  });
  return true;
}

function close(pack: Pack): void {
  pack.file.close();
  pack.index.close();
}

/** The names of the packs that have both their files, without ending. */
export async function listPacks(folder: string, disk: Disk): Promise<readonly string[]> {
  let names: string[];
  try {
    names = await disk.readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
  const all = new Set(names);
  return names
    .filter((name) => name.endsWith('.idx'))
    .map((name) => name.slice(0, -'.idx'.length))
    .filter((name) => all.has(`${name}.pack`));
}
