import { constants, type Dirent } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError, isErrno, toStorageError } from '../errors.js';
import { nodeDisk, type Disk } from './disk/disk.js';
import { makeFolder, placeFile, syncFolder } from './disk/durable.js';
import { toWorkspacePath } from './disk/names.js';
import { openRegular } from './disk/regular-file.js';
import { inSteadyFolder } from './disk/steady-folder.js';
import { noteWriting } from './writing.js';

export interface FoundFile {
  /** Relative to the workspace, with "/". */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

/** The person's files in the workspace. Paths are relative, with "/"; nothing outside the root is ever read or written. */
export interface WorkspaceFiles {
  exists(path: string): Promise<boolean>;
  /** Throws not_found, outside_workspace (also through a link), refused_path, not_a_notebook (no file of bytes), too_large. */
  read(path: string): Promise<Buffer>;
  /** The same, but undefined where there is no file. */
  find(path: string): Promise<Buffer | undefined>;
  /**
   * Replaces the file whole; a link is followed as far as it stays inside. With `over`, only while the file has these bytes (null:
   * while there is none): false, and nothing written, when it has others.
   */
  write(path: string, bytes: Uint8Array, over?: Uint8Array | null): Promise<boolean>;
  /** Regular files that are wanted by their path, at most `depth` folders below `folder`, hidden ones left out, in no order. */
  list(
    folder: string,
    depth: number,
    isWanted: (path: string) => boolean,
  ): Promise<readonly FoundFile[]>;
  /** Absolute, checked to be inside. */
  locate(path: string): Promise<string>;
  /** The path here of a file given absolutely, or relative to `folder`; undefined when it is elsewhere. */
  findInside(path: string, folder: string): Promise<string | undefined>;
}

export function openWorkspaceFiles(root: string, disk: Disk = nodeDisk): WorkspaceFiles {
  const locate = async (path: string): Promise<string> => {
    const plain = toWorkspacePath(path);
    const top = await disk.realpath(root);
    const asked = join(top, ...plain.split('/'));
    const real = await findReal(asked, disk).catch((error: unknown) => {
      throw toPathError(error, path);
    });
    if (real !== top && !real.startsWith(top.endsWith(sep) ? top : top + sep))
      throw new CellarError(
        'outside_workspace',
        `${path} leads out of the workspace to ${real}, through a link. Open the workspace that holds it.`,
        { path },
      );
    // Through a link one could also reach what is refused by name.
    toWorkspacePath(relative(top, real).split(sep).join('/'));
    return real;
  };

  const find = async (path: string): Promise<Buffer | undefined> => {
    const real = await locate(path);
    try {
      const { handle, size } = await openRegular(real, path, disk);
      try {
        if (size > MAX_NOTEBOOK_BYTES)
          throw new CellarError(
            'too_large',
            `${path} has ${Math.round(size / 1e6)} MB; notebooks up to ${Math.round(MAX_NOTEBOOK_BYTES / 1e6)} MB are kept. Clear its largest outputs.`,
            { path },
          );
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw toPathError(error, path);
    }
  };

  const list: WorkspaceFiles['list'] = async (folder, depth, isWanted) => {
    const top = await disk.realpath(root);
    const start = folder === '' ? top : await locate(folder);
    const found: FoundFile[] = [];
    const visit = async (at: string, left: number): Promise<void> => {
      for (const entry of await readFolder(at, disk)) {
        if (entry.name.startsWith('.')) continue;
        const path = join(at, entry.name);
        if (entry.isDirectory() && left > 0) await visit(path, left - 1);
        const inside = relative(top, path).split(sep).join('/');
        if (!entry.isFile() || !isWanted(inside)) continue;
        const facts = await disk.stat(path).catch(() => undefined);
        if (facts !== undefined)
          found.push({ path: inside, size: facts.size, changed: facts.mtimeMs });
      }
    };
    await visit(start, depth);
    return found;
  };

  const findInside = async (path: string, folder: string): Promise<string | undefined> => {
    for (const top of [root, await disk.realpath(root)]) {
      const inside = relative(top, isAbsolute(path) ? path : join(top, folder, path));
      if (inside !== '' && inside.split(sep)[0] !== '..' && !isAbsolute(inside))
        return inside.split(sep).join('/');
    }
    return undefined;
  };

  return {
    locate,
    findInside,
    find,
    read: async (path) => {
      const bytes = await find(path);
      if (bytes !== undefined) return bytes;
      throw new CellarError('not_found', `There is no file ${path} in the workspace.`, { path });
    },
    list,
    exists: async (path) => {
      try {
        return (await disk.stat(await locate(path))).isFile();
      } catch (error) {
        if (error instanceof CellarError || isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
        throw error;
      }
    },
    write: async (path, bytes, over) => {
      const real = await locate(path);
      // At the last moment: whoever saves the file meanwhile is to lose nothing.
      const check = async (): Promise<void> => {
        if (over === undefined || isEqual(await find(path), over)) return;
        throw new Changed();
      };
      try {
        await makeInside(dirname(real), path, disk);
        await inSteadyFolder(
          dirname(real),
          path,
          async (folder) => {
            const place = join(folder, basename(real));
            // A link that was put there since is replaced and not followed; its mode says nothing.
            const mode = await disk.lstat(place).then(
              (facts) => (facts.isFile() ? facts.mode & 0o777 : 0o644),
              () => 0o644,
            );
            const writing = await noteWriting(root, dirname(real), disk);
            const temporary = join(folder, writing.name);
            try {
              await placeFile(place, bytes, mode, disk, { check, temporary });
              await setMode(place, mode, disk);
              await syncFolder(folder, disk);
            } finally {
              if (await isGone(temporary, disk)) await writing.done().catch(() => undefined);
            }
          },
          disk,
        );
        return true;
      } catch (error) {
        if (error instanceof Changed) return false;
        throw toStorageError(error, path);
      }
    },
  };
}

/**
 * Makes a folder and those above it that are missing, each in the one above it as that was found: a link that is put in its place
 * meanwhile leads nowhere.
 */
async function makeInside(folder: string, asked: string, disk: Disk): Promise<void> {
  const isThere = await disk.lstat(folder).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (isThere || dirname(folder) === folder) return;
  await makeInside(dirname(folder), asked, disk);
  const make = (above: string): Promise<void> => makeFolder(join(above, basename(folder)), disk);
  await inSteadyFolder(dirname(folder), asked, make, disk);
}

async function isGone(path: string, disk: Disk): Promise<boolean> {
  return disk.lstat(path).then(
    () => false,
    (error: unknown) => isErrno(error, 'ENOENT'),
  );
}

/** Ends a write over a file that has other bytes than it was to be written over. */
class Changed extends Error {}

function isEqual(found: Buffer | undefined, expected: Uint8Array | null): boolean {
  if (found === undefined || expected === null) return found === undefined && expected === null;
  return found.equals(expected);
}

/** Gives a file that was just put there its whole mode: the umask has taken its part of what it was asked with. */
async function setMode(path: string, mode: number, disk: Disk): Promise<void> {
  const handle = await disk.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

/** A folder's entries; none of one that may not be read or has just gone: it is no business of a notebook beside it. */
async function readFolder(path: string, disk: Disk): Promise<readonly Dirent[]> {
  try {
    return await disk.readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** What the system says of a path that leads to no readable file, in our words; anything else as it is. */
function toPathError(error: unknown, path: string): unknown {
  const facts = { path };
  const cause = { cause: error };
  if (isErrno(error, 'EACCES', 'EPERM'))
    return new CellarError('forbidden', `${path} cannot be read: permission denied.`, facts, cause);
  if (isErrno(error, 'ELOOP'))
    return new CellarError(
      'refused_path',
      `${path} is a link that leads to itself, or to no file.`,
      facts,
      cause,
    );
  if (isErrno(error, 'ENAMETOOLONG'))
    return new CellarError(
      'refused_path',
      `${path} cannot be kept: this system takes no path as long.`,
      facts,
      cause,
    );
  return error;
}

/** realpath of a file that may not exist yet: its nearest existing folder is resolved. */
async function findReal(path: string, disk: Disk): Promise<string> {
  try {
    return await disk.realpath(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR') || dirname(path) === path) throw error;
    const folder = await findReal(dirname(path), disk);
    return join(folder, path.slice(dirname(path).length));
  }
}
