import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import type { Disk } from '../disk/disk.js';
import { writeAll } from '../disk/write-all.js';
import type { Intake, StoredFile } from './artifacts.js';

/** One buffer of two: while it is hashed and written the other is filled. Hashing holds the thread for a few milliseconds. */
const CHUNK_BYTES = 2 * 1024 * 1024;
/** So much may wait for the disk: then the last sync is short, and no other writer meets a flood of ours. */
const UNSYNCED_BYTES = 64 * 1024 * 1024;

/** Where bytes go: nowhere when they are only hashed. */
interface Sink {
  put(chunk: Uint8Array, position: number): Promise<unknown>;
}

const NOWHERE: Sink = { put: () => Promise.resolve() };

/** Writes a stream to a new file and hashes it in the same pass; synced when it returns. */
export function copyStream(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  disk: Disk,
  intake: Intake,
): Promise<StoredFile> {
  return intoNew(path, disk, (sink) => hashChunks(bytes, sink, intake.size ?? null, intake));
}

/** Copies an open file of about `size` bytes to a new one and hashes it in the same pass; synced when it returns. */
export function copyFile(
  source: FileHandle,
  size: number,
  to: { readonly path: string; readonly disk: Disk },
  intake: Intake,
): Promise<StoredFile> {
  return intoNew(to.path, to.disk, (sink) =>
    hashChunks(readAhead(source, size), sink, size, intake),
  );
}

/** A place in an open file, and how what was written there is synced. */
export interface Stretch {
  readonly handle: FileHandle;
  /** Where it begins, in bytes. */
  readonly offset: number;
  readonly sync: () => Promise<void>;
}

/** Writes a stream into an open file and hashes it in the same pass; synced when it returns. */
export function copyInto(
  bytes: AsyncIterable<Uint8Array>,
  stretch: Stretch,
  intake: Intake,
): Promise<StoredFile> {
  return intoOpen(stretch, (sink) => hashChunks(bytes, sink, intake.size ?? null, intake));
}

/** Hashes an open file of about `size` bytes. */
export function hashFile(source: FileHandle, size: number, intake: Intake): Promise<StoredFile> {
  return hashChunks(readAhead(source, size), NOWHERE, size, intake);
}

/** Chunks of a file in order; while one is used the next is read. A chunk is good until the next is asked for. */
async function* readAhead(source: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const length = Math.min(CHUNK_BYTES, Math.max(size, 1));
  let [filling, free] = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
  let position = 0;
  let reading = source.read(filling, 0, length, position);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return;
    const chunk = filling.subarray(0, bytesRead);
    position += bytesRead;
    [filling, free] = [free, filling];
    reading = source.read(filling, 0, length, position);
    // Awaited in the next turn; until then a failure must not count as unhandled.
    reading.catch(() => undefined);
    yield chunk;
  }
}

async function hashChunks(
  chunks: AsyncIterable<Uint8Array>,
  sink: Sink,
  total: number | null,
  { report, signal }: Intake,
): Promise<StoredFile> {
  const hash = createHash('sha256');
  let size = 0;
  signal?.throwIfAborted();
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    const writing = sink.put(chunk, size);
    hash.update(chunk);
    await writing;
    size += chunk.length;
    report?.({ what: 'bytes', done: size, total });
  }
  signal?.throwIfAborted();
  return { sha256: hash.digest('hex'), size };
}

async function intoNew(
  path: string,
  disk: Disk,
  write: (sink: Sink) => Promise<StoredFile>,
): Promise<StoredFile> {
  const handle = await disk.open(path, 'wx', 0o644);
  try {
    return await intoOpen({ handle, offset: 0, sync: () => handle.datasync() }, write);
  } finally {
    await handle.close();
  }
}

async function intoOpen(
  { handle, offset, sync }: Stretch,
  write: (sink: Sink) => Promise<StoredFile>,
): Promise<StoredFile> {
  let unsynced = 0;
  let syncing: Promise<void> = Promise.resolve();
  const stored = await write({
    put: async (chunk, position) => {
      await writeAll(handle, chunk, offset + position);
      unsynced += chunk.length;
      if (unsynced < UNSYNCED_BYTES) return;
      unsynced = 0;
      // A sync that fails ends the intake: what it was about is lost, and a later sync would not say so again.
      await syncing;
      syncing = sync();
      syncing.catch(() => undefined);
    },
  });
  await syncing;
  await sync();
  return stored;
}
