import { openDB, type DBSchema } from 'idb';

import { sizeOf, toSlip, type OutboxStore, type Parcel, type Slip } from './outbox-store.js';

interface Schema extends DBSchema {
  /** What waits, without content, so that counting reads little; `number` is the key. */
  slips: { key: number; value: Slip };
  parcels: { key: number; value: Parcel };
}

/**
 * The outbox in IndexedDB: outlives reload and crash of the browser. `name` names the workspace, since one address may serve
 * another folder tomorrow. Rejects where the browser gives no database.
 */
export async function openDatabaseOutbox(name: string): Promise<OutboxStore> {
  const title = `cellar-outbox ${name}`;
  const database = await openDB<Schema>(title, 1, {
    upgrade(fresh) {
      fresh.createObjectStore('parcels', { autoIncrement: true });
      fresh.createObjectStore('slips', { keyPath: 'number' });
    },
  });
  return {
    put: async (parcel) => {
      // "strict" asks for a flush to the disk: what waits here is nowhere else.
      const change = database.transaction(['parcels', 'slips'], 'readwrite', {
        durability: 'strict',
      });
      const number = await change.objectStore('parcels').add(parcel);
      await change.objectStore('slips').add(toSlip(number, parcel));
      await change.done;
      return number;
    },
    first: async () => {
      const cursor = await database.transaction('parcels').store.openCursor();
      if (cursor === null) return undefined;
      const parcel = cursor.value;
      return { number: cursor.key, size: sizeOf(parcel), parcel };
    },
    slips: () => database.getAll('slips'),
    read: (number) => database.get('parcels', number),
    replace: async (number, parcel) => {
      const change = database.transaction(['parcels', 'slips'], 'readwrite', {
        durability: 'strict',
      });
      const parcels = change.objectStore('parcels');
      if ((await parcels.getKey(number)) !== undefined) {
        await parcels.put(parcel, number);
        await change.objectStore('slips').put(toSlip(number, parcel));
      }
      await change.done;
    },
    remove: async (number) => {
      const change = database.transaction(['parcels', 'slips'], 'readwrite');
      await Promise.all([
        change.objectStore('parcels').delete(number),
        change.objectStore('slips').delete(number),
        change.done,
      ]);
    },
    alone: (work) => withLock(title, work),
  };
}

/**
 * Two tabs of one JupyterLab take turns by the browser's own lock. It exists in secure contexts only; elsewhere two tabs may both
 * send the first parcel, which its key makes harmless.
 */
async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (locks === undefined) return work();
  return await locks.request(name, work);
}
