import express, { type RequestHandler } from 'express';

import { MAX_BODY_BYTES } from '../../contract/limits.js';
import { CellarError } from '../errors.js';

/** A form or a script of another site can send anything but JSON without asking first. */
const requireJson: RequestHandler = (request, _response, next) => {
  const length = request.headers['content-length'];
  const isEmpty =
    length === '0' || (length === undefined && request.headers['transfer-encoding'] === undefined);
  if (!isEmpty && request.is('application/json') === false)
    throw new CellarError('bad_request', 'The body must be JSON (Content-Type: application/json).');
  next();
};

/**
 * Reads a JSON body of at most `limit` bytes. On the main thread whatever its size: a burst must be kept also while long comparisons hold
 * every other thread.
 */
export function readJson(limit = MAX_BODY_BYTES): readonly RequestHandler[] {
  return [requireJson, express.json({ limit })];
}
