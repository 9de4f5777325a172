import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

import { isErrno } from '../errors.js';

/** After this long without a question the process ends; the next question starts another. */
const IDLE_MS = 30_000;

/** Reads objects through one `git cat-file --batch` process: packs are git's own matter, and it reads them in pieces. */
export interface PackReader {
  /** An object's content; undefined when the repository has none of this name, "no git" when there is no git to ask. */
  read(oid: string): Promise<Buffer | undefined | 'no git'>;
  close(): void;
}

interface Question {
  readonly oid: string;
  resolve(answer: Buffer | undefined | 'no git'): void;
  reject(error: unknown): void;
}

export function openPackReader(gitdir: string): PackReader {
  let child: ChildProcessWithoutNullStreams | undefined;
  let idle: NodeJS.Timeout | undefined;
  let chunks: Buffer[] = [];
  let length = 0;
  const questions: Question[] = [];

  const stop = (): void => {
    clearTimeout(idle);
    child?.stdin.end();
    child?.unref();
    child = undefined;
    chunks = [];
    length = 0;
  };

  const failAll = (answer: (question: Question) => void): void => {
    stop();
    for (const question of questions.splice(0)) answer(question);
  };

  const start = (): ChildProcessWithoutNullStreams => {
    const started = spawn('git', ['--git-dir', gitdir, 'cat-file', '--batch']);
    started.on('error', (error) => {
      failAll((question) => {
        if (isErrno(error, 'ENOENT', 'EACCES')) question.resolve('no git');
        else question.reject(error);
      });
    });
    started.on('close', () => {
      if (child === started)
        failAll((question) => {
          question.reject(new Error(`git cat-file ended while reading ${question.oid}`));
        });
    });
    started.stdin.on('error', () => undefined);
    started.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      answerAll();
    });
    // The server's end must not wait for it.
    started.unref();
    return started;
  };

  /** How many bytes the first answer still needs; so that chunks of a large one are joined once. */
  let wanted = 0;

  const answerAll = (): void => {
    while (questions.length > 0 && length > 0 && length >= wanted) {
      const all =
        chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks, length);
      chunks = [all];
      const end = all.indexOf(10);
      if (end < 0) return;
      const [, type, size] = all.toString('latin1', 0, end).split(' ');
      const isMissing = type === 'missing';
      const bytes = isMissing ? 0 : Number(size);
      const next = isMissing ? end + 1 : end + 1 + bytes + 1;
      wanted = next;
      if (length < next) return;
      // A copy, so that a small object does not hold the whole chunk in memory.
      const answer = isMissing ? undefined : Buffer.from(all.subarray(end + 1, end + 1 + bytes));
      wanted = 0;
      length -= next;
      chunks = length === 0 ? [] : [all.subarray(next)];
      questions.shift()?.resolve(answer);
    }
    if (questions.length === 0) idle = setTimeout(stop, IDLE_MS).unref();
  };

  return {
    read: (oid) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        questions.push({ oid, resolve, reject });
        child ??= start();
        child.stdin.write(`${oid}\n`);
      }),
    close: stop,
  };
}
