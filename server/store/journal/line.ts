import { createHash } from 'node:crypto';

import * as z from 'zod';

import { mendBit } from '../one-bit.js';
import type { JournalRecord } from './journal.js';

const HASH_LENGTH = 16;
const NEWLINE = 10;

const recordSchema = z.object({
  number: z.number().int().positive(),
  kind: z.string(),
  time: z.number(),
  data: z.unknown(),
});

/** A record as a line of a journal: 16 hexadecimal digits of the SHA-256 of its JSON, a space, the JSON, a line feed. */
export function formatLine({ number, kind, time, data }: JournalRecord): Buffer {
  const json = JSON.stringify({ number, kind, time, data });
  return Buffer.from(`${hashOf(json)} ${json}\n`);
}

/** A record with the bytes of its line. */
export interface ReadLine {
  readonly record: JournalRecord;
  readonly line: Buffer;
}

/** What the bytes of a journal's file hold. */
export interface ReadLines {
  readonly lines: readonly ReadLine[];
  /** Whole lines that hold no record. */
  readonly damaged: readonly Buffer[];
  /** How many records were read although the end of their line was damaged. */
  readonly mended: number;
  /** The length without a last line that has no end, in bytes. */
  readonly whole: number;
}

/**
 * Parses a journal's file; lines that are not what formatLine wrote are put by and passed over. A record counts also where only the
 * byte that ends its line is another.
 */
export function parseLines(bytes: Buffer): ReadLines {
  const lines: ReadLine[] = [];
  const damaged: Buffer[] = [];
  let [at, mended] = [0, 0];
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    for (const line of splitGlued(bytes.subarray(at, end + 1))) {
      const record = parseLine(line);
      if (record === undefined) damaged.push(line);
      else lines.push({ record, line: withEnd(line) });
      if (line.at(-1) !== NEWLINE) mended += 1;
    }
    at = end + 1;
  }
  const rest = bytes.subarray(at);
  const last = rest.length === 0 ? undefined : parseLine(rest);
  if (last === undefined) return { lines, damaged, mended, whole: at };
  lines.push({ record: last, line: withEnd(rest) });
  return { lines, damaged, mended: mended + 1, whole: bytes.length };
}

/** A line as its records: two are one where the byte between them was damaged. */
function splitGlued(line: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of line.toString('latin1').matchAll(/\}[^](?=[0-9a-f]{16} \{"number":)/g)) {
    const part = line.subarray(from, index + 2);
    // Such a text may also stand within a record.
    if (parseLine(part) === undefined) continue;
    parts.push(part);
    from = index + 2;
  }
  return [...parts, line.subarray(from)];
}

/** A record as it was written, where one flipped bit made its line damaged; undefined where it was more. */
export function mendLine(damaged: Buffer): Promise<ReadLine | undefined> {
  return mendBit(damaged, (line) => {
    const record = parseLine(line);
    return record === undefined ? undefined : { record, line: withEnd(line) };
  });
}

/** What can be read of the record of a damaged line: enough to name it. */
export function describeLine(damaged: Buffer): string {
  const [, number, kind] =
    /"number":(\d+),"kind":"([a-z]+)"/.exec(damaged.toString('latin1')) ?? [];
  return number === undefined ? 'a record' : `record ${number} (${kind ?? ''})`;
}

function withEnd(line: Buffer): Buffer {
  if (line.at(-1) === NEWLINE) return Buffer.from(line);
  return Buffer.concat([line.subarray(0, -1), Buffer.from([NEWLINE])]);
}

/** The byte that ends the line is not looked at. */
function parseLine(line: Buffer): JournalRecord | undefined {
  const json = line.toString('utf8', HASH_LENGTH + 1, line.length - 1);
  if (line.toString('latin1', 0, HASH_LENGTH + 1) !== `${hashOf(json)} `) return undefined;
  const parsed = recordSchema.safeParse(tryJson(json));
  return parsed.success ? parsed.data : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hashOf(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, HASH_LENGTH);
}
