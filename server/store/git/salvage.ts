import { ByteCache } from '../disk/byte-cache.js';
import type { Disk } from '../disk/disk.js';
import { mendBit } from '../one-bit.js';
import type { GitObject } from './object.js';
import type { PackBytes } from './pack-file.js';
import { eachPacked, openPack, readAt, type OpenPack } from './read-pack.js';

/** What a damaged pack still gives. */
export type Salvaged =
  | { readonly kind: 'whole'; readonly object: GitObject }
  /** One flipped bit had made it unreadable, its own or that of an object that it is made of. */
  | { readonly kind: 'mended'; readonly object: GitObject }
  | { readonly kind: 'lost'; readonly oid: string };

interface Lost {
  readonly oid: string;
  readonly offset: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** Reads out of a damaged pack what its index names: first all that is whole, then what one flipped bit is in the way of. */
export async function* salvagePack(
  gitdir: string,
  name: string,
  { disk, signal }: { readonly disk: Disk; readonly signal: AbortSignal },
): AsyncGenerator<Salvaged> {
  const pack = openPack(gitdir, name, disk);
  try {
    const missing = new Set<string>();
    for await (const { oid, object } of eachPacked(pack)) {
      signal.throwIfAborted();
      if (object === undefined) missing.add(oid);
      else yield { kind: 'whole', object };
    }
    let file: PackBytes = pack.file;
    for (const lost of await placeLost(pack, missing)) {
      signal.throwIfAborted();
      // What follows may be made of what was just mended.
      const again = await readOne(pack, file, lost);
      const found = again === undefined ? await mendOne(pack, file, lost) : { object: again, file };
      if (found === undefined) yield { kind: 'lost', oid: lost.oid };
      else {
        file = found.file;
        yield { kind: 'mended', object: found.object };
      }
    }
  } finally {
    pack.close();
  }
}

/** The lost ones in the order of the pack, in which most bases come before what is made of them. */
async function placeLost(pack: OpenPack, missing: ReadonlySet<string>): Promise<readonly Lost[]> {
  if (missing.size === 0) return [];
  const places: { oid: string; offset: number }[] = [];
  for await (const place of pack.index.byOffset()) places.push(place);
  const size = await pack.file.size();
  return places.flatMap(({ oid, offset }, at) =>
    missing.has(oid) ? [{ oid, offset, end: places[at + 1]?.offset ?? size - 20 }] : [],
  );
}

async function readOne(
  pack: OpenPack,
  file: PackBytes,
  { oid, offset }: Lost,
): Promise<GitObject | undefined> {
  // Nothing of it is kept: with the next bytes it would be another.
  const object = await readAt({ file, index: pack.index }, offset, new ByteCache(0));
  return object?.oid === oid ? object : undefined;
}

async function mendOne(
  pack: OpenPack,
  file: PackBytes,
  lost: Lost,
): Promise<{ readonly object: GitObject; readonly file: PackBytes } | undefined> {
  const bytes = Buffer.from(await file.read(lost.offset, Math.max(0, lost.end - lost.offset)));
  return mendBit(bytes, async (tried) => {
    const patched = patch(file, lost.offset, tried);
    const object = await readOne(pack, patched, lost);
    if (object === undefined) return undefined;
    return { object, file: patch(file, lost.offset, Buffer.from(tried)) };
  });
}

/** The same bytes, but for those from an offset on. */
function patch(file: PackBytes, at: number, bytes: Buffer): PackBytes {
  return {
    path: file.path,
    size: () => file.size(),
    read: async (offset, length) => {
      const read = await file.read(offset, length);
      const [from, to] = [Math.max(at, offset), Math.min(at + bytes.length, offset + read.length)];
      if (from >= to) return read;
      const patched = Buffer.from(read);
      bytes.copy(patched, from - offset, from - at, to - at);
      return patched;
    },
  };
}
