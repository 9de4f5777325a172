import { describe, expect, onTestFinished, test } from 'vitest';

import type { Journal, JournalRecord } from '../../../../server/store/journal/journal.js';

/** An adapter of the journal: `open` opens the same journal again, as a start after a kill does. */
export interface JournalAdapter {
  readonly name: string;
  make(): Promise<{ open(): Promise<Journal> }>;
}

export function recordOf(number: number, data: unknown = { at: number }): JournalRecord {
  return { number, kind: 'note', time: 1_000 + number, data };
}

const numbersOf = (records: readonly JournalRecord[]): number[] =>
  records.map(({ number }) => number);

/** What every journal does. */
export function journalContract(adapter: JournalAdapter): void {
  const make = async (): Promise<{ open: () => Promise<Journal> }> => {
    const place = await adapter.make();
    return {
      open: async () => {
        const journal = await place.open();
        onTestFinished(() => journal.close());
        return journal;
      },
    };
  };

  describe(`the journal ${adapter.name}`, () => {
    test('gives back what was appended, also when it is opened again', async () => {
      const place = await make();
      const journal = await place.open();
      const records = [
        recordOf(1, 'plain'),
        recordOf(4, { deep: [null, 1.5, 'é\n\u2028', { __proto__x: true }] }),
        recordOf(5, []),
      ];
      await journal.append(records.slice(0, 2));
      await journal.append(records.slice(2));
      expect(journal.pending(0)).toEqual(records);
      const again = await place.open();
      expect(again.pending(0)).toEqual(records);
      expect(again.pending(4)).toEqual(records.slice(2));
      expect(again.lastNumber()).toBe(5);
      expect(again.pendingBytes()).toBe(journal.pendingBytes());
    });

    test('is empty at first', async () => {
      const journal = await (await make()).open();
      expect(journal.pending(0)).toEqual([]);
      expect([journal.lastNumber(), journal.pendingBytes()]).toEqual([0, 0]);
      await journal.append([]);
      await journal.seal(10);
      await journal.close();
    });

    test('answers appends that wait together in their order', async () => {
      const place = await make();
      const journal = await place.open();
      const answered: number[] = [];
      await Promise.all(
        Array.from({ length: 200 }, (_, at) =>
          journal.append([recordOf(at + 1)]).then(() => answered.push(at + 1)),
        ),
      );
      expect(answered).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
      expect(numbersOf((await place.open()).pending(0))).toEqual(answered);
    });

    test('refuses a number that is not higher than those before, and keeps on', async () => {
      const journal = await (await make()).open();
      await journal.append([recordOf(7)]);
      await expect(journal.append([recordOf(7)])).rejects.toThrow(RangeError);
      await expect(journal.append([recordOf(3)])).rejects.toThrow(RangeError);
      await expect(journal.append([recordOf(1.5)])).rejects.toThrow(RangeError);
      await journal.append([recordOf(8)]);
      expect(numbersOf(journal.pending(0))).toEqual([7, 8]);
    });

    test('forgets what is sealed and nothing else, and takes more', async () => {
      const place = await make();
      const journal = await place.open();
      await journal.append([recordOf(1), recordOf(2)]);
      await journal.append([recordOf(3)]);
      await journal.seal(2);
      expect(numbersOf(journal.pending(0))).toEqual([3]);
      await journal.append([recordOf(4)]);
      expect(numbersOf(journal.pending(0))).toEqual([3, 4]);
      await journal.seal(4);
      expect([journal.pending(0), journal.pendingBytes()]).toEqual([[], 0]);
      await journal.append([recordOf(5)]);
      const again = await place.open();
      expect(numbersOf(again.pending(4))).toEqual([5]);
      expect(again.lastNumber()).toBe(5);
    });

    test('settles once everything that was appended before is kept', async () => {
      const journal = await (await make()).open();
      const first = journal.append([recordOf(1)]);
      const second = journal.append([recordOf(2)]);
      await journal.settle();
      expect(numbersOf(journal.pending(0))).toEqual([1, 2]);
      await Promise.all([first, second]);
    });

    test('takes nothing once it is closed', async () => {
      const place = await make();
      const journal = await place.open();
      const last = journal.append([recordOf(1)]);
      await journal.close();
      await last;
      await expect(journal.append([recordOf(2)])).rejects.toThrow('closed');
      expect(numbersOf((await place.open()).pending(0))).toEqual([1]);
    });
  });
}
