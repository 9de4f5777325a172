/** Who is there: calls `empty` when the last has gone and nobody has come back for `patience` milliseconds. */
export interface Presence {
  /** Somebody comes; the result is called when they go. */
  enter(): () => void;
  /** Stops looking. */
  stop(): void;
}

export function createPresence(patience: number, empty: () => void): Presence {
  let there = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    enter: () => {
      there += 1;
      clearTimeout(timer);
      return () => {
        there -= 1;
        if (there === 0) timer = setTimeout(empty, patience).unref();
      };
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
