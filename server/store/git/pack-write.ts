import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { makeFolder, placeFile, syncFolder, temporaryName } from '../disk/durable.js';
import { crc32 } from './crc32.js';
import { takeBackPack } from './pack-doubt.js';
import { deflateContent, type GitObject, type ObjectType } from './object.js';
import type { Writing } from './objects.js';

const VERSION = 2;
const NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
/** Deflated on threads ahead of the one that is written. */
const AHEAD = 4;

/** Larger offsets stand in a table of their own. */
const LARGE_OFFSET = 0x8000_0000;
const NAME_DELTA = 7;

/** An object as a pack has it: its name, what stands before its deflated bytes, and these. */
export interface PackEntry {
  readonly oid: string;
  readonly header: Buffer;
  readonly deflated: Buffer;
}

/** Where an object is in a pack, and the CRC-32 of what it takes there. */
export interface PackPlace {
  readonly oid: string;
  readonly offset: number;
  readonly crc: number;
}

/** Keeps objects in memory until `settle` writes those that are new since the last one as a pack of their own. */
export function packedWriting(folder: string, disk: Disk): Writing {
  const written = new Set<string>();
  const waiting = new Map<string, GitObject>();
  return {
    write: (object) => {
      if (!written.has(object.oid)) waiting.set(object.oid, object);
      return Promise.resolve();
    },
    settle: async () => {
      const objects = [...waiting.values()];
      if (objects.length === 0) return;
      await writePack(folder, { count: objects.length, objects }, disk);
      for (const { oid } of objects) written.add(oid);
      waiting.clear();
    },
  };
}

/**
 * Writes a pack with its index (gitformat-pack), without deltas; durable when it returns its name without ending. Objects may come
 * one after another, so that never all of them are in memory; `count` is how many will come, each once.
 */
export function writePack(
  folder: string,
  from: {
    readonly count: number;
    readonly objects: Iterable<GitObject> | AsyncIterable<GitObject>;
  },
  disk: Disk,
): Promise<string> {
  return writeEntries(folder, { count: from.count, entries: deflateAhead(from.objects) }, disk);
}

/** The same with entries as they are to stand there. */
export async function writeEntries(
  folder: string,
  from: { readonly count: number; readonly entries: AsyncIterable<PackEntry> },
  disk: Disk,
): Promise<string> {
  await makeFolder(folder, disk);
  const temporary = temporaryName(join(folder, 'pack'));
  try {
    const { places, checksum } = await writeAll(temporary, from, disk);
    const name = `pack-${checksum.toString('hex')}`;
    const path = join(folder, name);
    const wasThere = await isThere(`${path}.idx`, disk);
    try {
      await disk.rename(temporary, `${path}.pack`);
      // Only with its index is a pack there for git: it comes last.
      await syncFolder(dirname(path), disk);
      await placeFile(`${path}.idx`, formatIndex(places, checksum), 0o444, disk);
      await syncFolder(dirname(path), disk);
    } catch (error) {
      const remove = async (): Promise<void> => {
        for (const ending of ['idx', 'pack']) await disk.rm(`${path}.${ending}`, { force: true });
      };
      if (!wasThere) await takeBackPack(path, remove, disk);
      throw error;
    }
    return name;
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    throw error;
  }
}

function isThere(path: string, disk: Disk): Promise<boolean> {
  return disk.stat(path).then(
    () => true,
    () => false,
  );
}

async function writeAll(
  path: string,
  { count, entries }: Parameters<typeof writeEntries>[1],
  disk: Disk,
): Promise<{ readonly places: readonly PackPlace[]; readonly checksum: Buffer }> {
  const handle = await disk.open(path, 'wx', 0o444);
  try {
    const sum = createHash('sha1');
    const places: PackPlace[] = [];
    let offset = 0;
    const put = async (...parts: readonly Buffer[]): Promise<void> => {
      for (const part of parts) {
        await handle.writeFile(part);
        sum.update(part);
        offset += part.length;
      }
    };
    const head = Buffer.from('PACK\0\0\0\0\0\0\0\0');
    head.writeUInt32BE(VERSION, 4);
    head.writeUInt32BE(count, 8);
    await put(head);
    for await (const { oid, header, deflated } of entries) {
      places.push({ oid, offset, crc: crc32(deflated, crc32(header)) });
      await put(header, deflated);
    }
    if (places.length !== count)
      throw new RangeError(`${places.length} objects came where ${count} were said to`);
    const checksum = sum.digest();
    await handle.writeFile(checksum);
    await handle.datasync();
    return { places, checksum };
  } finally {
    await handle.close();
  }
}

async function* deflateAhead(
  objects: Iterable<GitObject> | AsyncIterable<GitObject>,
): AsyncGenerator<PackEntry> {
  const working: Promise<PackEntry>[] = [];
  for await (const object of objects) {
    const started = toEntry(object);
    started.catch(() => undefined);
    working.push(started);
    const first = working.length >= AHEAD ? working.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of working) yield await rest;
}

/** An object as an entry that needs no other. */
export async function toEntry({ oid, type, content }: GitObject): Promise<PackEntry> {
  const header = formatHeader(NUMBERS[type], content.length);
  return { oid, header, deflated: await deflateContent(content) };
}

/** What stands before a delta of `size` bytes whose base is named, and in the same pack. */
export function formatDeltaHeader(size: number, base: string): Buffer {
  return Buffer.concat([formatHeader(NAME_DELTA, size), Buffer.from(base, 'hex')]);
}

/** Type and size: four bits of the size beside the type, then seven a byte. */
export function formatHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

/** The index of a pack, version 2. */
export function formatIndex(places: readonly PackPlace[], checksum: Buffer): Buffer {
  const sorted = [...places].sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const head = Buffer.alloc(8 + 256 * 4);
  head.writeUInt32BE(0xff744f63, 0);
  head.writeUInt32BE(VERSION, 4);
  let upTo = 0;
  for (let first = 0; first < 256; first += 1) {
    const name = first.toString(16).padStart(2, '0');
    while (sorted[upTo]?.oid.startsWith(name) === true) upTo += 1;
    head.writeUInt32BE(upTo, 8 + first * 4);
  }
  const names = Buffer.from(sorted.map(({ oid }) => oid).join(''), 'hex');
  const numbers = Buffer.alloc(sorted.length * 8);
  const large: bigint[] = [];
  for (const [at, { crc, offset }] of sorted.entries()) {
    numbers.writeUInt32BE(crc, at * 4);
    const small = offset < LARGE_OFFSET ? offset : LARGE_OFFSET + large.length;
    numbers.writeUInt32BE(small, (sorted.length + at) * 4);
    if (offset >= LARGE_OFFSET) large.push(BigInt(offset));
  }
  const larger = Buffer.alloc(large.length * 8);
  for (const [at, offset] of large.entries()) larger.writeBigUInt64BE(offset, at * 8);
  const body = Buffer.concat([head, names, numbers, larger, checksum]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
