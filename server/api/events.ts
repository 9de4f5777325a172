import type { RequestHandler } from 'express';

import type { CellarEvent } from '../../contract/events.js';
import type { Events } from './parts.js';

const BEAT_MS = 25_000;

/**
 * Server-sent events, with `enter` called for each who listens, and its result when they leave; `first` is what they are told before
 * all else. A comment now and then keeps proxies from closing a quiet stream.
 */
export function streamEvents(
  events: Events,
  enter: () => () => void,
  first: () => Promise<CellarEvent | undefined> = () => Promise.resolve(undefined),
): RequestHandler {
  return (request, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write(': cellar\n\n');
    const tell = (event: CellarEvent): void => {
      response.write(`data: ${JSON.stringify(event)}\n\n`);
    };
    // Listening comes first, so that nothing is missed between the two.
    const stop = events.listen(tell);
    void first().then((event) => {
      if (event !== undefined && response.writable) tell(event);
    });
    const leave = enter();
    const beat = setInterval(() => response.write(': \n\n'), BEAT_MS);
    response.on('close', () => {
      stop();
      leave();
      clearInterval(beat);
    });
  };
}
