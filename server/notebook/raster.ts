import type { PartChange, Pixels } from '../../contract/diff.js';

/** The most pixels of one picture that are decoded: 16 megapixels. */
export const MAX_PIXELS = 16_000_000;

type NotCompared = NonNullable<Extract<PartChange, { type: 'picture' }>['notCompared']>;

/** A picture's pixels, or why there are none. */
export type Picture =
  | { readonly kind: 'raster'; readonly raster: Raster }
  | { readonly kind: 'failed'; readonly reason: NotCompared };

export function failed(reason: NotCompared): Picture {
  return { kind: 'failed', reason };
}

/** The pixels that one diff may still decode; beyond them pictures are told apart by their bytes. */
export class PixelBudget {
  constructor(private left: number) {}

  take(pixels: number): boolean {
    this.left -= pixels;
    return this.left >= 0;
  }
}

/** What one diff decodes at most: two of the largest pictures, in about a second. */
export const MAX_DECODED = 2 * MAX_PIXELS;

/** Pixels row by row, packed as red, green, blue, alpha; of samples of 16 bits `high` and `low` hold the upper and lower ones. */
export class Raster {
  readonly high: Uint32Array;
  /** The same array for samples of 8 bits: v of 8 bits is v·257 of 16, so their lower bits are the upper ones again. */
  readonly low: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    wide: boolean,
    pixels = new Uint32Array(width * height),
  ) {
    this.high = pixels;
    this.low = wide ? new Uint32Array(width * height) : pixels;
  }

  static pack(red: number, green: number, blue: number, alpha: number): number {
    return ((red << 24) | (green << 16) | (blue << 8) | alpha) >>> 0;
  }
}

/** Equal where a viewer sees the same: what is transparent has no colour. */
function isSamePixel(a: Raster, i: number, b: Raster, j: number): boolean {
  const [x, y] = [a.high[i] ?? 0, b.high[j] ?? 0];
  const [v, w] = [a.low[i] ?? 0, b.low[j] ?? 0];
  if (x === y && v === w) return true;
  return ((x | y | v | w) & 255) === 0;
}

/** Two pictures compared pixel by pixel, at the size of the larger in each direction; what only one of them has is changed. */
export function comparePixels(a: Raster, b: Raster): Pixels {
  const width = Math.max(a.width, b.width);
  const height = Math.max(a.height, b.height);
  let changed = 0;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    const [inA, inB] = [y < a.height ? a.width : 0, y < b.height ? b.width : 0];
    const [shared, end] = [Math.min(inA, inB), Math.max(inA, inB)];
    for (let x = 0; x < end; x++) {
      if (x < shared && isSamePixel(a, y * a.width + x, b, y * b.width + x)) continue;
      changed++;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return {
    changed,
    compared: width * height,
    region: changed === 0 ? null : [left, top, right - left + 1, bottom - top + 1],
  };
}
