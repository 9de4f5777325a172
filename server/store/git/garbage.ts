import { join } from 'node:path';

import type { Disk } from '../disk/disk.js';
import { listLooseFolders } from './loose.js';
import { NAME } from './oid-table.js';
import { readEntries } from './pack-names.js';
import { COUNTED, REACHED, STAYS, type OldPack, type Inventory } from './inventory.js';

/** A pack is written anew once this share of its bytes is of no use: so less than that is ever lost to what is not needed. */
const WORTH = 1 / 8;
/** Of a pack's end, its checksum. */
const TRAILER = 20;

/** Nothing leads to the object, and no copy of it stays. */
export function isGarbage({ table }: Inventory, oid: string): boolean {
  const position = table.find(Buffer.from(oid, 'hex'));
  return position !== undefined && !table.has(position, REACHED | STAYS);
}

/** The loose objects that are garbage, a portion at a time. */
export async function* listGarbage(
  gitdir: string,
  {
    inventory,
    disk,
    most,
  }: { readonly inventory: Inventory; readonly disk: Disk; readonly most: number },
): AsyncGenerator<readonly string[]> {
  let portion: string[] = [];
  for await (const oids of listLooseFolders(join(gitdir, 'objects'), disk))
    for (const oid of oids) {
      if (!isGarbage(inventory, oid)) continue;
      portion.push(oid);
      if (portion.length < most) continue;
      yield portion;
      portion = [];
    }
  if (portion.length > 0) yield portion;
}

/** What of a pack is garbage. */
export interface Share {
  readonly pack: OldPack;
  /** Positions in the table, in the pack's own order, and where in the pack each begins. */
  readonly kept: Uint32Array;
  readonly starts: Float64Array;
  readonly garbage: Uint32Array;
  /** Of the garbage in the pack. */
  readonly bytes: number;
}

/** The packs that are worth writing anew. */
export async function findWorth(
  gitdir: string,
  { inventory, disk }: { readonly inventory: Inventory; readonly disk: Disk },
): Promise<readonly OldPack[]> {
  const worth: OldPack[] = [];
  for (const pack of inventory.packs) {
    const share = await findShare(gitdir, pack, { inventory, disk });
    if (share !== undefined && isWorth(share)) worth.push(pack);
  }
  return worth;
}

function isWorth({ pack, kept, garbage, bytes }: Share): boolean {
  return garbage.length > 0 && (kept.length === 0 || bytes >= WORTH * pack.bytes);
}

/** undefined when the pack is not there any more. */
export async function findShare(
  gitdir: string,
  pack: OldPack,
  { inventory, disk }: { readonly inventory: Inventory; readonly disk: Disk },
): Promise<Share | undefined> {
  const { table } = inventory;
  const entries = await readEntries(gitdir, pack.name, disk);
  if (entries === undefined) return undefined;
  const { names, offsets } = entries;
  const count = offsets.length;
  // By offset, with the place among the names behind it: numbers alone are sorted ten times as fast as by a function.
  const order = offsets.map((offset, at) => offset * count + at).sort();
  const [kept, starts, garbage]: [number[], number[], number[]] = [[], [], []];
  let bytes = 0;
  for (let index = 0; index < count; index += 1) {
    const at = (order[index] ?? 0) % count;
    const start = offsets[at] ?? 0;
    const next = order[index + 1];
    const end = next === undefined ? pack.bytes - TRAILER : Math.floor(next / count);
    const position = table.find(names, at * NAME);
    // It has come since the inventory, under a name that was there before.
    if (position === undefined) return undefined;
    if (!table.has(position, REACHED | STAYS)) {
      garbage.push(position);
      bytes += end - start;
    } else {
      kept.push(position);
      starts.push(start);
    }
  }
  return {
    pack,
    kept: Uint32Array.from(kept),
    starts: Float64Array.from(starts),
    garbage: Uint32Array.from(garbage),
    bytes,
  };
}

/** What was freed, or would be: each object once, and the bytes of all its copies. */
export class Tally {
  count = 0;
  bytes = 0;

  constructor(private readonly inventory: Inventory) {}

  /** A loose one. */
  add(oid: string, bytes: number): void {
    const position = this.inventory.table.find(Buffer.from(oid, 'hex'));
    this.addAll(position === undefined ? [] : [position], bytes);
  }

  /** Positions in the table, with the bytes of all of them. */
  addAll(positions: Iterable<number>, bytes: number): void {
    const { table } = this.inventory;
    this.bytes += bytes;
    for (const position of positions) {
      if (table.has(position, COUNTED)) continue;
      table.mark(position, COUNTED);
      this.count += 1;
    }
  }
}
