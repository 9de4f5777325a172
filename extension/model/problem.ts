import { isClientError } from '../client/errors.js';

/** Why the server could not be asked; what was loaded before stays on the screen. */
export type Problem =
  | { readonly kind: 'away' }
  | { readonly kind: 'login' }
  | { readonly kind: 'error'; readonly message: string };

/** A failed request as a view shows it. */
export function toProblem(error: unknown): Problem {
  if (isClientError(error, 'server_away')) return { kind: 'away' };
  if (isClientError(error, 'unauthenticated')) return { kind: 'login' };
  return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
}
