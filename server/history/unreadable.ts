import * as z from 'zod';

import { CellarError, isErrno } from '../errors.js';
import type { Store } from '../store/store.js';

/**
 * What is read of the store; undefined where that is damaged, which is reported. For what helps a new version to be kept and must
 * not prevent it. Throws what the system refuses for now, as with too many open files.
 */
export async function unlessDamaged<Result>(
  store: Store,
  what: string,
  read: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    store.report(
      new CellarError(
        'store_damaged',
        `${what} cannot be read in ${store.repository.gitdir}, and was left out of account: ${reason}`,
        { path: store.repository.gitdir },
        { cause: error },
      ),
    );
    return undefined;
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof CellarError) return error.code === 'store_damaged';
  return (
    error instanceof SyntaxError ||
    error instanceof z.ZodError ||
    // Of one file the disk may have lost its bytes.
    isErrno(error, 'EIO', 'EACCES', 'EPERM')
  );
}
