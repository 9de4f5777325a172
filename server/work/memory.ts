import { totalmem } from 'node:os';

const LOOK_MS = 50;
const MEGABYTE = 1024 * 1024;

/** What all threads together may take by default: two fifths of the machine's or container's memory, at most 4 GB. In bytes. */
export function defaultMemory(): number {
  const limit = process.constrainedMemory() || totalmem();
  return Math.min(4096 * MEGABYTE, Math.floor(0.4 * Math.min(limit, totalmem())));
}

/** Watches the memory that the process has taken since `start`; calls `exceeded` while that is more than `limit` bytes. */
export interface MemoryWatch {
  start(): void;
  stop(): void;
}

/**
 * V8 ends the whole process where one large allocation of a thread passes the thread's limit. So that limit is set far off, and
 * this watch is what ends a thread in time.
 */
export function watchMemory(limit: number, exceeded: () => void): MemoryWatch {
  let timer: NodeJS.Timeout | undefined;
  let floor = 0;
  return {
    start: () => {
      if (timer !== undefined) return;
      floor = process.memoryUsage.rss();
      timer = setInterval(() => {
        if (process.memoryUsage.rss() - floor > limit) exceeded();
      }, LOOK_MS).unref();
    },
    stop: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** A thread's own limit: where the watch is too slow. */
export function resourceLimits(memory: number): { readonly maxOldGenerationSizeMb: number } {
  return { maxOldGenerationSizeMb: Math.ceil((2 * memory) / MEGABYTE) };
}
