import { decode } from 'jpeg-js';

import type { Picture } from './raster.js';
import { failed, Raster } from './raster.js';

const MEMORY_MB = 512;

/** How often a JPEG says its picture, each time finer: a hostile one says it thousands of times. */
export function countScans(bytes: Buffer): number {
  let scans = 0;
  for (let at = bytes.indexOf('ffda', 0, 'hex'); at >= 0; at = bytes.indexOf('ffda', at + 2, 'hex'))
    scans++;
  return scans;
}

/** The pixels of a JPEG, baseline or progressive, as its common decoder rounds them; the caller has bounded its size. */
export function decodeJpeg(bytes: Buffer): Picture {
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxMemoryUsageInMB: MEMORY_MB,
    });
    const pixels = new Uint32Array(width * height);
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = Raster.pack(data[4 * i] ?? 0, data[4 * i + 1] ?? 0, data[4 * i + 2] ?? 0, 255);
    return { kind: 'raster', raster: new Raster(width, height, false, pixels) };
  } catch {
    // The decoder throws plain errors for whatever is wrong with the bytes.
    return failed('unreadable');
  }
}
