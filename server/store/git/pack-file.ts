import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';

import type { ByteCache } from '../disk/byte-cache.js';
import { applyDelta } from './delta.js';
import { chunkSizeFor, type ObjectType } from './object.js';
import type { PackIndex } from './pack-index.js';
import type { RangeReader } from './range-reader.js';

const inflateAsync = promisify(inflate);

/** The way to a thread and back takes longer than inflating this much. */
const MOST_AT_ONCE = 32 * 1024;
/** A type, a size and the name or the distance of a base have fewer bytes than this. */
const MOST_HEADER = 48;
/** Git's own limit is 4095; more than this is a circle. */
const MOST_DEPTH = 5_000;

const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const NAME_DELTA = 7;

/** An object out of a pack; its name is not checked yet. */
export interface Unpacked {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** Unpacked objects by pack and offset: what was just read is often the base of what is read next. */
export type Bases = ByteCache<Unpacked>;

/** What a pack says of an object before its deflated bytes. */
export interface PackedEntry {
  /** As the format numbers them. */
  readonly type: number;
  /** Of the object, or of the delta, in bytes when inflated. */
  readonly size: number;
  /** Where the deflated bytes start. */
  readonly data: number;
  /** The base's offset, for a delta. */
  readonly base?: number;
}

/** The bytes of a pack. */
export type PackBytes = Pick<RangeReader, 'path' | 'size' | 'read'>;

/** A pack, and how its objects are found by name. */
export interface PackParts {
  readonly file: PackBytes;
  readonly index: Pick<PackIndex, 'find'>;
}

/** Reads the object at an offset of a pack, through its chain of deltas. Throws RangeError or zlib's errors for damage. */
export async function readPacked(pack: PackParts, offset: number, bases: Bases): Promise<Unpacked> {
  const { file } = pack;
  const { epoch } = bases;
  const deltas: { readonly at: number; readonly bytes: Buffer }[] = [];
  let at = offset;
  let found = bases.find(`${file.path}:${at}`);
  while (found === undefined) {
    const entry = await readEntry(pack, at);
    const content = await readDeflated(file, entry);
    const type = TYPES[entry.type];
    if (type !== undefined) {
      found = { type, content };
      bases.add(`${file.path}:${at}`, found, content.length, epoch);
    } else {
      if (entry.base === undefined || deltas.length >= MOST_DEPTH)
        throw new RangeError(`${file.path} has no object at ${at}`);
      deltas.push({ at, bytes: content });
      at = entry.base;
      found = bases.find(`${file.path}:${at}`);
    }
  }
  for (const delta of deltas.reverse()) {
    found = { type: found.type, content: applyDelta(found.content, delta.bytes) };
    bases.add(`${file.path}:${delta.at}`, found, found.content.length, epoch);
  }
  return found;
}

/** Reads what stands at an offset of a pack. Throws RangeError for damage. */
export async function readEntry({ file, index }: PackParts, offset: number): Promise<PackedEntry> {
  const head = await file.read(offset, MOST_HEADER);
  let at = 0;
  const next = (): number => {
    const byte = head[at];
    if (byte === undefined) throw new RangeError(`${file.path} ends early`);
    at += 1;
    return byte;
  };
  let byte = next();
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte >= 0x80; scale *= 128) {
    byte = next();
    size += (byte & 0x7f) * scale;
  }
  if (type === OFFSET_DELTA) {
    byte = next();
    let distance = byte & 0x7f;
    while (byte >= 0x80) {
      byte = next();
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    // A base comes before what is made of it; anything else would lead in circles.
    if (distance <= 0 || distance >= offset) throw new RangeError(`${file.path} is damaged`);
    return { type, size, data: offset + at, base: offset - distance };
  }
  if (type !== NAME_DELTA) return { type, size, data: offset + at };
  const base = await index.find(head.toString('hex', at, at + 20));
  if (base === undefined) throw new RangeError(`${file.path} lacks the base of an object`);
  return { type, size, data: offset + at + 20, base };
}

async function readDeflated(file: PackBytes, { size, data }: PackedEntry): Promise<Buffer> {
  const deflated = await readAround(file, data, size);
  const options = { maxOutputLength: Math.max(size, 1) };
  const content =
    size <= MOST_AT_ONCE
      ? inflateSync(deflated, options)
      : await inflateAsync(deflated, { ...options, chunkSize: chunkSizeFor(size) });
  if (content.length !== size) throw new RangeError(`${file.path} is damaged`);
  return content;
}

/** The deflated bytes of content of this size, and perhaps some of the next object's. */
export async function readAround(file: PackBytes, data: number, size: number): Promise<Buffer> {
  // zlib's own bound (deflateBound) of what content of this size can take deflated.
  const most = size + (size >> 12) + (size >> 14) + (size >> 25) + 64;
  return file.read(data, Math.max(0, Math.min(most, (await file.size()) - data)));
}
