import { dirname, join } from 'node:path';

import { isErrno } from '../errors.js';
import type { Disk } from './disk/disk.js';
import { makeFolder, syncFolder, writeDurable } from './disk/durable.js';
import type { Places } from './places.js';
import { listNames } from './disk/list-names.js';

const LIST = 'list.ndjson';

/**
 * Where a repair puts what it replaces: `.cellar/damaged/<time>/`, each file at the path that it had below `.cellar`, with a list that
 * says why. The folder is made with the first of them; nothing in it is ever taken away.
 */
export interface Aside {
  /** Below `.cellar`; undefined while nothing was put there. */
  readonly folder: string | undefined;
  /** Moves a file or folder there, named by its path below `.cellar`; false when it is not there any more. */
  move(path: string, reason: string): Promise<boolean>;
  /** Keeps a copy of a file there that is about to be replaced in its place. */
  copy(path: string, reason: string): Promise<void>;
  /** Keeps text there that was in no file of its own. */
  write(name: string, text: string, reason: string): Promise<void>;
}

export function openAside(places: Places, disk: Disk, now: () => number): Aside {
  let folder: string | undefined;
  const notes: string[] = [];

  const begin = async (): Promise<string> => {
    if (folder !== undefined) return folder;
    const stamp = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
    const taken = new Set(await listNames(join(places.cellar, 'damaged'), disk));
    let name = stamp;
    for (let more = 2; taken.has(name); more += 1) name = `${stamp}-${more}`;
    folder = `damaged/${name}`;
    await makeFolder(join(places.cellar, folder), disk);
    return folder;
  };

  /** Written before anything is moved: what is there without a line would be a riddle, a line without a file is none. */
  const note = async (path: string, reason: string): Promise<string> => {
    const at = join(places.cellar, await begin());
    notes.push(`${JSON.stringify({ path, reason })}\n`);
    await writeDurable(join(at, LIST), notes.join(''), 0o600, disk);
    const target = await findFree(join(at, ...path.split('/')), disk);
    await makeFolder(dirname(target), disk);
    return target;
  };

  return {
    get folder() {
      return folder;
    },
    move: async (path, reason) => {
      const from = join(places.cellar, ...path.split('/'));
      if (!(await isThere(from, disk))) return false;
      const target = await note(path, reason);
      await disk.rename(from, target);
      await syncFolder(dirname(target), disk);
      await syncFolder(dirname(from), disk);
      return true;
    },
    copy: async (path, reason) => {
      const from = join(places.cellar, ...path.split('/'));
      if (!(await isThere(from, disk))) return;
      const target = await note(path, reason);
      await writeDurable(target, await disk.readFile(from), 0o600, disk);
    },
    write: async (name, text, reason) => {
      await writeDurable(await note(name, reason), text, 0o600, disk);
    },
  };
}

/** What was put there before stays: a second thing of the name gets a number. */
async function findFree(path: string, disk: Disk): Promise<string> {
  for (let more = 1; ; more += 1) {
    const free = more === 1 ? path : `${path}.${more}`;
    if (!(await isThere(free, disk))) return free;
  }
}

async function isThere(path: string, disk: Disk): Promise<boolean> {
  try {
    await disk.lstat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
