import { inflateSync } from 'node:zlib';

import type { Head, Painter } from './png-rows.js';
import { CHANNELS, paintRow, toPalette, unfilter } from './png-rows.js';
import type { Picture } from './raster.js';
import { failed, MAX_PIXELS, Raster } from './raster.js';

const SIGNATURE = '89504e470d0a1a0a';
/** What is inflated at most, in bytes. A file may claim any size; nothing is inflated past what its size needs. */
const MAX_INFLATED = 64 * 1024 * 1024;
/** Chunks that say when and by what a picture was written, not what it shows. */
const REMARKS: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt', 'tIME', 'eXIf']);
interface Chunk {
  readonly type: string;
  readonly body: Buffer;
  /** With its length, type and checksum. */
  readonly whole: Buffer;
}

export function isPng(bytes: Buffer): boolean {
  return bytes.length >= 24 && bytes.toString('hex', 0, 8) === SIGNATURE;
}

/** The chunks of a PNG in order; undefined when the bytes are no whole PNG. */
function readChunks(bytes: Buffer): Chunk[] | undefined {
  if (!isPng(bytes)) return undefined;
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) return undefined;
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    chunks.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      body: bytes.subarray(at + 8, end - 4),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return chunks;
}

/** True for two PNGs whose bytes differ in remarks alone, such as the time or the program that wrote them. */
export function sameButRemarks(base: Buffer, head: Buffer): boolean {
  const [a, b] = [base, head].map((bytes) =>
    readChunks(bytes)?.filter(({ type }) => !REMARKS.has(type)),
  );
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every(({ whole }, i) => b[i]?.whole.equals(whole));
}

const DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

function readHead(body: Buffer): Head | undefined {
  if (body.length !== 13) return undefined;
  const [depth = 0, color = 0, compression, filter, interlace = 0] = body.subarray(8);
  const head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth, color };
  if (DEPTHS.get(color)?.includes(depth) !== true || head.width * head.height === 0)
    return undefined;
  if (compression !== 0 || filter !== 0 || interlace > 1) return undefined;
  return { ...head, interlaced: interlace === 1 };
}

/** A reduced picture of an interlaced one: which of its columns and rows it holds. */
interface Pass {
  readonly left: number;
  readonly top: number;
  readonly across: number;
  readonly down: number;
}

const WHOLE: readonly Pass[] = [{ left: 0, top: 0, across: 1, down: 1 }];
/** Adam7 (PNG 1.2, 2.6). */
const PASSES: readonly Pass[] = [
  { left: 0, top: 0, across: 8, down: 8 },
  { left: 4, top: 0, across: 8, down: 8 },
  { left: 0, top: 4, across: 4, down: 8 },
  { left: 2, top: 0, across: 4, down: 4 },
  { left: 0, top: 2, across: 2, down: 4 },
  { left: 1, top: 0, across: 2, down: 2 },
  { left: 0, top: 1, across: 1, down: 2 },
];

interface Grid {
  readonly pass: Pass;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row, without that of its filter. */
  readonly stride: number;
}

function toGrids({ width, height, depth, color, interlaced }: Head): Grid[] {
  const bits = depth * (CHANNELS.get(color) ?? 1);
  return (interlaced ? PASSES : WHOLE)
    .map((pass) => {
      const columns = Math.ceil((width - pass.left) / pass.across);
      const rows = Math.ceil((height - pass.top) / pass.down);
      return { pass, columns, rows, stride: Math.ceil((columns * bits) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** The pixels of a PNG (of an animated one none: it has several pictures), bounded in size before anything is inflated. */
export function decodePng(bytes: Buffer): Picture {
  const chunks = readChunks(bytes);
  const [first] = chunks ?? [];
  const head = first?.type === 'IHDR' ? readHead(first.body) : undefined;
  if (chunks === undefined || head === undefined) return failed('unreadable');
  if (chunks.some(({ type }) => type === 'acTL')) return failed('format');
  const grids = toGrids(head);
  const size = grids.reduce((sum, { rows, stride }) => sum + rows * (stride + 1), 0);
  if (head.width * head.height > MAX_PIXELS || size > MAX_INFLATED) return failed('too_large');
  const find = (name: string) => chunks.find(({ type }) => type === name)?.body;
  const inflated = inflate(
    chunks.filter(({ type }) => type === 'IDAT').map(({ body }) => body),
    size,
  );
  if (inflated === undefined) return failed('unreadable');
  const raster = new Raster(head.width, head.height, head.depth === 16);
  const clear = find('tRNS');
  const palette = toPalette(head, find('PLTE'), clear);
  const painted = paint({ head, palette, clear, raster }, grids, inflated);
  return painted ? { kind: 'raster', raster } : failed('unreadable');
}

function inflate(parts: readonly Buffer[], size: number): Uint8Array | undefined {
  try {
    const inflated = inflateSync(Buffer.concat(parts), { maxOutputLength: size });
    return inflated.length === size ? inflated : undefined;
  } catch {
    // Broken, or more than the picture has: either way no decoder agrees with another on what it shows.
    return undefined;
  }
}

function paint(painter: Painter, grids: readonly Grid[], bytes: Uint8Array): boolean {
  const { depth, color, width } = painter.head;
  const step = Math.max(1, ((CHANNELS.get(color) ?? 1) * depth) >> 3);
  let at = 0;
  for (const { pass, columns, rows, stride } of grids) {
    let up: Uint8Array = new Uint8Array(stride);
    for (let y = 0; y < rows; y++) {
      const row = bytes.subarray(at + 1, at + 1 + stride);
      if (!unfilter(row, up, bytes[at] ?? 0, step)) return false;
      const start = (pass.top + y * pass.down) * width + pass.left;
      paintRow(painter, row, { at: start, across: pass.across, columns });
      up = row;
      at += stride + 1;
    }
  }
  return true;
}
