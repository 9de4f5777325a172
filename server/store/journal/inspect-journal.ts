import { join } from 'node:path';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { findFirstNumber, isAside, parseMended } from './journal-file.js';
import { describeLine } from './line.js';
import { listNames } from '../disk/list-names.js';

/** A file of a journal in which records cannot be read, now or when it was opened. */
export interface DamagedJournal {
  /** In the journal's folder. */
  readonly name: string;
  /** Those records, as far as they can be named. */
  readonly records: readonly string[];
}

/** What a journal's files hold. */
export interface JournalFound {
  /** The numbers of the records that are read. */
  readonly numbers: ReadonlySet<number>;
  readonly damaged: readonly DamagedJournal[];
}

/** Reads the files of a journal, and those that were put aside for damage; nothing is changed. */
export async function inspectJournal(folder: string, disk: Disk): Promise<JournalFound> {
  const numbers = new Set<number>();
  const damaged: DamagedJournal[] = [];
  for (const name of [...(await listNames(folder, disk, 'ENOTDIR'))].sort()) {
    if (findFirstNumber(name) === undefined && !isAside(name)) continue;
    const bytes = await read(join(folder, name), disk);
    if (bytes === undefined) continue;
    const found = await parseMended(bytes);
    if (!isAside(name)) for (const { record } of found.lines) numbers.add(record.number);
    if (found.damaged.length > 0) damaged.push({ name, records: found.damaged.map(describeLine) });
  }
  return { numbers, damaged };
}

/** Undefined for one that was sealed since it was listed. */
async function read(path: string, disk: Disk): Promise<Buffer | undefined> {
  try {
    return await disk.readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
