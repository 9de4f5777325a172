import type { ExpiredVersion } from '../../contract/expired.js';
import { isClientError } from '../client/errors.js';

/** Why the server could not be asked; what was loaded before stays on the screen. */
export type Problem =
  | { readonly kind: 'away' }
  | { readonly kind: 'login' }
  /** The version that was asked for has thinned out. */
  | { readonly kind: 'expired'; readonly version: ExpiredVersion }
  | { readonly kind: 'error'; readonly message: string };

/** A failed request as a view shows it. */
export function toProblem(error: unknown): Problem {
  if (isClientError(error, 'server_away')) return { kind: 'away' };
  if (isClientError(error, 'unauthenticated')) return { kind: 'login' };
  const version = findExpired(error);
  if (version !== undefined) return { kind: 'expired', version };
  return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
}

/** The version that a request failed for because it has thinned out; undefined for any other failure. */
export function findExpired(error: unknown): ExpiredVersion | undefined {
  return isClientError(error, 'expired') ? error.facts.expired : undefined;
}
