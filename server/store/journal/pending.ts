import type { JournalRecord } from './journal.js';

interface Kept {
  readonly record: JournalRecord;
  readonly bytes: number;
}

/** The records of a journal that are not sealed yet, by number; `bytes` is what they take as text. */
export class Pending {
  private kept: Kept[] = [];
  private highest = 0;
  private total = 0;

  /** The highest number that was ever taken note of; 0 for none. */
  get last(): number {
    return this.highest;
  }

  get bytes(): number {
    return this.total;
  }

  /** Takes note of a number; throws a RangeError unless it is higher than every one before. */
  claim(number: number): void {
    if (!Number.isSafeInteger(number) || number <= this.highest)
      throw new RangeError(`record ${number} comes after ${this.highest}`);
    this.highest = number;
  }

  /** Takes note of a number that was in use once. */
  meet(number: number): void {
    this.highest = Math.max(this.highest, number);
  }

  add(record: JournalRecord, bytes: number): void {
    this.kept.push({ record, bytes });
    this.total += bytes;
  }

  after(number: number): readonly JournalRecord[] {
    const first = this.kept.findIndex(({ record }) => record.number > number);
    return first < 0 ? [] : this.kept.slice(first).map(({ record }) => record);
  }

  forget(through: number): void {
    const first = this.kept.findIndex(({ record }) => record.number > through);
    const gone = this.kept.splice(0, first < 0 ? this.kept.length : first);
    for (const { bytes } of gone) this.total -= bytes;
  }
}
