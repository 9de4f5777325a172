import { isUtf8 } from 'node:buffer';

import express, { type RequestHandler } from 'express';

import { CellarError } from '../../errors.js';

/** The most that one call brings: the profile of a dataset may have 16 MB. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Reads the JSON that a call brings, of at most so many bytes. Deletions carry their arguments in a body too. */
export function readBody(most = MOST_BYTES): readonly RequestHandler[] {
  const requireJson: RequestHandler = (request, _response, next) => {
    if (request.headers['content-type'] !== undefined && request.is('application/json') === false)
      throw new CellarError(
        'bad_request',
        'The body must be JSON (Content-Type: application/json).',
      );
    next();
  };
  return [requireJson, express.json({ limit: most, verify: checkText })];
}

/** Text of another encoding would be kept as something else. */
function checkText(_request: unknown, _response: unknown, bytes: Buffer): void {
  if (!isUtf8(bytes)) throw new CellarError('bad_request', 'The body is no UTF-8.');
}
