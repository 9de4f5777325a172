import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError } from '../errors.js';

const run = promisify(execFile);

/**
 * The bytes of a file at a revision ("REV:path", the path relative to `folder` as with "./", else to the repository) of the git
 * repository around `folder`. Reads objects only: no hook, filter or fsmonitor of that repository runs.
 */
export async function readRevision(folder: string, revision: string): Promise<Buffer> {
  const colon = revision.indexOf(':');
  const path = revision.slice(colon + 1);
  // A path on the command line is relative to where one stands, as everywhere else.
  const relative =
    colon > 0 && !path.startsWith('/') ? `${revision.slice(0, colon)}:./${path}` : revision;
  for (const name of [relative, revision]) {
    try {
      const { stdout } = await run(
        'git',
        ['--no-optional-locks', '-c', 'core.fsmonitor=false', 'cat-file', 'blob', name],
        { cwd: folder, encoding: 'buffer', maxBuffer: MAX_NOTEBOOK_BYTES },
      );
      return stdout;
    } catch (error) {
      if (name !== revision) continue;
      const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
      throw new CellarError(
        'not_found',
        `git has no file ${revision}${reason === '' ? '' : ` (${reason})`}. Name it as REVISION:path.`,
        { path: revision },
        { cause: error },
      );
    }
  }
  throw new RangeError('unreachable');
}
