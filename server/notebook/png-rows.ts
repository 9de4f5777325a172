import { Raster } from './raster.js';

/** Samples a pixel, by colour type (PNG 1.2, 4.1.1). */
export const CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** What the head of a PNG says. */
export interface Head {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlaced: boolean;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Takes a row's filter away in place; `up` is the row above, all zeros for the first. False for a filter that there is none of. */
export function unfilter(row: Uint8Array, up: Uint8Array, filter: number, step: number): boolean {
  const length = row.length;
  switch (filter) {
    case 0:
      return true;
    case 1:
      for (let i = step; i < length; i++) row[i] = (row[i] ?? 0) + (row[i - step] ?? 0);
      return true;
    case 2:
      for (let i = 0; i < length; i++) row[i] = (row[i] ?? 0) + (up[i] ?? 0);
      return true;
    case 3:
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : (row[i - step] ?? 0);
        row[i] = (row[i] ?? 0) + ((left + (up[i] ?? 0)) >> 1);
      }
      return true;
    case 4:
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : (row[i - step] ?? 0);
        const corner = i < step ? 0 : (up[i - step] ?? 0);
        row[i] = (row[i] ?? 0) + paeth(left, up[i] ?? 0, corner);
      }
      return true;
    default:
      return false;
  }
}

/** The colours that indices stand for, packed; those of grey samples of up to 8 bits too. */
export function toPalette(
  { color, depth }: Head,
  colors: Buffer | undefined,
  clear: Buffer | undefined,
): Uint32Array {
  const palette = new Uint32Array(256);
  const most = 2 ** depth - 1;
  for (let i = 0; i <= most; i++) {
    const [red, green, blue] =
      color === 0
        ? [(i * 255) / most, (i * 255) / most, (i * 255) / most]
        : [colors?.[3 * i] ?? 0, colors?.[3 * i + 1] ?? 0, colors?.[3 * i + 2] ?? 0];
    const isClear = color === 0 && clear !== undefined && clear.length > 1 && clear[1] === i;
    const alpha = color === 0 ? (isClear ? 0 : 255) : (clear?.[i] ?? 255);
    palette[i] = Raster.pack(red, green, blue, alpha);
  }
  return palette;
}

/** All that a row of samples needs to become pixels. */
export interface Painter {
  readonly head: Head;
  readonly palette: Uint32Array;
  /** The colour that is transparent, in files without alpha: its samples of 16 bits each. */
  readonly clear: Buffer | undefined;
  readonly raster: Raster;
}

/** Writes a row of samples into the raster, from pixel `at` on, `across` apart. */
export function paintRow(
  { head: { color, depth }, palette, clear, raster: { high, low } }: Painter,
  row: Uint8Array,
  { at, across, columns }: { at: number; across: number; columns: number },
): void {
  const channels = CHANNELS.get(color) ?? 1;
  const hasAlpha = color === 4 || color === 6;
  const gray = channels < 3;
  const wide = depth === 16;
  const width = wide ? 2 : 1;
  if (!wide && channels === 1) {
    const mask = (1 << depth) - 1;
    for (let i = 0; i < columns; i++) {
      const bit = i * depth;
      const sample = ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & mask;
      high[at + i * across] = palette[sample] ?? 0;
    }
    return;
  }
  const isClear = (from: number): boolean => {
    if (clear === undefined || hasAlpha || clear.length < channels * 2) return false;
    for (let c = 0; c < channels; c++) {
      if (row[from + c * width + width - 1] !== clear[2 * c + 1]) return false;
      if (wide && row[from + 2 * c] !== clear[2 * c]) return false;
    }
    return true;
  };
  /** Of 16 bits the upper ones for `part` 0, the lower ones for 1. */
  const packed = (from: number, part: number): number => {
    const red = row[from + part] ?? 0;
    const green = gray ? red : (row[from + width + part] ?? 0);
    const blue = gray ? red : (row[from + 2 * width + part] ?? 0);
    return Raster.pack(
      red,
      green,
      blue,
      hasAlpha ? (row[from + (channels - 1) * width + part] ?? 0) : 255,
    );
  };
  if (!wide && !gray && (hasAlpha || clear === undefined)) {
    // Most pictures are of this kind, and have a million pixels.
    for (let i = 0, from = 0; i < columns; i++, from += channels)
      high[at + i * across] = Raster.pack(
        row[from] ?? 0,
        row[from + 1] ?? 0,
        row[from + 2] ?? 0,
        hasAlpha ? (row[from + 3] ?? 0) : 255,
      );
    return;
  }
  for (let i = 0; i < columns; i++) {
    const from = i * channels * width;
    const pixel = at + i * across;
    if (isClear(from)) continue;
    high[pixel] = packed(from, 0);
    if (wide) low[pixel] = packed(from, 1);
  }
}
