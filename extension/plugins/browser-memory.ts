import type { Memory } from '../model/memory.js';

/** Remembers choices in this browser (with sessionStorage: in this tab), apart for each workspace; where storage is refused, until the page is left. */
export function createBrowserMemory(
  workspace: string,
  storage: () => Storage = () => localStorage,
): Memory {
  const prefix = `cellar:${workspace}:`;
  const unsaved = new Map<string, unknown>();
  return {
    get: (key) => {
      if (unsaved.has(key)) return unsaved.get(key);
      try {
        const text = storage().getItem(prefix + key);
        return text === null ? undefined : (JSON.parse(text) as unknown);
      } catch {
        // Storage refused, or not ours: nothing is remembered.
        return undefined;
      }
    },
    set: (key, value) => {
      try {
        storage().setItem(prefix + key, JSON.stringify(value));
      } catch {
        unsaved.set(key, value);
      }
    },
  };
}
