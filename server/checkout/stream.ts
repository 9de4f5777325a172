import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

import { SAFE, toFailure } from './git.js';

/** As much as is kept of what git says about a failure, in UTF-16 code units. */
const MOST_SAID = 4096;

/** A git that runs until it ends by itself, or until the signal ends it. */
export interface StartedGit {
  readonly child: ChildProcessWithoutNullStreams;
  /** Rejects as runGit does when git fails, and with the signal's reason. */
  readonly ended: Promise<void>;
}

/** Starts git in a folder under the same rules as runGit: nothing that the repository's configuration names runs. */
export function startGit(
  folder: string,
  words: readonly string[],
  signal?: AbortSignal,
): StartedGit {
  const child = spawn('git', [...SAFE, ...words], { cwd: folder, stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, MOST_SAID);
  });
  // A git that ends early closes its input: its exit code says why.
  child.stdin.on('error', () => undefined);
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', stop, { once: true });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => {
      reject(toFailure(error, folder));
    });
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (code === 0) resolve();
      else reject(toFailure(Object.assign(new Error(said), { stderr: said, code }), folder));
    });
  });
  ended.catch(() => undefined);
  if (signal?.aborted === true) stop();
  return { child, ended };
}

/** What git prints, piece by piece; whoever stops reading ends it. Throws as runGit does. */
export async function* streamGit(
  folder: string,
  words: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { child, ended } = startGit(folder, words, signal);
  child.stdin.end();
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
}

/** The pieces between NUL bytes of a stream, the last one without its NUL; each at most `most` bytes, else a RangeError. */
export async function* splitAtNul(
  chunks: AsyncIterable<Buffer>,
  most = 64 * 1024 * 1024,
): AsyncGenerator<Buffer> {
  const rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const piece = chunk.subarray(start, end);
      yield length === 0 ? piece : Buffer.concat([...rest.splice(0), piece]);
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > most) throw new RangeError(`git printed ${length} bytes without a NUL`);
    }
  }
  if (length > 0) yield Buffer.concat(rest);
}
