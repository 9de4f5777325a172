import { CellarError } from '../errors.js';
import { checkRevision, GitFailure, runGit } from './git.js';
import { followNames } from './revisions.js';

const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1\n';

/**
 * The bytes of a file at a revision ("REV:path", the path relative to `folder`, else to the repository; ":path" is the index)
 * of the git repository around `folder`. Reads objects only. Throws not_found where git has none such.
 */
export async function readRevision(folder: string, revision: string): Promise<Buffer> {
  const colon = revision.indexOf(':');
  const path = revision.slice(colon + 1);
  // A path on the command line is relative to where one stands, as everywhere else.
  const relative =
    colon > 0 && !path.startsWith('/') ? `${revision.slice(0, colon)}:./${path}` : revision;
  let reason = '';
  for (const name of new Set([relative, revision]))
    try {
      return await readObject(folder, name);
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      reason = error.said === '' ? '' : ` (${error.said})`;
    }
  throw new CellarError(
    'not_found',
    `git has no file ${revision}${reason}. Name it as REVISION:path.`,
    { path: revision },
  );
}

/** The same for a file that may have had another name then: `path` is what it is called now, relative to `folder`. */
export async function readFormer(
  folder: string,
  path: string,
  revision: string,
): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  checkRevision(revision);
  try {
    return { path, bytes: await readRevision(folder, `${revision}:${path}`) };
  } catch (error) {
    if (!(error instanceof CellarError) || error.code !== 'not_found') throw error;
    for (const name of await followNames(folder, path))
      try {
        // Names from git's log begin at the top of the repository.
        return { path: name, bytes: await readObject(folder, `${revision}:${name}`) };
      } catch (failure) {
        if (!(failure instanceof GitFailure)) throw failure;
      }
    throw error;
  }
}

/** The bytes of a file by the name of its object. Throws not_found where the repository does not hold it. */
export async function readBlob(folder: string, oid: string): Promise<Buffer> {
  try {
    return await readObject(folder, oid);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new CellarError(
      'not_found',
      `The repository around ${folder} does not hold object ${oid}. In a partial clone "git fetch" brings it.`,
      { path: folder },
      { cause: error },
    );
  }
}

async function readObject(folder: string, name: string): Promise<Buffer> {
  const bytes = await runGit(folder, ['cat-file', 'blob', checkRevision(name)]);
  if (isLfsPointer(bytes))
    throw new CellarError(
      'unsupported_format',
      `${name} is kept in Git LFS; git itself holds only a pointer to it.`,
      { path: name },
    );
  return bytes;
}

/** True for what git holds in the place of a file that Git LFS keeps. */
export function isLfsPointer(bytes: Buffer): boolean {
  return bytes.length < 1024 && bytes.toString('latin1').startsWith(LFS_POINTER);
}
