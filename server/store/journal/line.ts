import { createHash } from 'node:crypto';

import * as z from 'zod';

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
  /** How many whole lines hold no record. */
  readonly damaged: number;
  /** The length without a last line that has no end, in bytes. */
  readonly whole: number;
}

/** Parses a journal's file; lines that are not what formatLine wrote are counted and passed over. */
export function parseLines(bytes: Buffer): ReadLines {
  const lines: ReadLine[] = [];
  let [at, damaged] = [0, 0];
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    const line = bytes.subarray(at, end + 1);
    const record = parseLine(line);
    if (record === undefined) damaged += 1;
    else lines.push({ record, line });
    at = end + 1;
  }
  return { lines, damaged, whole: at };
}

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
