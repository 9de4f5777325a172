import { Worker } from 'node:worker_threads';

import { CellarError, isErrno } from '../errors.js';
import { toError, type Order, type Reply } from './message.js';
import type { Parcel } from './task.js';

export interface ThreadOptions {
  /** The folder of thread.worker.js and of the tasks' files. */
  readonly folder: URL;
  readonly maxOldGenerationSizeMb: number;
}

/** One worker thread, which does one task at a time. */
export interface Thread {
  /** Ended, by whatever: no task can be given any more. */
  readonly gone: boolean;
  /** Rejects with the task's own failure, with `end`'s reason, or with what became of the thread. */
  run(task: string, input: Parcel<unknown>): Promise<unknown>;
  /** Ends it at once; what it does fails with the reason. */
  end(reason: Error): void;
}

/** Starts a thread, which keeps no process up. */
export function startThread({ folder, maxOldGenerationSizeMb }: ThreadOptions): Thread {
  const worker = new Worker(new URL('thread.worker.js', folder), {
    resourceLimits: { maxOldGenerationSizeMb },
    // A server's debugging flags are for itself.
    execArgv: [],
  });
  worker.unref();
  let gone = false;
  let settle: { resolve(output: unknown): void; reject(error: Error): void } | undefined;

  const lose = (error: Error): void => {
    gone = true;
    settle?.reject(error);
    settle = undefined;
  };
  worker.on('message', (reply: Reply) => {
    const waiting = settle;
    settle = undefined;
    if (reply.kind === 'done') waiting?.resolve(reply.output);
    else waiting?.reject(toError(reply));
  });
  worker.on('error', (error) => {
    lose(isErrno(error, 'ERR_WORKER_OUT_OF_MEMORY') ? outOfMemory(error) : error);
  });
  worker.on('exit', (code) => {
    lose(new Error(`A worker thread ended by itself, with ${code}.`));
  });

  return {
    get gone() {
      return gone;
    },
    run: (task, { value, transfer }) =>
      new Promise((resolve, reject) => {
        if (gone) throw new Error('A worker thread ended before its task began.');
        settle = { resolve, reject };
        const order: Order = { task: new URL(`${task}.task.js`, folder).href, input: value };
        worker.postMessage(order, transfer);
      }),
    end: (reason) => {
      lose(reason);
      void worker.terminate();
    },
  };
}

/** What is told where a task takes more memory than it is given. */
export function outOfMemory(cause?: unknown): CellarError {
  return new CellarError(
    'too_large',
    'These notebooks take more memory to read than this server gives to one request. Clear their largest outputs, or download both and use "cellar diff".',
    {},
    { cause },
  );
}
