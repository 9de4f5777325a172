import type { Disk } from './disk/disk.js';

/** How often an owner gives a sign of life. */
export const BEAT_MS = 2_000;
/** How long an owner that cannot be asked must have been silent under our own eyes before it counts as dead. */
export const SILENCE_MS = 30_000;
/** Two looks further apart than this say nothing of the time between: we ourselves may have been asleep. */
const LONGEST_GAP_MS = 5_000;

/** The file beside a lock whose content changes with each beat. */
export function beatPath(lock: string): string {
  return `${lock}.beat`;
}

/** Beats until it is stopped, `beat` with a rising number each time; a beat that fails is made up for by the next. */
export function startBeating(beat: (count: number) => Promise<void>): () => Promise<void> {
  let count = 0;
  let beating: Promise<void> | undefined;
  const once = (): void => {
    if (beating !== undefined) return;
    count += 1;
    beating = beat(count)
      .catch(() => undefined)
      .finally(() => {
        beating = undefined;
      });
  };
  once();
  const timer = setInterval(once, BEAT_MS).unref();
  return async () => {
    clearInterval(timer);
    await beating;
  };
}

/** Writes a beat over the last, in place so that it needs no room, and closed so that a network file system sends it. */
export async function writeBeat(path: string, text: string, disk: Disk): Promise<void> {
  const handle = await disk.open(path, 'w', 0o600);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

interface Seen {
  sign: string;
  looked: number;
  silent: number;
}

/**
 * Watches owners that cannot be asked. What counts is how long we ourselves have seen no change, by a clock that nobody sets: times
 * of files and of other machines are never compared.
 */
export class HolderWatch {
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** For how many milliseconds the sign at a path has not changed, as of this look. */
  look(path: string, sign: string): number {
    const now = this.now();
    const last = this.seen.get(path);
    if (last?.sign !== sign) {
      this.seen.set(path, { sign, looked: now, silent: 0 });
      return 0;
    }
    const gap = now - last.looked;
    last.silent = gap > LONGEST_GAP_MS ? 0 : last.silent + gap;
    last.looked = now;
    return last.silent;
  }
}
