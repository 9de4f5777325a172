import type { ErrorRequestHandler, Request } from 'express';

import type { ErrorCode } from '../../contract/errors.js';
import { CellarError, toStorageError } from '../errors.js';

/** The one table from reason to HTTP status. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  ambiguous_id: 409,
  approval_needed: 403,
  artifact_missing: 404,
  artifact_purged: 410,
  bad_request: 400,
  cancelled: 409,
  changed_while_reading: 409,
  conflict: 409,
  conflict_markers: 422,
  disk_full: 507,
  expired: 410,
  forbidden: 403,
  internal: 500,
  not_a_notebook: 422,
  not_found: 404,
  not_json: 422,
  not_utf8: 422,
  outside_workspace: 403,
  paused: 409,
  refused_path: 422,
  registry_away: 503,
  registry_refused: 422,
  secret_found: 422,
  server_away: 503,
  store_busy: 503,
  store_damaged: 500,
  store_missing: 404,
  store_newer: 409,
  store_read_only: 507,
  timed_out: 503,
  too_large: 413,
  unauthenticated: 401,
  unsupported_format: 422,
};

/** Writes every failure's body. What nobody expected is reported to the log and not told to the caller. */
export function createFailureHandler(report: (error: unknown) => void): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (isLeft(thrown, request)) {
      response.destroy();
      return;
    }
    const error = toCellarError(toStorageError(thrown, request.path), report);
    if (response.headersSent) {
      next(error);
      return;
    }
    response.status(STATUS[error.code]).json(error.toBody());
  };
}

/** What Node says of a connection that its other end has closed. */
const LEFT: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'];

/** Whether whoever asked has gone in between: nobody is there to be told, and nothing went wrong here. */
export function isLeft(error: unknown, { socket }: Request): boolean {
  return error instanceof Error && 'code' in error && LEFT.includes(error.code) && socket.destroyed;
}

/** Express's body parser knows how much it takes of this call, and of most how much there is. */
function toTooLarge(error: object): string {
  const { limit, length } = error as { readonly limit?: unknown; readonly length?: unknown };
  if (typeof limit !== 'number') return 'The request is larger than this server takes.';
  const has = typeof length === 'number' ? `The request has ${length} bytes` : 'It is too large';
  return `${has}: this call takes ${limit} at most. Send it in several.`;
}

/** What a caller is told of a failure; one that nobody expected goes to the log alone. */
export function toCellarError(error: unknown, report: (error: unknown) => void): CellarError {
  if (error instanceof CellarError) return error;
  // Express's body parser: status and type say what was wrong with the request.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    if (error.status === 413) return new CellarError('too_large', toTooLarge(error));
    if (error.status < 500)
      return new CellarError('bad_request', `The request cannot be read: ${error.message}.`);
  }
  report(error);
  return new CellarError('internal', "Something went wrong in Cellar; the server's log has it.");
}
