import type { CellarEvent } from '../../contract/events.js';

/** Tells of what is new, as the client does. */
export interface EventSource {
  events(listener: (event: CellarEvent) => void): { dispose(): void };
}

/** Ends a subscription, and what it was about to ask. */
export interface Following {
  dispose(): void;
}

/** Events often come several at once: only after the last of them it is asked what has changed. In milliseconds. */
const PAUSE = 100;

/** Asks again whenever something of a kind may have changed. */
export function follow(
  source: EventSource,
  isAbout: (kind: CellarEvent['kind']) => boolean,
  ask: () => void,
): Following {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const events = source.events(({ kind }) => {
    if (!isAbout(kind)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  return {
    dispose: () => {
      clearTimeout(timer);
      events.dispose();
    },
  };
}
