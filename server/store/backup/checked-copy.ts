import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';

import { isErrno } from '../../errors.js';
import type { Disk } from '../disk/disk.js';
import { ensureFolder, temporaryName } from '../disk/durable.js';

type Handle = Awaited<ReturnType<Disk['open']>>;

const CHUNK_BYTES = 1024 * 1024;

/** How a file proves what it is: an artifact and a loose object by their names, a pack and its index by their last 20 bytes. */
export type Proof =
  | { readonly kind: 'sha256'; readonly name: string }
  | { readonly kind: 'object'; readonly name: string }
  | { readonly kind: 'trailer' };

/**
 * Copies a file, sharing its blocks where the file system can, and proves the copy; synced when it returns, but for its name
 * and its folders'. Gives false, with nothing left behind, when the bytes are not what the proof asks for.
 */
export async function copyChecked(
  from: string,
  to: string,
  proof: Proof,
  { disk, signal }: { readonly disk: Disk; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  await ensureFolder(dirname(to), disk);
  const temporary = temporaryName(to);
  try {
    await disk.copyFile(from, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const handle = await disk.open(temporary, 'r+');
    try {
      if (!(await proves(handle, proof, signal))) {
        await disk.unlink(temporary);
        return false;
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await disk.rename(temporary, to);
    return true;
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Whether the file at a path is what its proof asks for; undefined when there is none. */
export async function isProven(
  path: string,
  proof: Proof,
  { disk, signal }: { readonly disk: Disk; readonly signal: AbortSignal | undefined },
): Promise<boolean | undefined> {
  let handle: Handle;
  try {
    handle = await disk.open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return await proves(handle, proof, signal);
  } finally {
    await handle.close();
  }
}

async function proves(
  handle: Handle,
  proof: Proof,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { size } = await handle.stat();
  switch (proof.kind) {
    case 'sha256': {
      const hash = createHash('sha256');
      for await (const chunk of chunksOf(handle, size, signal)) hash.update(chunk);
      return hash.digest('hex') === proof.name;
    }
    case 'trailer': {
      if (size < 20) return false;
      const hash = createHash('sha1');
      for await (const chunk of chunksOf(handle, size - 20, signal)) hash.update(chunk);
      const trailer = Buffer.alloc(20);
      await handle.read(trailer, 0, 20, size - 20);
      return hash.digest().equals(trailer);
    }
    case 'object':
      return (await hashObject(handle, size, signal)) === proof.name;
  }
}

/** The SHA-1 of what a loose object's file holds deflated; undefined when it is no such file. */
async function hashObject(
  handle: Handle,
  size: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const hash = createHash('sha1');
  try {
    await pipeline(Readable.from(chunksOf(handle, size, signal)), createInflate(), into(hash));
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      return undefined;
    throw error;
  }
  return hash.digest('hex');
}

function into(hash: Hash): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done();
    },
  });
}

async function* chunksOf(
  handle: Handle,
  length: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < length;) {
    signal?.throwIfAborted();
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
