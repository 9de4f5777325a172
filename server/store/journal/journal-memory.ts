import type { Journal, JournalRecord } from './journal.js';
import { formatLine } from './line.js';
import { Pending } from './pending.js';

/** What a memory journal keeps, so that another can be opened on it. */
export interface JournalMemory {
  readonly records: JournalRecord[];
}

/** The journal's twin in memory: the same answers, kept as long as `memory` is. */
export function openJournalMemory(memory: JournalMemory = { records: [] }): Journal {
  const pending = new Pending();
  let isClosed = false;
  const keep = (record: JournalRecord): void => {
    pending.add(record, formatLine(record).length);
  };
  for (const record of memory.records) {
    pending.meet(record.number);
    keep(record);
  }
  return {
    append: async (records) => {
      if (isClosed) throw new RangeError('the journal is closed');
      for (const { number } of records) pending.claim(number);
      // A copy, as one that was written and read again is.
      const kept = structuredClone(records);
      await Promise.resolve();
      memory.records.push(...kept);
      for (const record of kept) keep(record);
    },
    pending: (after) => pending.after(after),
    pendingBytes: () => pending.bytes,
    lastNumber: () => pending.last,
    settle: () => Promise.resolve(),
    seal: (through) => {
      pending.forget(through);
      memory.records.splice(0, memory.records.length, ...pending.after(0));
      return Promise.resolve();
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
