import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import { isErrno } from '../../errors.js';
import { spawnGit } from './git-command.js';

const MOST_SAID = 4096;
/** What `nice` ends with when it finds no git. */
const NOT_FOUND = 127;
/** What git ends with when it does not know an option. */
const NOT_KNOWN = 129;

export interface RunOptions {
  /** Lines for its input, without their ends. */
  readonly input?: Iterable<string>;
  /** Told each line of its output. */
  readonly onLine?: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How it went: "no git" when there is none to run, "too old" when it does not know an option. */
export type GitEnd = 'done' | 'no git' | 'too old';

/** A command of git's that failed, with what it said. */
export class GitFailure extends Error {}

/** Runs a command of the system's git in the background, at low priority. Throws GitFailure when it fails; ends it, and all it started, by the signal. */
export async function runGit(
  gitdir: string,
  args: readonly string[],
  { input = [], onLine = () => undefined, signal }: RunOptions,
): Promise<GitEnd> {
  signal.throwIfAborted();
  const child = spawnGit(gitdir, args, { low: true, group: true });
  const end = (): void => {
    try {
      if (process.platform === 'win32' || child.pid === undefined) child.kill();
      else process.kill(-child.pid, 'SIGTERM');
    } catch (error) {
      // It has ended by itself just now.
      if (!isErrno(error, 'ESRCH')) throw error;
    }
  };
  signal.addEventListener('abort', end, { once: true });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString('utf8')).slice(0, MOST_SAID);
  });
  // It may end before it has read everything: its exit code says why.
  child.stdin.on('error', () => undefined);
  Readable.from(toText(input)).pipe(child.stdin);
  const reading = createInterface({ input: child.stdout });
  reading.on('line', onLine);
  try {
    const code = await new Promise<number | 'no git' | null>((resolve, reject) => {
      child.on('error', (error) => {
        if (isErrno(error, 'ENOENT', 'EACCES')) resolve('no git');
        else reject(error);
      });
      child.on('close', resolve);
    });
    signal.throwIfAborted();
    if (code === 'no git' || code === NOT_FOUND) return 'no git';
    if (code === NOT_KNOWN) return 'too old';
    if (code !== 0)
      throw new GitFailure(
        `git ${args.find((arg) => /^[a-z]+-/.test(arg)) ?? ''} in ${gitdir} failed (${code ?? 'ended'}): ${said.trim()}`,
      );
    return 'done';
  } finally {
    signal.removeEventListener('abort', end);
    reading.close();
  }
}

/** In pieces that are worth a write. */
function* toText(lines: Iterable<string>): Generator<string> {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < 64 * 1024) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
