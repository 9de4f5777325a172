import type { ErrorRequestHandler } from 'express';

import type { ErrorCode } from '../../../contract/errors.js';
import { toStorageError, type CellarError } from '../../errors.js';
import { isLeft, toCellarError } from '../failure.js';

type Words = readonly [status: number, code: string];

const INVALID: Words = [400, 'INVALID_PARAMETER_VALUE'];

/**
 * What MLflow's clients are told for each reason. On 408, 429, 500, 502, 503 and 504 they try again for minutes, so none of these stands
 * for what trying again does not mend.
 */
const WORDS: Readonly<Partial<Record<ErrorCode, Words>>> = {
  approval_needed: [403, 'PERMISSION_DENIED'],
  artifact_missing: [404, 'RESOURCE_DOES_NOT_EXIST'],
  artifact_purged: [404, 'RESOURCE_DOES_NOT_EXIST'],
  conflict: [400, 'RESOURCE_ALREADY_EXISTS'],
  disk_full: [507, 'RESOURCE_EXHAUSTED'],
  expired: [404, 'RESOURCE_DOES_NOT_EXIST'],
  forbidden: [403, 'PERMISSION_DENIED'],
  internal: [500, 'INTERNAL_ERROR'],
  not_found: [404, 'RESOURCE_DOES_NOT_EXIST'],
  server_away: [503, 'TEMPORARILY_UNAVAILABLE'],
  store_busy: [503, 'TEMPORARILY_UNAVAILABLE'],
  store_damaged: [507, 'DATA_LOSS'],
  store_read_only: [507, 'RESOURCE_EXHAUSTED'],
  timed_out: [503, 'TEMPORARILY_UNAVAILABLE'],
  unauthenticated: [401, 'UNAUTHENTICATED'],
};

/** A failure as MLflow's clients read it. */
export function toMlflowBody({ code, message }: CellarError): object {
  const [, word] = WORDS[code] ?? INVALID;
  return { error_code: word, message };
}

/** Writes every failure's body in MLflow's form. */
export function createMlflowFailure(report: (error: unknown) => void): ErrorRequestHandler {
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
    const [status] = WORDS[error.code] ?? INVALID;
    response.status(status).json(toMlflowBody(error));
  };
}
