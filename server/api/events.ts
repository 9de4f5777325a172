import type { RequestHandler } from 'express';

import type { Events } from './parts.js';

const BEAT_MS = 25_000;

/** Server-sent events, with `enter` called for each who listens, and its result when they leave; a comment now and then keeps proxies from closing a quiet stream. */
export function streamEvents(events: Events, enter: () => () => void): RequestHandler {
  return (request, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write(': cellar\n\n');
    const stop = events.listen((event) => {
      response.write(`data: ${JSON.stringify(event)}\n\n`);
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
