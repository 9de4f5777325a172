import express, { type Request, type RequestHandler } from 'express';

import { MAX_BODY_BYTES, MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { CellarError } from '../errors.js';
import { parseJson } from '../work/json.js';
import type { Pool } from '../work/pool.js';
import { signalOf } from './leaving.js';

/** A form or a script of another site can send anything but JSON without asking first. */
const requireJson: RequestHandler = (request, _response, next) => {
  const length = request.headers['content-length'];
  const isEmpty =
    length === '0' || (length === undefined && request.headers['transfer-encoding'] === undefined);
  if (!isEmpty && request.is('application/json') === false)
    throw new CellarError('bad_request', 'The body must be JSON (Content-Type: application/json).');
  next();
};

/** Reads a JSON body of at most `limit` bytes. */
export function readJson(limit = MAX_BODY_BYTES): readonly RequestHandler[] {
  return [requireJson, express.json({ limit })];
}

/** Reads a JSON body that may carry a notebook: a large one is parsed on a thread, so that others are answered meanwhile. */
export function readLargeJson(pool: Pool): readonly RequestHandler[] {
  const raw = express.raw({ limit: MAX_NOTEBOOK_BYTES * 1.5, type: isLarge });
  const parse: RequestHandler = async (request, response, next) => {
    if (Buffer.isBuffer(request.body))
      request.body = await parseJson(pool, request.body, signalOf(response));
    next();
  };
  return [requireJson, raw, parse, express.json({ limit: MAX_BODY_BYTES })];
}

/** Also for a body whose length is not said, or not that of its text. */
function isLarge({ headers }: Pick<Request, 'headers'>): boolean {
  const length = headers['content-length'];
  const isPacked = headers['content-encoding'] !== undefined;
  return isPacked || length === undefined || Number(length) > MAX_BODY_BYTES;
}
