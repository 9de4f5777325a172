import type { Response } from 'express';

import { CellarError } from '../errors.js';

/** Aborted when the caller goes away before the answer is out. */
export function signalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished)
      controller.abort(new CellarError('timed_out', 'The caller left before the answer was made.'));
  });
  return controller.signal;
}
