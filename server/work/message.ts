import type { ErrorBody } from '../../contract/errors.js';
import { CellarError } from '../errors.js';

/** From the pool to a thread. */
export interface Order {
  /** The address of the task's file. */
  readonly task: string;
  readonly input: unknown;
}

/** From a thread to the pool. */
export type Reply =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'refused'; readonly body: ErrorBody }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string };

/** A failure as it can leave a thread. */
export function toReply(error: unknown): Reply {
  if (error instanceof CellarError) return { kind: 'refused', body: error.toBody() };
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'failed', message, stack };
}

/** The failure that a reply tells of. */
export function toError(reply: Exclude<Reply, { kind: 'done' }>): Error {
  if (reply.kind === 'refused') {
    const { code, message, side, path } = reply.body;
    return new CellarError(code, message, {
      ...(side === undefined ? {} : { side }),
      ...(path === undefined ? {} : { path }),
    });
  }
  const error = new Error(reply.message);
  error.stack = reply.stack;
  return error;
}
