import { basename, dirname, join } from 'node:path';

import { CellarError, isErrno, toStorageError } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { placeFile, syncFolder } from '../disk/durable.js';
import { describeLine, mendLine, parseLines, type ReadLine, type ReadLines } from './line.js';

const NAME = /^(\d{16})\.ndjson$/;
const ASIDE = /^\d{16}\.ndjson\.damaged(-\d+)?$/;
const MOST_ASIDE = 1_000;

/** The path of the file whose first record has this number. */
export function journalPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(16, '0')}.ndjson`);
}

/** The number in a journal file's name; undefined for other files. */
export function findFirstNumber(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** True for the name of a damaged file that was put beside the one that goes on in its place. */
export function isAside(name: string): boolean {
  return ASIDE.test(name);
}

export interface ReadOptions {
  readonly disk: Disk;
  /** False where the store is read-only: then a file stays as it is, and one that cannot be read is passed over. */
  readonly mend: boolean;
  readonly report: (error: unknown) => void;
}

/** What one file holds; `isSound` when nothing else is left in it. */
export interface ReadFile {
  readonly lines: readonly ReadLine[];
  readonly isSound: boolean;
}

/**
 * The records of one file. A last line without an end, which nobody was told of, is cut off. A line that is damaged although it has
 * one costs its own record, unless one flipped bit is all that was: the file is kept beside, as `<name>.damaged`, and the others go on
 * in its place. All is reported, also what the disk refuses. Throws store_read_only for a file that is to be mended and cannot even be
 * read: see toUnread.
 */
export async function readJournalFile(path: string, options: ReadOptions): Promise<ReadFile> {
  let lines: readonly ReadLine[] = [];
  const bytes = await readBytes(path, options);
  if (bytes === undefined) return { lines, isSound: false };
  try {
    const read = await parseMended(bytes);
    lines = read.lines;
    if (bytes.length === 0) options.report(toEmpty(path));
    if (read.damaged.length + read.mended > 0) await setAside(path, read, options);
    else if (read.whole < bytes.length) await cutOff(path, bytes.length, read.whole, options);
    return { lines, isSound: true };
  } catch (error) {
    options.report(toStorageError(error, path));
    return { lines, isSound: false };
  }
}

/** Reads what one flipped bit has made unreadable, too: its records come last, and are put in order with those of other files. */
export async function parseMended(bytes: Buffer): Promise<ReadLines> {
  const read = parseLines(bytes);
  const lines = [...read.lines];
  const damaged: Buffer[] = [];
  for (const line of read.damaged) {
    const found = await mendLine(line);
    if (found === undefined) damaged.push(line);
    else lines.push(found);
  }
  const mended = read.mended + lines.length - read.lines.length;
  return { ...read, lines, damaged, mended };
}

async function readBytes(
  path: string,
  { disk, mend, report }: ReadOptions,
): Promise<Buffer | undefined> {
  try {
    return await disk.readFile(path);
  } catch (error) {
    // Sealed, and taken away by its owner, since it was listed.
    if (isErrno(error, 'ENOENT')) return undefined;
    const unread = toUnread(path, error);
    if (mend) throw unread;
    report(unread);
    return undefined;
  }
}

/**
 * The error for what is there and cannot be read, whether for a moment or for good. Its numbers are unknown: with others given out
 * meanwhile, and a commit that says it holds everything through one of those, its records would later pass for sealed and go.
 */
export function toUnread(path: string, cause: unknown): CellarError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CellarError(
    'store_read_only',
    `${path} cannot be read, and what it holds may be nowhere else: until it can, nothing is written. Check the disk, and who may read it; to go on without what it holds, move it away. ${reason}`,
    { path },
    { cause },
  );
}

/** Nobody can tell a file that was just begun when the power went from one that lost what it held. */
function toEmpty(path: string): CellarError {
  return new CellarError(
    'store_damaged',
    `${path} is empty. Where the power went as it was begun nothing is lost; else what was in it is.`,
    { path },
  );
}

async function cutOff(
  path: string,
  length: number,
  whole: number,
  { disk, mend, report }: ReadOptions,
): Promise<void> {
  report(
    new CellarError(
      'store_damaged',
      `${path} ended in the middle of a record: its last ${length - whole} bytes were never acknowledged and are left out.`,
      { path },
    ),
  );
  if (!mend) return;
  const handle = await disk.open(path, 'r+');
  try {
    await handle.truncate(whole);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function setAside(
  path: string,
  { lines, damaged, mended }: ReadLines,
  { disk, mend, report }: ReadOptions,
): Promise<void> {
  const aside = mend ? await linkAside(path, disk) : undefined;
  const records = (count: number): string =>
    `${count} damaged ${count === 1 ? 'record' : 'records'}`;
  const words = [
    damaged.length === 0
      ? `${path} held ${records(mended)}, read all the same: nothing of it is lost.`
      : `${path} holds ${records(damaged.length)}, which cannot be read (${damaged.map(describeLine).join(', ')}); the other ${lines.length} can.`,
    aside === undefined ? '' : ` The file as it was is kept as ${basename(aside)}.`,
  ];
  report(new CellarError('store_damaged', words.join(''), { path }));
  if (!mend) return;
  // Linked first, then replaced: at no moment is there no file with the sound records.
  await placeFile(path, Buffer.concat(lines.map(({ line }) => line)), 0o600, disk);
  await syncFolder(dirname(path), disk);
}

async function linkAside(path: string, disk: Disk): Promise<string> {
  for (let tries = 0; tries < MOST_ASIDE; tries += 1) {
    const aside = `${path}.damaged${tries === 0 ? '' : `-${tries}`}`;
    try {
      await disk.link(path, aside);
      return aside;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
  throw new CellarError(
    'store_damaged',
    `${path} was damaged again and again. Take away the copies ${basename(path)}.damaged-….`,
    { path },
  );
}
