import type { CatalogFiles } from './files.js';
import { COLLECTIONS, type CatalogChange, type CatalogPosition, type Collection } from './rows.js';
import type { StoredCatalog } from './rows.js';

/** What was written, as a disk would hold it: handed to one after the other, it is as if the process had ended in between. */
export interface CatalogMemory {
  text?: string;
}

type Rows = ReadonlyMap<Collection, Map<string, { readonly id: string }>>;

/** Catalog files in memory. */
export function openCatalogMemory(memory: CatalogMemory = {}): CatalogFiles {
  let rows = makeRows();
  let position: CatalogPosition | undefined;
  return {
    read: () => {
      if (memory.text === undefined) return Promise.resolve(undefined);
      const stored = JSON.parse(memory.text) as StoredCatalog;
      rows = makeRows();
      apply(rows, stored);
      position = stored.position;
      return Promise.resolve(stored);
    },
    note: (change, next) => {
      apply(rows, change);
      position = next;
    },
    replace: (all) => {
      rows = makeRows();
      apply(rows, all);
      position = all.position;
    },
    flush: () => {
      const all = [...rows].map(([name, byId]) => [name, [...byId.values()]] as const);
      if (position !== undefined)
        memory.text = JSON.stringify({ ...Object.fromEntries(all), position });
      return Promise.resolve();
    },
  };
}

function makeRows(): Rows {
  return new Map(COLLECTIONS.map((name) => [name, new Map()]));
}

function apply(rows: Rows, change: CatalogChange): void {
  for (const [name, byId] of rows) {
    for (const id of change.gone?.[name] ?? []) byId.delete(id);
    for (const row of change[name] ?? []) byId.set(row.id, row);
  }
}
