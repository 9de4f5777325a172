import { inflateSync } from 'node:zlib';

import { isProven } from '../backup/checked-copy.js';
import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { crc32 } from './crc32.js';
import { readAround, readEntry, type PackParts } from './pack-file.js';
import { formatIndex, type PackPlace } from './pack-write.js';
import { RangeReader } from './range-reader.js';
import { isNonsense, readAt } from './read-pack.js';

const PAGE_BYTES = 24 * 1024 * 1024;
const BASE_BYTES = 48 * 1024 * 1024;
const HEADER = 12;
const TRAILER = 20;

/** Makes the bytes of a pack's index anew out of the pack itself, a file; undefined where that is damaged, too. */
export async function rebuildIndex(
  path: string,
  { disk, signal }: { readonly disk: Disk; readonly signal: AbortSignal },
): Promise<Buffer | undefined> {
  if ((await isProven(path, { kind: 'trailer' }, { disk, signal })) !== true) return undefined;
  const file = new RangeReader(path, new ByteCache(PAGE_BYTES), disk);
  try {
    const places = await listEntries(file, signal);
    const entries = await nameEntries(file, places, signal);
    if (entries === undefined) return undefined;
    return formatIndex(entries, await file.read((await file.size()) - TRAILER, TRAILER));
  } catch (error) {
    if (isNonsense(error) && !signal.aborted) return undefined;
    throw error;
  } finally {
    file.close();
  }
}

interface Place {
  readonly offset: number;
  readonly crc: number;
}

/** Where each object of a pack begins: only who has inflated one knows where it ends. */
async function listEntries(file: RangeReader, signal: AbortSignal): Promise<readonly Place[]> {
  const head = await file.read(0, HEADER);
  const places: Place[] = [];
  // The name of a base says nothing of where an object ends.
  const index: PackParts['index'] = { find: () => Promise.resolve(0) };
  for (let [left, offset] = [head.readUInt32BE(8), HEADER]; left > 0; left -= 1) {
    signal.throwIfAborted();
    const { data, size } = await readEntry({ file, index }, offset);
    const deflated = await readAround(file, data, size);
    const end = data + lengthOf(deflated, size);
    places.push({ offset, crc: crc32(await file.read(offset, end - offset)) });
    offset = end;
  }
  return places;
}

/** How many of these bytes belong to content of this size. */
function lengthOf(deflated: Buffer, size: number): number {
  const info = { info: true, maxOutputLength: Math.max(size, 1) } as const;
  const { engine } = inflateSync(deflated, info) as unknown as {
    readonly engine: { readonly bytesWritten: number };
  };
  return engine.bytesWritten;
}

/** Names each by its content; one that is made of a base named later has to wait for it. */
async function nameEntries(
  file: RangeReader,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<readonly PackPlace[] | undefined> {
  const offsets = new Map<string, number>();
  const index: PackParts['index'] = { find: (oid) => Promise.resolve(offsets.get(oid)) };
  const entries: PackPlace[] = [];
  let waiting = places;
  while (waiting.length > 0) {
    const bases = new ByteCache<never>(BASE_BYTES);
    const later: Place[] = [];
    for (const place of waiting) {
      signal.throwIfAborted();
      const object = await readAt({ file, index }, place.offset, bases);
      if (object === undefined) later.push(place);
      else {
        offsets.set(object.oid, place.offset);
        entries.push({ oid: object.oid, ...place });
      }
    }
    if (later.length === waiting.length) return undefined;
    waiting = later;
  }
  return entries;
}
