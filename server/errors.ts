import type { ErrorBody, ErrorCode, ErrorFacts, Side } from '../contract/errors.js';

/** The one error of the server: a reason from a closed list, and a message that names the thing and says what to do. */
export class CellarError extends Error {
  override readonly name = 'CellarError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly facts: ErrorFacts = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The body that goes over the wire and into `--json` output. */
  toBody(): ErrorBody {
    return { status: 'error', code: this.code, message: this.message, ...this.facts };
  }
}

/** A failure with the side that it is about, unless it names one; anything but a CellarError as it is. */
export function onSide(error: unknown, side: Side): unknown {
  if (!(error instanceof CellarError) || error.facts.side !== undefined) return error;
  return new CellarError(error.code, error.message, { ...error.facts, side }, { cause: error });
}

/** True for a failed call of node:fs or node:net with this errno name. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}

/**
 * True for what the system refuses, such as one file more while too many are open: it says nothing of the content that was asked for,
 * which may be sound, and there, at the next try.
 */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && ('syscall' in error || isErrno(error, 'Z_MEM_ERROR'));
}

/** A promise's failure to a CellarError, where the disk is full or refuses; anything else as it is. */
export function toStorageError(error: unknown, path: string): unknown {
  const facts = { path };
  if (isErrno(error, 'ENOSPC', 'EDQUOT'))
    return new CellarError(
      'disk_full',
      `No space is left to write ${path}. Free some space; nothing that was kept is lost.`,
      facts,
      { cause: error },
    );
  if (isErrno(error, 'EROFS', 'EACCES', 'EPERM'))
    return new CellarError(
      'store_read_only',
      `${path} cannot be written. Check the permissions of the folder.`,
      facts,
      { cause: error },
    );
  return error;
}
