import { readFile, stat } from 'node:fs/promises';

import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError, isErrno } from '../errors.js';

/** The bytes of a file that may be a notebook, and what errors call it; undefined when there is none. Throws for what cannot be read. */
export async function findFile(path: string, asked: string): Promise<Buffer | undefined> {
  const facts = { path: asked };
  try {
    const { size, ...found } = await stat(path).then((stats) => ({
      size: stats.size,
      isFolder: stats.isDirectory(),
    }));
    if (found.isFolder) throw new CellarError('not_a_notebook', `${asked} is a folder.`, facts);
    if (size > MAX_NOTEBOOK_BYTES)
      throw new CellarError(
        'too_large',
        `${asked} has ${size} bytes; at most ${MAX_NOTEBOOK_BYTES} are read.`,
        facts,
      );
    return await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isErrno(error, 'EACCES', 'EPERM'))
      throw new CellarError('forbidden', `${asked} cannot be read: permission denied.`, facts);
    throw error;
  }
}

/** The same where there must be one. Throws not_found. */
export async function getFile(path: string, asked: string): Promise<Buffer> {
  const bytes = await findFile(path, asked);
  if (bytes === undefined)
    throw new CellarError('not_found', `There is no file ${asked}.`, { path: asked });
  return bytes;
}
