import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError, isErrno, toStorageError } from '../errors.js';
import { writeDurable } from './durable.js';
import { toWorkspacePath } from './names.js';

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
  /** Throws not_found, outside_workspace (also through a link), refused_path, too_large. */
  read(path: string): Promise<Buffer>;
  /** Replaces the file whole; a link is followed as far as it stays inside. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Regular files at most `depth` folders below `folder`, hidden folders left out, in no order. */
  list(folder: string, depth: number): Promise<readonly FoundFile[]>;
  /** Absolute, checked to be inside. */
  locate(path: string): Promise<string>;
  /** The path here of a file given absolutely, or relative to `folder`; undefined when it is elsewhere. */
  findInside(path: string, folder: string): Promise<string | undefined>;
}

export function openWorkspaceFiles(root: string): WorkspaceFiles {
  const locate = async (path: string): Promise<string> => {
    const plain = toWorkspacePath(path);
    const top = await realpath(root);
    const asked = join(top, ...plain.split('/'));
    const real = await findReal(asked);
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

  const read = async (path: string): Promise<Buffer> => {
    const real = await locate(path);
    const missing = new CellarError('not_found', `There is no file ${path} in the workspace.`, {
      path,
    });
    try {
      const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const facts = await handle.stat();
        if (!facts.isFile())
          throw new CellarError('not_a_notebook', `${path} is not a file.`, { path });
        if (facts.size > MAX_NOTEBOOK_BYTES)
          throw new CellarError(
            'too_large',
            `${path} has ${Math.round(facts.size / 1e6)} MB; notebooks up to ${Math.round(MAX_NOTEBOOK_BYTES / 1e6)} MB are kept. Clear its largest outputs.`,
            { path },
          );
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw missing;
      if (isErrno(error, 'EISDIR'))
        throw new CellarError('not_a_notebook', `${path} is a folder.`, { path });
      if (isErrno(error, 'EACCES', 'EPERM'))
        throw new CellarError('forbidden', `${path} cannot be read: permission denied.`, { path });
      throw error;
    }
  };

  const list = async (folder: string, depth: number): Promise<readonly FoundFile[]> => {
    const top = await realpath(root);
    const start = folder === '' ? top : await locate(folder);
    const found: FoundFile[] = [];
    const visit = async (at: string, left: number): Promise<void> => {
      for (const entry of await readdir(at, { withFileTypes: true })) {
        if (entry.name.startsWith('.')) continue;
        const path = join(at, entry.name);
        if (entry.isDirectory() && left > 0) await visit(path, left - 1);
        if (!entry.isFile()) continue;
        const facts = await stat(path).catch(() => undefined);
        if (facts === undefined) continue;
        const inside = relative(top, path).split(sep).join('/');
        found.push({ path: inside, size: facts.size, changed: facts.mtimeMs });
      }
    };
    await visit(start, depth);
    return found;
  };

  const findInside = async (path: string, folder: string): Promise<string | undefined> => {
    for (const top of [root, await realpath(root)]) {
      const inside = relative(top, isAbsolute(path) ? path : join(top, folder, path));
      if (inside !== '' && inside.split(sep)[0] !== '..' && !isAbsolute(inside))
        return inside.split(sep).join('/');
    }
    return undefined;
  };

  return {
    locate,
    findInside,
    read,
    list,
    exists: async (path) => {
      try {
        return (await stat(await locate(path))).isFile();
      } catch (error) {
        if (error instanceof CellarError || isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
        throw error;
      }
    },
    write: async (path, bytes) => {
      const real = await locate(path);
      const mode = await lstat(real).then(
        (facts) => facts.mode & 0o777,
        () => 0o644,
      );
      try {
        await writeDurable(real, bytes, mode);
      } catch (error) {
        throw toStorageError(error, path);
      }
    },
  };
}

/** realpath of a file that may not exist yet: its nearest existing folder is resolved. */
async function findReal(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR') || dirname(path) === path) throw error;
    const folder = await findReal(dirname(path));
    return join(folder, path.slice(dirname(path).length));
  }
}
