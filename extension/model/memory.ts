/** Where a choice of the person is remembered: browser storage, JupyterLab's state, or a plain map. Values are JSON. */
export interface Memory {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/** A memory that lasts as long as the object. */
export function createMemory(): Memory {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => {
      values.set(key, value);
    },
  };
}
