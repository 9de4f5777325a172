import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { makeFolder, placeFile, syncFolder, temporaryName } from '../disk/durable.js';
import { crc32 } from './crc32.js';
import { deflateContent, type GitObject, type ObjectType } from './object.js';
import type { Writing } from './objects.js';

const VERSION = 2;
const NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
/** Deflated on threads ahead of the one that is written. */
const AHEAD = 4;

/** Where an object is in a pack, and the CRC-32 of what it takes there. */
export interface PackEntry {
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
 * one after another, so that never all of them are in memory; `count` is how many will come, each once, 2 GB in all at most.
 */
export async function writePack(
  folder: string,
  from: {
    readonly count: number;
    readonly objects: Iterable<GitObject> | AsyncIterable<GitObject>;
  },
  disk: Disk,
): Promise<string> {
  await makeFolder(folder, disk);
  const temporary = temporaryName(join(folder, 'pack'));
  try {
    const { entries, checksum } = await writeObjects(temporary, from, disk);
    const name = `pack-${checksum.toString('hex')}`;
    const path = join(folder, name);
    await disk.rename(temporary, `${path}.pack`);
    // Only with its index is a pack there for git: it comes last.
    await syncFolder(dirname(path), disk);
    await placeFile(`${path}.idx`, formatIndex(entries, checksum), 0o444, disk);
    await syncFolder(dirname(path), disk);
    return name;
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function writeObjects(
  path: string,
  { count, objects }: Parameters<typeof writePack>[1],
  disk: Disk,
): Promise<{ readonly entries: readonly PackEntry[]; readonly checksum: Buffer }> {
  const handle = await disk.open(path, 'wx', 0o444);
  try {
    const sum = createHash('sha1');
    const entries: PackEntry[] = [];
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
    for await (const { object, deflated } of deflateAhead(objects)) {
      const header = formatHeader(object);
      entries.push({ oid: object.oid, offset, crc: crc32(deflated, crc32(header)) });
      await put(header, deflated);
    }
    if (entries.length !== count)
      throw new RangeError(`${entries.length} objects came where ${count} were said to`);
    const checksum = sum.digest();
    await handle.writeFile(checksum);
    await handle.datasync();
    return { entries, checksum };
  } finally {
    await handle.close();
  }
}

async function* deflateAhead(
  objects: Iterable<GitObject> | AsyncIterable<GitObject>,
): AsyncGenerator<{ readonly object: GitObject; readonly deflated: Buffer }> {
  const working: Promise<{ object: GitObject; deflated: Buffer }>[] = [];
  const deflate = async (object: GitObject): Promise<{ object: GitObject; deflated: Buffer }> => ({
    object,
    deflated: await deflateContent(object.content),
  });
  for await (const object of objects) {
    const started = deflate(object);
    started.catch(() => undefined);
    working.push(started);
    const first = working.length >= AHEAD ? working.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of working) yield await rest;
}

/** Type and size: four bits of the size beside the type, then seven a byte. */
function formatHeader({ type, content }: GitObject): Buffer {
  const bytes: number[] = [];
  let byte = (NUMBERS[type] << 4) | (content.length & 15);
  for (let rest = Math.floor(content.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

/** The index of a pack, version 2. */
export function formatIndex(entries: readonly PackEntry[], checksum: Buffer): Buffer {
  const sorted = [...entries].sort((a, b) => (a.oid < b.oid ? -1 : 1));
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
  for (const [at, { crc, offset }] of sorted.entries()) {
    numbers.writeUInt32BE(crc, at * 4);
    numbers.writeUInt32BE(offset, (sorted.length + at) * 4);
  }
  const body = Buffer.concat([head, names, numbers, checksum]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
