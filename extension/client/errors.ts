import type { ErrorBody, ErrorCode, ErrorFacts } from '../../contract/errors.js';

/** The server's refusal rebuilt in the browser; `server_away` when nothing of ours answered. Branch on `code`, never on text. */
export class ClientError extends Error {
  override readonly name = 'ClientError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly facts: ErrorFacts = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The error that the body of a refusal tells of. */
export function toRefusal({ status: _, code, message, ...facts }: ErrorBody): ClientError {
  return new ClientError(code, message, facts);
}

/** True for a ClientError, and with codes given only for one of these. */
export function isClientError(
  error: unknown,
  ...codes: readonly ErrorCode[]
): error is ClientError {
  return error instanceof ClientError && (codes.length === 0 || codes.includes(error.code));
}

/** True for what a call rejects with after its signal was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The error for a server that cannot be reached, or in whose place something else answered. */
export function toAwayError(cause?: unknown): ClientError {
  return new ClientError('server_away', 'Cellar does not answer.', {}, { cause });
}

/** The error for an answer of ours that this version cannot read: page and server are of different versions. */
export function toStrangeError(cause: unknown): ClientError {
  const message = 'Cellar answered in a way that this page does not understand. Reload the page.';
  return new ClientError('internal', message, {}, { cause });
}
