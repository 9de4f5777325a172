import { execFile, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError, isErrno } from '../errors.js';

const run = promisify(execFile);

const OUTSIDE = ' is not inside a git repository';

/** The longest that one call of git may take, in milliseconds. */
const MAX_TIME = 30_000;

const TRANSPORTS = ['ext', 'fd', 'file', 'git', 'http', 'https', 'ssh'];

/**
 * A repository's configuration can name programs. None of them runs: no hook, fsmonitor, signature check or pager; and no
 * transport, since git fetches what a partial clone lacks by itself. The environment is the user's own and stays as it is.
 */
export const SAFE: readonly string[] = [
  ...['--no-optional-locks', '--no-pager'],
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'log.showSignature=false',
    // No program, but paths would be told from elsewhere, a first commit or a merge as another thing than it is.
    'diff.relative=false',
    'log.showRoot=true',
    'log.diffMerges=separate',
    'protocol.allow=never',
    ...TRANSPORTS.map((name) => `protocol.${name}.allow=never`),
  ].flatMap((setting) => ['-c', setting]),
];

/** Why git ended with a failure, in its own words; with its exit code, and what it printed till then. */
export class GitFailure extends Error {
  constructor(
    readonly said: string,
    readonly code: number | undefined,
    readonly printed: Buffer,
    options?: ErrorOptions,
  ) {
    super(said, options);
  }
}

/**
 * What git prints when it is run in a folder with these words. Throws a GitFailure where git refuses, and a CellarError where
 * git is missing, takes too long, or prints more than a notebook may have.
 */
export async function runGit(folder: string, words: readonly string[]): Promise<Buffer> {
  try {
    const { stdout } = await run('git', [...SAFE, ...words], {
      cwd: folder,
      encoding: 'buffer',
      maxBuffer: MAX_NOTEBOOK_BYTES,
      timeout: MAX_TIME,
      killSignal: 'SIGKILL',
    });
    return stdout;
  } catch (error) {
    throw toFailure(error, folder);
  }
}

/** Why a call of git in a folder failed, as runGit throws it. */
export function toFailure(error: unknown, folder: string): Error {
  const facts = { path: folder };
  const options = { cause: error };
  if (isErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR'))
    return new CellarError('not_found', whyNotStarted(error, folder), facts, options);
  if (isErrno(error, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'))
    return new CellarError(
      'too_large',
      `git gave more than ${MAX_NOTEBOOK_BYTES} bytes.`,
      facts,
      options,
    );
  if (error instanceof Error && 'killed' in error && error.killed === true)
    return new CellarError(
      'timed_out',
      `git gave no answer within ${MAX_TIME / 1000} s.`,
      facts,
      options,
    );
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const missing = /^fatal: not a git repository/m.test(said);
  const code = error instanceof Error && 'code' in error ? Number(error.code) : undefined;
  const printed =
    error instanceof Error && 'stdout' in error && Buffer.isBuffer(error.stdout)
      ? error.stdout
      : Buffer.alloc(0);
  const words = missing ? `${folder}${OUTSIDE}` : said;
  return new GitFailure(words, code, printed, options);
}

/** The system says the same of a program that is missing and of the folder it was to run in. */
function whyNotStarted(error: unknown, folder: string): string {
  const elsewhere = spawnSync('git', ['--version'], { cwd: dirname(process.execPath) });
  if (elsewhere.error !== undefined)
    return 'git could not be started: it is not installed, or not on PATH.';
  if (isErrno(error, 'ENOTDIR')) return `${folder} is not a folder.`;
  return isErrno(error, 'EACCES')
    ? `The folder ${folder} may not be entered: permission is missing.`
    : `There is no folder ${folder}: it is gone, or was never there.`;
}

/** True where git refused since the folder is not inside a repository; what it said names the folder then. */
export function isOutside({ said }: GitFailure): boolean {
  return said.endsWith(OUTSIDE);
}

/** A revision that git cannot take for an option. Throws bad_request for one that it could. */
export function checkRevision(revision: string): string {
  if (revision === '' || revision.startsWith('-') || /[\0\n]/.test(revision))
    throw new CellarError('bad_request', `"${revision}" is no revision.`);
  return revision;
}
