import { ByteCache } from './disk/byte-cache.js';

/**
 * What this process remembers of a store's contents. Whatever keeps some of them beside the files registers here: so a purge, which
 * knows of none of it, makes all of it forget.
 */
export interface ContentMemory {
  /** A cache of `limit` bytes that is emptied with all others. */
  cache<Value>(limit: number): ByteCache<Value>;
  /** Calls `letGo` each time that all is to be forgotten. */
  onForget(letGo: () => void): void;
  /** A text was removed from the store: nothing that was remembered before may be given to anybody any more. */
  forget(): void;
}

/** The memory of one store, or of what has none. */
export function createContentMemory(): ContentMemory {
  const letGo: (() => void)[] = [];
  return {
    cache: <Value>(limit: number) => {
      const cache = new ByteCache<Value>(limit);
      letGo.push(() => {
        cache.clear();
      });
      return cache;
    },
    onForget: (each) => {
      letGo.push(each);
    },
    forget: () => {
      for (const each of letGo) each();
    },
  };
}
