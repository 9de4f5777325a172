import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';

import { isErrno, isSystemError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { makeFolder, placeFile, syncFolder } from '../disk/durable.js';
import {
  chunkSizeFor,
  damaged,
  deflateObject,
  isObjectType,
  toObject,
  type GitObject,
} from './object.js';
import type { Writing } from './objects.js';

const inflateAsync = promisify(inflate);

/** Objects that are a file each, below one folder `objects`. */
export interface LooseObjects {
  /** An object, checked against its name; undefined when there is none (it may be in a pack). Throws store_damaged. */
  find(oid: string): Promise<GitObject | undefined>;
  begin(): Writing;
}

export function looseObjectPath(objects: string, oid: string): string {
  return join(objects, oid.slice(0, 2), oid.slice(2));
}

export function openLooseObjects(objects: string, disk: Disk): LooseObjects {
  /** Folders that are known to be there, synced into `objects`; two writers wait for the same sync. */
  const folders = new Map<string, Promise<void>>();

  const ensureFolder = (folder: string): Promise<void> => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const making = makeFolder(folder, disk);
    folders.set(folder, making);
    making.catch(() => folders.delete(folder));
    return making;
  };

  /**
   * Always puts the file, also over one of this name: that may be empty or torn, and what git's prune takes for old is young again.
   * So each object that a commit names was written and synced for it.
   */
  const put = async (object: GitObject): Promise<string> => {
    const folder = join(objects, object.oid.slice(0, 2));
    const bytes = await deflateObject(object);
    for (let tries = 0; ; tries += 1) {
      await ensureFolder(folder);
      try {
        await placeFile(looseObjectPath(objects, object.oid), bytes, 0o444, disk);
        return folder;
      } catch (error) {
        // Git takes a folder away when it has packed the last object in it.
        if (!isErrno(error, 'ENOENT') || tries >= 5) throw error;
        folders.delete(folder);
      }
    }
  };

  const settleFolder = async (folder: string): Promise<void> => {
    try {
      await syncFolder(folder, disk);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      // Git takes a folder away once a synced pack has all that is in it: what is left to be safe is the name of that pack.
      folders.delete(folder);
      await syncFolder(join(objects, 'pack'), disk);
    }
  };

  return {
    find: (oid) => findLooseObject(objects, oid, disk),
    begin: () => {
      const unsynced = new Set<string>();
      return {
        write: async (object) => {
          unsynced.add(await put(object));
        },
        settle: async () => {
          await Promise.all([...unsynced].map((folder) => settleFolder(folder)));
          unsynced.clear();
        },
      };
    },
  };
}

/** The names of the objects that are a file each, one folder's at a time. */
export async function* listLooseFolders(
  objects: string,
  disk: Disk,
): AsyncGenerator<readonly string[]> {
  for (const folder of await disk.readdir(objects)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    let names: readonly string[];
    try {
      names = await disk.readdir(join(objects, folder));
    } catch (error) {
      // Git takes a folder away when it has packed the last object in it.
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) continue;
      throw error;
    }
    yield names.filter((name) => /^[0-9a-f]{38}$/.test(name)).map((name) => folder + name);
  }
}

async function findLooseObject(
  objects: string,
  oid: string,
  disk: Disk,
): Promise<GitObject | undefined> {
  const path = looseObjectPath(objects, oid);
  let file: Buffer;
  try {
    file = await disk.readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  let raw: Buffer;
  try {
    raw = await inflateAsync(file, { chunkSize: chunkSizeFor(2 * file.length) });
  } catch (error) {
    throw isSystemError(error) ? error : damaged(path, oid, error);
  }
  const object = parseRaw(raw, oid);
  if (object === undefined) throw damaged(path, oid);
  return object;
}

/** The object that a loose file's bytes hold; undefined where it is not this one. For small ones: nobody else has a turn meanwhile. */
export function parseLoose(file: Buffer, oid: string): GitObject | undefined {
  try {
    return parseRaw(inflateSync(file), oid);
  } catch {
    return undefined;
  }
}

/** "type length NUL content", as a loose file has it deflated. */
function parseRaw(raw: Buffer, oid: string): GitObject | undefined {
  const end = raw.indexOf(0);
  const [type, length] = raw.toString('latin1', 0, end).split(' ');
  const content = raw.subarray(end + 1);
  if (!isObjectType(type) || content.length !== Number(length)) return undefined;
  const object = toObject(type, content);
  return object.oid === oid ? object : undefined;
}
