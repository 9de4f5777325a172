import { createHash } from 'node:crypto';

import { CellarError } from '../../errors.js';

const MOST_BYTES = 200;
/** Git reads no trees that are much deeper (core.maxTreeDepth), and each folder costs an object at each version. */
const MOST_FOLDERS = 255;

// Characters that Windows reserves, control characters, "\" and "%" itself.
// eslint-disable-next-line no-control-regex -- control characters are what is encoded
const RESERVED = /[\u0000-\u001f\u007f%\\:*?"<>|/]/g;
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** A name as a file inside `.cellar/` may have it: percent-encoded where some system would trip, a hash where it is too long. */
export function encodeName(name: string): string {
  const percent = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  let encoded = name.toWellFormed().replace(RESERVED, percent);
  if (encoded.startsWith('.') || DEVICE.test(encoded))
    encoded = percent(encoded.slice(0, 1)) + encoded.slice(1);
  encoded = encoded.replace(/[. ]$/, percent);
  if (encoded === '' || Buffer.byteLength(encoded) > MOST_BYTES)
    return createHash('sha256').update(name).digest('hex');
  return encoded;
}

/** A path of several names, each encoded; a "/" in `name` parts them. */
export function encodePath(name: string): string {
  return name.split('/').filter(Boolean).map(encodeName).join('/');
}

// What HFS+ ignores in names (git's utf8.c, next_hfs_char).
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Names with a meaning to git or to us: the folders, and the files that git obeys in any folder of a clone. The second of a pair is
 * how NTFS shortens it (git's path.c, is_ntfs_dot_generic).
 */
const OURS: ReadonlyMap<string, RegExp> = new Map([
  ['.git', /^git~[0-9]+$/],
  ['.cellar', /^cellar~[0-9]+$/],
  ['.gitattributes', /^(gitatt~[0-9]+|gi[0-9a-f]{4}~[0-9]+)$/],
  ['.gitmodules', /^gitmod~[0-9]+$/],
  ['.gitignore', /^gitign~[0-9]+$/],
]);

/** True when some file system would take `name` for one of ours (case, NTFS short names and streams, HFS+ ignorables). */
function isOurs(name: string): boolean {
  const plain = name.replace(IGNORED_BY_HFS, '').normalize('NFKC').toLowerCase();
  const bare = plain.replace(/:.*$/, '').replace(/[. ]+$/, '');
  return OURS.has(bare) || [...OURS.values()].some((short) => short.test(bare));
}

/**
 * The path of a notebook within the workspace in the one form the store uses ("a/b.ipynb"). Throws outside_workspace for one
 * that leads out, refused_path for one that git or some file system could not hold.
 */
export function toWorkspacePath(path: string): string {
  const parts = path.split('/');
  const refuse = (reason: string): never => {
    throw new CellarError('refused_path', `${JSON.stringify(path)} cannot be kept: ${reason}.`, {
      path,
    });
  };
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || parts.includes('..'))
    throw new CellarError(
      'outside_workspace',
      `${JSON.stringify(path)} is not inside the workspace. Name a notebook below its root.`,
      { path },
    );
  const names = parts.filter((part) => part !== '' && part !== '.');
  if (names.length === 0) refuse('it names no file');
  if (names.length > MOST_FOLDERS) refuse(`it leads through more than ${MOST_FOLDERS} folders`);
  for (const name of names) {
    if (name.includes('\0')) refuse('it holds a NUL character');
    // On Windows, where a clone may be checked out, "\\" parts names as "/" does.
    for (const piece of name.split('\\')) {
      if (isOurs(piece)) refuse(`${JSON.stringify(piece)} belongs to git or Cellar`);
      if (piece === '..' && piece !== name) refuse('on Windows it would lead out of its folder');
    }
    if (Buffer.byteLength(name) > 255) refuse('a name in it has more than 255 bytes');
    if (!name.isWellFormed()) refuse('it is not valid Unicode');
  }
  return names.join('/');
}
