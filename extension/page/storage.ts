import type { Memory } from '../model/memory.js';

const PREFIX = 'cellar:';

/** Choices remembered in this browser; where it keeps nothing (private windows), they last as long as the page. */
export function createStorage(storage: () => Storage = () => localStorage): Memory {
  const own = new Map<string, unknown>();
  return {
    get: (key) => {
      if (own.has(key)) return own.get(key);
      try {
        const text = storage().getItem(PREFIX + key);
        return text === null ? undefined : (JSON.parse(text) as unknown);
      } catch {
        return undefined;
      }
    },
    set: (key, value) => {
      own.set(key, value);
      try {
        storage().setItem(PREFIX + key, JSON.stringify(value));
      } catch {
        // Full or forbidden: the choice still holds for this page, by the map.
      }
    },
  };
}
