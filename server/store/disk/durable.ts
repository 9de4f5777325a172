import { randomBytes } from 'node:crypto';
import { dirname, join, sep } from 'node:path';

import { isErrno } from '../../errors.js';
import { nodeDisk, type Disk } from './disk.js';

/** Syncs a folder's entries, so that a file renamed into it is still there after power loss. */
export async function syncFolder(path: string, disk: Disk = nodeDisk): Promise<void> {
  try {
    const handle = await disk.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows opens no folders; there the rename is journalled with the file.
    if (process.platform === 'win32' && isErrno(error, 'EPERM', 'EISDIR', 'EACCES')) return;
    stateOf(disk).failures += 1;
    throw error;
  }
}

interface Settled {
  /** The folders of a store whose own entries are known to be safe. */
  readonly known: Set<string>;
  /** Folders whose entries a sync that failed may have lost, and that could not be taken back. */
  readonly doubtful: Set<string>;
  /** How many syncs of folders have failed. */
  failures: number;
  /** Of these failures everybody who was making folders then has taken back what they made. */
  drained: number;
  /** What makes folders just now. */
  readonly making: Set<Promise<boolean>>;
  /** Under way while doubtful ones are taken back: then none is made. */
  mending: Promise<void> | undefined;
}

/** By the disk of one opening. */
const settled = new WeakMap<Disk, Settled>();

function stateOf(disk: Disk): Settled {
  const state: Settled = settled.get(disk) ?? {
    known: new Set(),
    doubtful: new Set(),
    failures: 0,
    drained: 0,
    making: new Set(),
    mending: undefined,
  };
  settled.set(disk, state);
  return state;
}

/**
 * Makes a folder and its parents, each new one synced into its own parent. One of a store's that is there already is synced too the
 * first time: whoever made it may have been killed before that, or be about to. After a sync that failed, a second one may say "done"
 * of what the first has lost: so what was made is taken away, and the next try makes it anew.
 */
export async function makeFolder(path: string, disk: Disk = nodeDisk): Promise<void> {
  const state = stateOf(disk);
  for (let isMade = false; !isMade;) {
    // Who was making folders when a sync failed does not know yet that theirs are in doubt: nobody may find them there and rely on them.
    while (state.drained !== state.failures) {
      const { failures } = state;
      await Promise.allSettled(state.making);
      state.drained = failures;
    }
    if (state.doubtful.size > 0)
      await (state.mending ??= mend(state, disk)).catch((error: unknown) => {
        if (listUp(path).some((at) => state.doubtful.has(at))) throw error;
      });
    const making = tryFolder(path, state, disk);
    state.making.add(making);
    isMade = await making.finally(() => state.making.delete(making));
  }
}

/** False when a sync has failed for another meanwhile, so that ours may have said "done" in vain. */
async function tryFolder(path: string, state: Settled, disk: Disk): Promise<boolean> {
  const { known, failures } = state;
  const first = await ensureFolder(path, disk);
  const takeBack = async (): Promise<void> => {
    const made = listUp(path).filter((at) => first !== undefined && at.length >= first.length);
    for (const at of listUp(path)) known.delete(at);
    for (const at of made) state.doubtful.add(at);
    for (const at of made)
      await disk.rmdir(at).then(
        () => state.doubtful.delete(at),
        () => undefined,
      );
  };
  try {
    for (const folder of listUnsettled(path, first, known)) {
      await syncFolder(dirname(folder), disk);
      known.add(folder);
    }
  } catch (error) {
    await takeBack();
    throw error;
  }
  if (state.failures === failures) return true;
  await takeBack();
  return false;
}

/** Takes back what is in doubt, the inner ones first, while nobody makes any within them. */
async function mend(state: Settled, disk: Disk): Promise<void> {
  await Promise.allSettled(state.making);
  try {
    for (const at of [...state.doubtful].sort((a, b) => b.length - a.length)) {
      await disk.rmdir(at).catch((error: unknown) => {
        // Who has put something there had synced it before.
        if (!isErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
      });
      state.doubtful.delete(at);
    }
  } finally {
    state.mending = undefined;
  }
}

/** A folder and its parents. */
function listUp(path: string): readonly string[] {
  const up = dirname(path);
  return up === path ? [path] : [path, ...listUp(up)];
}

/** Inner ones first: those from `first` on are new, those above it up to the store's own are listed unless they are known. */
function listUnsettled(
  path: string,
  first: string | undefined,
  known: ReadonlySet<string>,
): readonly string[] {
  const parts = path.split(sep);
  const store = parts.lastIndexOf('.cellar');
  const top = store < 0 ? path : parts.slice(0, store + 1).join(sep);
  const folders: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const isNew = first !== undefined && at.length >= first.length;
    if (!isNew && (known.has(at) || store < 0 || at.length < top.length)) return folders;
    folders.push(at);
    if (dirname(at) === at) return folders;
  }
}

/**
 * Makes a folder and those of its parents that are missing, unsynced; gives the outermost that it made, undefined when all were
 * there. Node's own `recursive` goes round for ever below a folder that is there and takes no other, as /proc.
 */
export async function ensureFolder(
  path: string,
  disk: Disk = nodeDisk,
): Promise<string | undefined> {
  try {
    if (await madeOne(path, disk)) return path;
    return undefined;
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || dirname(path) === path) throw error;
  }
  const first = await ensureFolder(dirname(path), disk);
  const made = await madeOne(path, disk);
  return first ?? (made ? path : undefined);
}

/** False when the folder is there already, also when somebody else has just made it. */
async function madeOne(path: string, disk: Disk): Promise<boolean> {
  try {
    await disk.mkdir(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST') && (await disk.stat(path)).isDirectory()) return false;
    throw error;
  }
}

/** A name beside `path` that no other writer uses; the prefix is one that git's own gc sweeps in object folders. */
export function temporaryName(path: string): string {
  return join(dirname(path), `tmp_obj_${randomBytes(8).toString('hex')}`);
}

/** True for a name that temporaryName makes. */
export function isTemporary(name: string): boolean {
  return /^tmp_obj_[0-9a-f]{16}$/.test(name);
}

export interface PlaceOptions {
  /** What it throws just before the rename leaves everything as it was. */
  readonly check?: () => Promise<void>;
  /** The other name, in the same folder: by default one that no other writer uses. */
  readonly temporary?: string;
}

/**
 * Puts a whole file at `path`: written under another name, synced, renamed. Afterwards the file has the old or the new bytes,
 * never a part. The folder's own sync is left to the caller (see `syncFolder`), who may have many files to put first.
 */
export async function placeFile(
  path: string,
  bytes: Uint8Array | string,
  mode = 0o644,
  disk: Disk = nodeDisk,
  { check, temporary = temporaryName(path) }: PlaceOptions = {},
): Promise<void> {
  try {
    const handle = await disk.open(temporary, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await check?.();
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** `placeFile` with its folder made and synced: when this returns, the bytes survive power loss. */
export async function writeDurable(
  path: string,
  bytes: Uint8Array | string,
  mode?: number,
  disk: Disk = nodeDisk,
): Promise<void> {
  const state = stateOf(disk);
  for (let failures = -1; failures !== state.failures;) {
    // Again where another's sync has failed meanwhile: ours may have said "done" of what that one has lost.
    failures = state.failures;
    await makeFolder(dirname(path), disk);
    await placeFile(path, bytes, mode, disk);
    await syncFolder(dirname(path), disk);
  }
}
