import { sizeOf, toSlip, type OutboxStore, type Parcel, type Waiting } from './outbox-store.js';

/** An outbox that lasts as long as the page: for browsers that give no database, such as some private windows. */
export function createMemoryOutbox(): OutboxStore {
  const waiting: Waiting[] = [];
  let last = 0;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    put: (parcel: Parcel) => {
      last += 1;
      waiting.push({ number: last, size: sizeOf(parcel), parcel });
      return Promise.resolve(last);
    },
    first: () => Promise.resolve(waiting[0]),
    slips: () => Promise.resolve(waiting.map((one) => toSlip(one.number, one.parcel))),
    read: (number) => Promise.resolve(waiting.find((one) => one.number === number)?.parcel),
    replace: (number, parcel) => {
      const at = waiting.findIndex((one) => one.number === number);
      if (at >= 0) waiting[at] = { number, size: sizeOf(parcel), parcel };
      return Promise.resolve();
    },
    remove: (number) => {
      const at = waiting.findIndex((one) => one.number === number);
      if (at >= 0) waiting.splice(at, 1);
      return Promise.resolve();
    },
    alone: <T>(work: () => Promise<T>): Promise<T> => {
      const mine = turn.then(work);
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
