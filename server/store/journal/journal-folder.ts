import { join } from 'node:path';

import { isErrno, toStorageError } from '../../errors.js';
import { nodeDisk, type Disk } from '../disk/disk.js';
import { findFirstNumber, readJournalFile, toUnread, type ReadOptions } from './journal-file.js';
import { JournalWriter } from './journal-writer.js';
import type { Journal, JournalRecord } from './journal.js';
import { formatLine, type ReadLine } from './line.js';
import { Pending } from './pending.js';

/** The most that one write takes, in bytes; what waits beyond goes with the next. */
const MOST_BYTES = 8 * 1024 * 1024;

export interface JournalOptions {
  readonly disk?: Disk;
  /** True where nothing may be written: then what is damaged is reported and stays. */
  readonly readOnly?: boolean;
  /** Told of torn and damaged records. */
  readonly report: (error: unknown) => void;
  /** Called before each write, and again once it is synced; rejects when the store is not ours any more. */
  readonly guard?: () => Promise<void>;
}

interface Waiting {
  readonly records: readonly { readonly record: JournalRecord; readonly line: Buffer }[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * The journal in files of lines, each named for its first number; the folder is made with the first record. Throws store_read_only
 * when a part of it cannot be read: where nothing may be written that is reported, and the rest is there.
 */
export async function openJournalFolder(folder: string, options: JournalOptions): Promise<Journal> {
  const disk = options.disk ?? nodeDisk;
  const pending = new Pending();
  const writer = new JournalWriter(folder, disk);
  await readAll(folder, { ...options, disk }, { pending, writer });

  const waiting: Waiting[] = [];
  let tail: Promise<void> = Promise.resolve();
  let isClosed = false;

  /** Runs after everything before it, whether or not that failed. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };

  /** Those who come meanwhile have a turn of their own: else nothing that waits behind would ever have its. */
  const writeWaiting = async (): Promise<void> => {
    for (const group of toGroups(waiting.splice(0))) {
      const lines = group.flatMap(({ records }) => records);
      const [first, last] = [lines[0]?.record.number ?? 0, lines.at(-1)?.record.number ?? 0];
      try {
        await options.guard?.();
        await writer.write(Buffer.concat(lines.map(({ line }) => line)), first, last);
        // An owner that was paused in the write may have been replaced: the new one has read the journal without this.
        await options.guard?.();
      } catch (error) {
        for (const each of group) each.reject(toStorageError(error, folder));
        continue;
      }
      for (const { record, line } of lines) pending.add(record, line.length);
      for (const each of group) each.resolve();
    }
  };

  return {
    append: (records) => {
      if (isClosed) return Promise.reject(new RangeError('the journal is closed'));
      if (records.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        for (const { number } of records) pending.claim(number);
        const lines = records.map((record) => ({ record, line: formatLine(record) }));
        const bytes = lines.reduce((sum, { line }) => sum + line.length, 0);
        waiting.push({ records: lines, bytes, resolve, reject });
        if (waiting.length === 1) void inTurn(writeWaiting);
      });
    },
    pending: (after) => pending.after(after),
    pendingBytes: () => pending.bytes,
    lastNumber: () => pending.last,
    settle: () => inTurn(writeWaiting),
    seal: (through) =>
      inTurn(async () => {
        pending.forget(through);
        await writer.seal(through);
      }),
    close: async () => {
      isClosed = true;
      await inTurn(writeWaiting);
      await inTurn(() => writer.rotate());
    },
  };
}

/** Those who wait, in order, as many together as one write takes. */
function toGroups(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const groups: Waiting[][] = [];
  let bytes = Infinity;
  for (const each of waiting) {
    if (bytes + each.bytes > MOST_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(each);
    bytes += each.bytes;
  }
  return groups;
}

async function readAll(
  folder: string,
  options: JournalOptions & { readonly disk: Disk },
  { pending, writer }: { readonly pending: Pending; readonly writer: JournalWriter },
): Promise<void> {
  const { disk, report } = options;
  const mend = options.readOnly !== true;
  const found = new Map<number, ReadLine>();
  for (const { first, path } of await listFiles(folder, { disk, mend, report })) {
    const { lines, isSound } = await readJournalFile(path, { disk, mend, report });
    // The number in the name counts also when its record was lost: nothing may have it twice.
    const last = lines.reduce((most, { record }) => Math.max(most, record.number), first);
    pending.meet(last);
    // One that could not be mended stays until it can be, at a later start.
    if (isSound) writer.meet(path, last);
    for (const line of lines) found.set(line.record.number, line);
  }
  for (const { record, line } of [...found.values()].sort(
    (a, b) => a.record.number - b.record.number,
  ))
    pending.add(record, line.length);
}

/** Throws store_read_only, as the opening of a journal would, while a part of it cannot be read. */
export async function checkJournal(folder: string, disk: Disk): Promise<void> {
  const report = (): void => undefined;
  for (const { path } of await listFiles(folder, { disk, mend: true, report }))
    await disk.readFile(path).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw toUnread(path, error);
    });
}

/** By their first numbers. */
async function listFiles(
  folder: string,
  { disk, mend, report }: ReadOptions,
): Promise<readonly { readonly first: number; readonly path: string }[]> {
  let names: readonly string[] = [];
  try {
    names = (await disk.readdir(folder)).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    const unread = toUnread(folder, error);
    if (mend) throw unread;
    report(unread);
  }
  return names.flatMap((name) => {
    const first = findFirstNumber(name);
    return first === undefined ? [] : [{ first, path: join(folder, name) }];
  });
}
