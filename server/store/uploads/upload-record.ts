import { createHash } from 'node:crypto';

import * as z from 'zod';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { writeDurable } from '../disk/durable.js';

const recordSchema = z.object({
  /** The SHA-256 of what it is an upload of: people's words are kept nowhere that nobody looks for them. */
  of: z.string(),
  /** How many parts. */
  count: z.int(),
  /** Of its passes. */
  key: z.string(),
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('open') }),
    /** Its parts are one file, which is among the artifacts or, as long as it is there, the common file. */
    z.object({ kind: z.literal('whole'), sha256: z.string(), size: z.number() }),
    z.object({ kind: z.literal('done') }),
    z.object({ kind: z.literal('aborted') }),
  ]),
});

/** What is known of an upload beside its parts. */
export type UploadRecord = z.infer<typeof recordSchema>;

/** Undefined where there is none, or one that was never finished. */
export async function readRecord(path: string, disk: Disk): Promise<UploadRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await disk.readFile(path, 'utf8')));
  } catch (error) {
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError)
      return undefined;
    throw error;
  }
}

/** Durable when it resolves. */
export function writeRecord(path: string, record: UploadRecord, disk: Disk): Promise<void> {
  return writeDurable(path, `${JSON.stringify(record)}\n`, 0o600, disk);
}

export function hashOf(words: string): string {
  return createHash('sha256').update(words).digest('hex');
}
