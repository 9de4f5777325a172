import type { Repository } from '../git/repository.js';

/** The trailer of a commit on main that says up to which number this line of history holds everything. */
export const THROUGH_TRAILER = 'Journal-Through';

/** The number through which the history that ends in `head` holds everything: of the nearest commit that says so, else 0. */
export async function findSealedThrough(
  repository: Pick<Repository, 'readCommit'>,
  head: string | undefined,
): Promise<number> {
  for (let at = head; at !== undefined;) {
    const { trailers, parents } = await repository.readCommit(at);
    const through = Number(trailers.get(THROUGH_TRAILER));
    if (Number.isSafeInteger(through) && through > 0) return through;
    [at] = parents;
  }
  return 0;
}
