/** Time as the state machines see it; times in milliseconds since 1970. `after` returns what cancels the call. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

/** The browser's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Runs once the main thread has nothing better to do, after a second at the latest. */
export function whenIdle(): Promise<IdleSlice> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(
        (deadline) => {
          // A call forced by the time-out has no idle time left; it still gets a slice that no one feels.
          const end = performance.now() + Math.max(deadline.timeRemaining(), SLICE_MS);
          resolve({ isOver: () => performance.now() >= end });
        },
        { timeout: 1000 },
      );
      return;
    }
    setTimeout(() => {
      const end = performance.now() + SLICE_MS;
      resolve({ isOver: () => performance.now() >= end });
    });
  });
}

/** A stretch of main-thread time that work may fill. */
export interface IdleSlice {
  isOver(): boolean;
}

const SLICE_MS = 8;
