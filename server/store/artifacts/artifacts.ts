import type { Readable } from 'node:stream';

import type { Progress } from '../../../contract/progress.js';
import { CellarError } from '../../errors.js';

export interface StoredFile {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/** A kept file as a listing has it. */
export interface ListedFile extends StoredFile {
  /** When it was taken in or touched last, in milliseconds since 1970. */
  readonly touched: number;
}

/** How an intake is followed and ended. */
export interface Intake {
  /** Told of bytes as they are read; `total` is null for a stream whose length nobody gave. */
  readonly report?: ((progress: Progress) => void) | undefined;
  /** The length of a stream in bytes, where it is known. */
  readonly size?: number | undefined;
  /** Ends the intake with its reason; nothing stays of it. */
  readonly signal?: AbortSignal | undefined;
}

/** Files by content, named by their SHA-256; what is kept never changes. */
export interface Artifacts {
  /** Keeps a stream's bytes; durable when it returns. Nothing stays of one that fails or is ended. */
  add(bytes: AsyncIterable<Uint8Array>, intake?: Intake): Promise<StoredFile>;
  /** Keeps a copy of a file, named with every link followed; one that changes while it is read is read again, and refused after three times. */
  addFile(path: string, intake?: Intake): Promise<StoredFile>;
  /** Keeps a file of the store's own that was synced and hashed: it is moved away from `path`, on the same disk; durable when it resolves. */
  adopt(path: string, stored: StoredFile): Promise<void>;
  /** Its size in bytes; undefined when it is not here. */
  findSize(sha256: string): Promise<number | undefined>;
  /** Throws artifact_missing. */
  read(sha256: string, range?: ByteRange): Promise<Readable>;
  /** All of them, in no order, each as it is when its turn comes. */
  list(): AsyncIterable<ListedFile>;
  /** Notes that something needs this file now; false when it is not here. */
  touch(sha256: string): Promise<boolean>;
  /** Takes a file away unless it was taken in or touched at `before` or later; true when it went. */
  remove(sha256: string, before: number): Promise<boolean>;
  /** What all of them take, in bytes. */
  measure(): Promise<{ readonly count: number; readonly bytes: number }>;
}

/** True for what can name a kept file. */
export function isHash(sha256: string): boolean {
  return /^[0-9a-f]{64}$/.test(sha256);
}

/** The error for a file that is not at `place`. */
export function missingFile(sha256: string, place: string): CellarError {
  return new CellarError(
    'artifact_missing',
    `No file with SHA-256 ${sha256} is kept here. It may have been removed from ${place}.`,
  );
}

/** The sum of a listing. */
export async function measureListed(
  files: AsyncIterable<ListedFile>,
): Promise<{ readonly count: number; readonly bytes: number }> {
  let count = 0;
  let bytes = 0;
  for await (const { size } of files) {
    count += 1;
    bytes += size;
  }
  return { count, bytes };
}
