import { availableParallelism } from 'node:os';

import { CellarError } from '../errors.js';
import { defaultMemory, resourceLimits, watchMemory } from './memory.js';
import type { Parcel, Task } from './task.js';
import { outOfMemory, startThread, type Thread } from './thread.js';

const IDLE_MS = 30_000;
const LARGE_BYTES = 16 * 1024 * 1024;

export interface PoolOptions {
  /** The folder of the built threads and tasks. */
  readonly folder: URL;
  /** How many threads at most; by default one less than there are cores, at least one. */
  readonly size?: number;
  /** How long an idle thread is kept, in milliseconds. */
  readonly idle?: number;
  /** What all threads together may take, in bytes. */
  readonly memory?: number;
}

/** A task as it is asked for. */
export interface Errand<Input> {
  /** Called when a thread is free, so that what waits holds nothing. */
  readonly input: () => Promise<Parcel<Input>>;
  /** How long the task may run once it has its input, in milliseconds. */
  readonly timeBox: number;
  /** Aborted when nobody wants the result any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Worker threads, started when there is work and ended some time after. */
export interface Pool {
  /**
   * Rejects with the task's own failure; timed_out when the time box runs out, too_large when the memory does, both of which end the
   * thread; or with the signal's reason.
   */
  run<Input, Output>(task: Task<Input, Output>, errand: Errand<Input>): Promise<Output>;
  /** Keeps threads however long they idle, until the result is called. */
  hold(): () => void;
  /** Ends threads once they are done with what they do: their memory may hold what must be nowhere. */
  renew(): void;
  /** Ends every thread; what is asked for from then on is refused with server_away. */
  close(): void;
}

/** A task's time box ran out. */
export class OutOfTimeError extends CellarError {}

/** What waits for a thread. */
interface Job {
  start(seat: Seat): Promise<void>;
  reject(reason: Error): void;
}

interface Seat {
  readonly thread: Thread;
  /** No new task is given to it. */
  isLast: boolean;
  /** Of the input of the task that runs. */
  bytes: number;
  idle: NodeJS.Timeout | undefined;
}

/** Makes a pool; nothing starts before there is work. */
export function createPool(options: PoolOptions): Pool {
  const { folder, idle = IDLE_MS, memory = defaultMemory() } = options;
  const { size = Math.max(1, availableParallelism() - 1) } = options;
  const limits = resourceLimits(memory);
  const waiting = new Set<Job>();
  const busy = new Set<Seat>();
  const free = new Set<Seat>();
  let closed = false;
  let holders = 0;

  const watch = watchMemory(memory, () => {
    const [largest] = [...busy].sort((a, b) => b.bytes - a.bytes);
    largest?.thread.end(outOfMemory());
  });

  const dismiss = (seat: Seat): void => {
    clearTimeout(seat.idle);
    free.delete(seat);
    seat.thread.end(away());
    if (busy.size + free.size === 0) watch.stop();
  };

  const letIdle = (seat: Seat): void => {
    if (holders === 0) seat.idle = setTimeout(() => dismiss(seat), idle).unref();
  };

  const findSeat = (): Seat | undefined => {
    for (const seat of free) {
      clearTimeout(seat.idle);
      if (!seat.thread.gone) return seat;
      dismiss(seat);
    }
    if (busy.size >= size) return undefined;
    watch.start();
    const thread = startThread({ folder, ...limits });
    return { thread, isLast: false, bytes: 0, idle: undefined };
  };

  const giveBack = (seat: Seat): void => {
    busy.delete(seat);
    // A heap that has grown stays grown; a new thread takes less time to start than such a task to run.
    const isSpent = seat.isLast || seat.bytes > LARGE_BYTES;
    if (closed || seat.thread.gone || isSpent) dismiss(seat);
    else {
      seat.bytes = 0;
      free.add(seat);
      letIdle(seat);
    }
    startNext();
  };

  const startNext = (): void => {
    const [job] = waiting;
    const seat = job === undefined ? undefined : findSeat();
    if (job === undefined || seat === undefined) return;
    waiting.delete(job);
    free.delete(seat);
    busy.add(seat);
    void job.start(seat).finally(() => giveBack(seat));
  };

  return {
    run: <Input, Output>(task: Task<Input, Output>, errand: Errand<Input>) =>
      new Promise<Output>((resolve, reject) => {
        const { signal } = errand;
        if (closed) throw away();
        let seat: Seat | undefined;
        const abandon = (): void => {
          waiting.delete(job);
          seat?.thread.end(abandoned());
          reject(abandoned());
        };
        const job: Job = {
          reject,
          start: async (given) => {
            seat = given;
            try {
              resolve((await perform(given, task.name, errand)) as Output);
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            } finally {
              signal?.removeEventListener('abort', abandon);
            }
          },
        };
        if (signal?.aborted === true) throw abandoned();
        signal?.addEventListener('abort', abandon, { once: true });
        waiting.add(job);
        startNext();
      }),
    hold: () => {
      holders += 1;
      for (const seat of free) clearTimeout(seat.idle);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        holders -= 1;
        if (holders === 0) for (const seat of free) letIdle(seat);
      };
    },
    renew: () => {
      for (const seat of busy) seat.isLast = true;
      for (const seat of free) dismiss(seat);
    },
    close: () => {
      closed = true;
      for (const job of waiting) job.reject(away());
      waiting.clear();
      for (const seat of [...busy, ...free]) dismiss(seat);
    },
  };
}

async function perform<Input>(
  seat: Seat,
  task: string,
  { input, timeBox }: Errand<Input>,
): Promise<unknown> {
  const parcel = await input();
  seat.bytes = parcel.transfer.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const timer = setTimeout(() => seat.thread.end(outOfTime(timeBox)), timeBox);
  try {
    return await seat.thread.run(task, parcel);
  } finally {
    clearTimeout(timer);
  }
}

function outOfTime(timeBox: number): OutOfTimeError {
  return new OutOfTimeError(
    'timed_out',
    `This took longer than the ${Math.round(timeBox / 1000)} s that this server gives to one request. Download the notebooks and use "cellar diff" or "cellar merge", which take their time.`,
  );
}

function abandoned(): CellarError {
  return new CellarError('timed_out', 'Whoever asked for this left before it was done.');
}

function away(): CellarError {
  return new CellarError('server_away', 'The server is ending. Try again in a moment.');
}
