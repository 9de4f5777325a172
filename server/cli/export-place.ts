import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import { findReal, isIn } from '../store/backup/folder.js';
import { nodeDisk } from '../store/disk/disk.js';
import { EXPORT_WORDS } from '../tracking/export-texts.js';

/** What an export may not be written over or into. */
export interface Precious {
  /** The workspace's root, whose store is in `.cellar`. */
  readonly root: string;
  readonly cwd: string;
}

/**
 * Throws bad_request where an export to `path` would lie in a store, or take the place of the workspace or of the current folder;
 * conflict where something is there that is not to be replaced. True when what is there is.
 */
export async function checkPlace(
  path: string,
  force: boolean,
  { root, cwd }: Precious,
): Promise<boolean> {
  const [real, workspace, here] = [
    await findReal(path, nodeDisk),
    await findReal(root, nodeDisk),
    await findReal(cwd, nodeDisk),
  ];
  const isStore = real.split(/[\\/]/).includes('.cellar');
  if (isStore || isIn(workspace, real) || isIn(here, real))
    throw new CellarError(
      'bad_request',
      `${path} ${isStore ? 'is in a store' : 'holds the workspace or the current folder'}, and an export takes the place of what is there. Name a folder or a zip of its own.`,
      { path },
    );
  const found = await look(path);
  if (found === 'nothing') return false;
  if (!force)
    throw new CellarError('conflict', `${path} is there already. Replace it with --force.`, {
      path,
    });
  if (found === 'other')
    throw new CellarError(
      'conflict',
      `${path} holds other things than an export, so --force does not replace it either. Name another folder, or empty this one.`,
      { path },
    );
  return true;
}

/** What is at a place; an empty folder counts as nothing. */
async function look(path: string): Promise<'nothing' | 'replaceable' | 'other'> {
  let names: readonly string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'nothing';
    if (!isErrno(error, 'ENOTDIR')) throw error;
    return (await lstat(path)).isFile() ? 'replaceable' : 'other';
  }
  if (names.length === 0) return 'nothing';
  return (await startOf(join(path, 'README.txt'))) === EXPORT_WORDS ? 'replaceable' : 'other';
}

async function startOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(EXPORT_WORDS.length));
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}
