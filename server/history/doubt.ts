import { MAIN } from '../store/create.js';
import { findSealedThrough } from '../store/journal/sealed.js';
import type { Store } from '../store/store.js';
import { catchUp } from './catch-up.js';
import type { History } from './history.js';

/** The refs of a repository of which it is not known where they are, with the last number that was given before. */
const doubtful = new WeakMap<Store['repository'], Map<string, number>>();

/**
 * Moves a ref and takes what that brings into the catalog. When any of it fails nobody knows how far it came: the ref may have moved
 * although the sync of its folder failed. So the next write finds that out first (see withoutDoubt).
 */
export async function moveInDoubt<Result>(
  store: Store,
  ref: string,
  move: () => Promise<Result>,
): Promise<Result> {
  const refs = doubtful.get(store.repository) ?? new Map<string, number>();
  doubtful.set(store.repository, refs);
  if (!refs.has(ref)) refs.set(ref, store.lastNumber());
  const result = await move();
  refs.delete(ref);
  return result;
}

/** The history's store, in which no write begins from a catalog or a journal that a failed one has left behind its refs. */
export function withoutDoubt(history: History): Store {
  const { store } = history;
  const settled: Pick<Store, 'exclusively'> = {
    exclusively: (write) =>
      store.exclusively(async () => {
        await settleDoubt(history);
        return write();
      }),
  };
  // Whether it may be written changes with a repair: a copy of the values would not.
  const same = Object.defineProperties({}, Object.getOwnPropertyDescriptors(store)) as Store;
  return Object.assign(same, settled);
}

async function settleDoubt(history: History): Promise<void> {
  const { store } = history;
  const refs = doubtful.get(store.repository);
  if (refs === undefined || refs.size === 0) return;
  for (const ref of refs.keys()) {
    const head = await store.repository.findRef(ref);
    // Put once more, since a sync that failed may have lost the move. False where git has moved it: then it is as git left it.
    if (head !== undefined) await store.repository.replaceRef(ref, head, head);
  }
  await catchUp(history);
  const given = refs.get(MAIN);
  if (given !== undefined) {
    const head = await store.repository.findRef(MAIN);
    const sealed = Math.min(given, await findSealedThrough(store.repository, head));
    await store.journal.seal(sealed).catch(store.report);
  }
  refs.clear();
}
