import type { Revision } from '../../contract/compare.js';
import { CellarError } from '../errors.js';
import { checkRevision, GitFailure, runGit } from './git.js';

/** Neither notes nor signatures; the times as RFC 3339 in UTC come of the seconds. */
const FORMAT = '--format=%x00%x00%H%x00%ct%x00%an%x00%s%x00';
const PLAIN = ['--no-notes', '--no-show-signature', '--encoding=UTF-8', '--no-color'];

/**
 * The commits that touched a file, newest first and at most `limit`, its renames followed; `path` is relative to `folder`. None
 * where there is no repository, no commit yet, or none that knows the file.
 */
export async function listRevisions(
  folder: string,
  path: string,
  limit: number,
): Promise<readonly Revision[]> {
  try {
    return parseLog(await log(folder, path, ['-n', String(limit)])).map(({ revision }) => revision);
  } catch (error) {
    if (error instanceof GitFailure) return [];
    throw error;
  }
}

/** Whether a folder lies in the work tree of a git repository. */
export async function isInRepository(folder: string): Promise<boolean> {
  try {
    await runGit(folder, ['rev-parse', '--git-dir']);
    return true;
  } catch (error) {
    if (error instanceof GitFailure) return false;
    throw error;
  }
}

/** A commit by any name that git knows it by. Throws not_found. */
export async function getRevision(folder: string, revision: string): Promise<Revision> {
  try {
    const words = ['log', ...PLAIN, FORMAT, '-n', '1', '--no-patch', checkRevision(revision), '--'];
    const found = parseLog(await runGit(folder, words))[0];
    if (found !== undefined) return found.revision;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
  }
  throw new CellarError('not_found', `git knows no revision ${revision}.`, { path: revision });
}

/** The names that a file had before, the latest first, from the top of the repository. */
export async function followNames(folder: string, path: string): Promise<readonly string[]> {
  try {
    const logged = parseLog(await log(folder, path, ['--diff-filter=R']));
    return [...new Set(logged.flatMap(({ names }) => names.slice(0, 1)))];
  } catch (error) {
    if (error instanceof GitFailure) return [];
    throw error;
  }
}

function log(folder: string, path: string, words: readonly string[]): Promise<Buffer> {
  // Only `log` follows renames, and only for one file that is named as it is.
  return runGit(folder, [
    '--literal-pathspecs',
    ...['log', '--follow', '--name-status', '-z', '--no-ext-diff', '--no-textconv'],
    ...[...PLAIN, FORMAT, ...words, '--', path],
  ]);
}

interface Logged {
  readonly revision: Revision;
  /** The file's name, or its old and its new one. */
  readonly names: readonly string[];
}

function parseLog(bytes: Buffer): Logged[] {
  // Two NUL and an object's name begin a commit: neither a subject nor a path holds NUL.
  return bytes
    .toString('utf8')
    .split(/\0\0(?=[0-9a-f]{40,64}\0\d+\0)/)
    .flatMap((text) => {
      const [commit, seconds, author, subject, ...rest] = text.replace(/^\0+/, '').split('\0');
      if (commit === undefined || seconds === undefined || !/^\d+$/.test(seconds)) return [];
      const time = new Date(Number(seconds) * 1000).toISOString();
      const [, ...names] = rest.filter((word) => word.trim() !== '');
      return [{ revision: { commit, time, author: author ?? '', subject: subject ?? '' }, names }];
    });
}
