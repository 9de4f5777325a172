import type { ChildProcessWithoutNullStreams } from 'node:child_process';

import { isErrno } from '../../errors.js';
import { spawnGit } from './git-command.js';
import { damaged, isObjectType, toObject, type GitObject } from './object.js';

/** After this long without a question the process ends; the next question starts another. */
const IDLE_MS = 30_000;

/** What git says to a name: the object, undefined when it has none, "no git" when there is no git to ask. */
export type Answer = GitObject | undefined | 'no git';

/** Reads objects through one `git cat-file --batch` process, which works while this one does something else. */
export interface CatFile {
  /** Many may be asked for at once; they are answered in order. Throws store_damaged. */
  read(oid: string): Promise<Answer>;
  /** What is asked for next is asked of a new process: the old one may have packs open that are gone. */
  renew(): void;
  close(): void;
}

interface Question {
  readonly oid: string;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export function openCatFile(gitdir: string): CatFile {
  let child: ChildProcessWithoutNullStreams | undefined;
  let idle: NodeJS.Timeout | undefined;
  let chunks: Buffer[] = [];
  let length = 0;
  /** How many bytes the first answer still needs; so that chunks of a large one are joined once. */
  let wanted = 0;
  let isOld = false;
  const questions: Question[] = [];

  const stop = (): void => {
    clearTimeout(idle);
    child?.stdin.end();
    child?.unref();
    child = undefined;
    chunks = [];
    length = 0;
    wanted = 0;
    isOld = false;
  };

  const failAll = (answer: (question: Question) => void): void => {
    stop();
    for (const question of questions.splice(0)) answer(question);
  };

  const start = (): ChildProcessWithoutNullStreams => {
    const started = spawnGit(gitdir, ['cat-file', '--batch']);
    started.on('error', (error) => {
      failAll((question) => {
        if (isErrno(error, 'ENOENT', 'EACCES')) question.resolve('no git');
        else question.reject(error);
      });
    });
    started.on('close', () => {
      if (child !== started) return;
      // It gives up at the first object it cannot read; those asked for after it are asked for again.
      const [first, ...rest] = questions.splice(0);
      stop();
      first?.reject(damaged(gitdir, first.oid));
      for (const question of rest) ask(question);
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
      const content = Buffer.from(all.subarray(end + 1, end + 1 + bytes));
      const question = questions.shift();
      wanted = 0;
      length -= next;
      chunks = length === 0 ? [] : [all.subarray(next)];
      if (question === undefined) return;
      // Git itself checks the name of an object only in fsck.
      const object = isObjectType(type) ? toObject(type, content) : undefined;
      if (isMissing) question.resolve(undefined);
      else if (object?.oid === question.oid) question.resolve(object);
      else question.reject(damaged(gitdir, question.oid));
    }
    if (questions.length > 0) return;
    if (isOld) stop();
    else idle = setTimeout(stop, IDLE_MS).unref();
  };

  const ask = (question: Question): void => {
    clearTimeout(idle);
    questions.push(question);
    child ??= start();
    child.stdin.write(`${question.oid}\n`);
  };

  return {
    read: (oid) =>
      new Promise((resolve, reject) => {
        ask({ oid, resolve, reject });
      }),
    renew: () => {
      if (questions.length === 0) stop();
      else isOld = true;
    },
    close: stop,
  };
}
