import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';

import type { Lived, Trial } from './trouble.js';
import type { Report } from './worker.js';

/** Runs trials in processes of their own, one for each processor: there the code is bundled, and twice as fast as in a test. */
export class Crew {
  private readonly idle: ChildProcess[];
  private readonly all: readonly ChildProcess[];

  /** `program` is the bundled worker.ts. */
  constructor(program: string) {
    this.all = Array.from({ length: availableParallelism() }, () => fork(program));
    this.idle = [...this.all];
  }

  /** Runs them in order, as many at a time as there are processes. Throws at the first that fails. */
  async run(trials: Iterable<Trial>): Promise<readonly Lived[]> {
    const queue = trials[Symbol.iterator]();
    const lived: Lived[] = [];
    const workers = this.idle.splice(0);
    const work = async (worker: ChildProcess): Promise<void> => {
      for (let next = queue.next(); next.done !== true; next = queue.next())
        lived.push(await ask(worker, next.value));
      this.idle.push(worker);
    };
    await Promise.all(workers.map(work));
    return lived;
  }

  close(): void {
    for (const worker of this.all) worker.kill();
  }
}

function ask(worker: ChildProcess, trial: Trial): Promise<Lived> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null): void => {
      reject(new Error(`the process of the trials has ended with ${String(code)}`));
    };
    worker.once('exit', end);
    worker.once('message', (report: Report) => {
      worker.off('exit', end);
      if (report.kind === 'lived') resolve(report);
      else reject(new Error(report.words));
    });
    worker.send(trial);
  });
}
