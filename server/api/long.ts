import type { Response } from 'express';
import type * as z from 'zod';

import { LONG_TYPE, type LongLine, type Progress } from '../../contract/progress.js';
import { toStorageError } from '../errors.js';
import { toCellarError } from './failure.js';
import { signalOf } from './leaving.js';
import { jsonOperation, type Asked, type JsonOperation, type Operation } from './operation.js';

const EVERY_MS = 200;
/** A line now and then, so that no proxy takes a long step for a dead connection. */
const BEAT_MS = 15_000;

/** How a long operation tells what it does, and learns that nobody waits for it any more. */
export interface Watch {
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

interface LongOperation<
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends Omit<JsonOperation<Query, Body, Answer>, 'run'> {
  readonly run: (
    asked: Asked<z.output<Query>, z.output<Body>>,
    watch: Watch,
  ) => Promise<z.input<Answer>>;
}

/**
 * An operation that may take long: who accepts lines of JSON (see contract/progress) is told how far it has come, anybody else gets
 * its result as JSON. Closing the connection cancels it. What nobody expected goes to `log`.
 */
export function longOperation<
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodType,
>(operation: LongOperation<Query, Body, Answer>, log: (error: unknown) => void): Operation {
  const { run, ...rest } = operation;
  return jsonOperation<Query, Body, Answer>({
    ...rest,
    run: async (asked) => {
      const { request, response } = asked;
      const signal = signalOf(response);
      const { accept } = request.headers;
      // Jupyter's proxy hands an answer on piece by piece only to who asks for events and for nothing else.
      if (accept?.includes(LONG_TYPE) !== true && accept !== 'text/event-stream')
        return run(asked, { report: () => undefined, signal });
      const lines = startLines(response);
      try {
        lines.end({ result: await run(asked, { report: lines.report, signal }) });
      } catch (error) {
        lines.end({ error: toCellarError(toStorageError(error, request.path), log).toBody() });
      }
      return undefined;
    },
  });
}

function startLines(response: Response): {
  readonly report: (progress: Progress) => void;
  readonly end: (line: LongLine) => void;
} {
  response.writeHead(200, {
    'Content-Type': LONG_TYPE,
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  let last: Progress = { what: 'start', done: 0, total: null };
  let written = -Infinity;
  const write = (line: LongLine): void => {
    written = performance.now();
    response.write(`${JSON.stringify(line)}\n`);
  };
  write({ progress: last });
  const beat = setInterval(() => {
    if (performance.now() - written > BEAT_MS) write({ progress: last });
  }, BEAT_MS);
  return {
    report: (progress) => {
      const isNew = progress.what !== last.what || progress.done === progress.total;
      last = progress;
      if (isNew || performance.now() - written > EVERY_MS) write({ progress });
    },
    end: (line) => {
      clearInterval(beat);
      response.end(`${JSON.stringify(line)}\n`);
    },
  };
}
