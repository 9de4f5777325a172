import { createHash } from 'node:crypto';

import { CellarError } from '../errors.js';

const MOST_BYTES = 200;

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

/** True when some file system would take `name` for `.git` or `.cellar` (case, NTFS short names and streams, HFS+ ignorables). */
function isOurs(name: string): boolean {
  const plain = name.replace(IGNORED_BY_HFS, '').normalize('NFKC').toLowerCase();
  const bare = plain.replace(/:.*$/, '').replace(/[. ]+$/, '');
  return ['.git', '.cellar'].includes(bare) || /^(git|cellar)~[0-9]+$/.test(bare);
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
  for (const name of names) {
    if (name.includes('\0')) refuse('it holds a NUL character');
    if (isOurs(name)) refuse(`${JSON.stringify(name)} belongs to git or Cellar`);
    if (Buffer.byteLength(name) > 255) refuse('a name in it has more than 255 bytes');
    if (!name.isWellFormed()) refuse('it is not valid Unicode');
  }
  return names.join('/');
}
