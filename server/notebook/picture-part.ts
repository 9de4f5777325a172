import type { PartChange, Pixels } from '../../contract/diff.js';
import { countScans, decodeJpeg } from './jpeg.js';
import type { Scope } from './options.js';
import { isJpeg, pictureSize } from './pictures.js';
import { decodePng, isPng, sameButRemarks } from './png.js';
import type { Picture, PixelBudget } from './raster.js';
import { comparePixels, failed, MAX_PIXELS } from './raster.js';
import { toRef, valueText } from './values.js';

/** A picture as base64 text, with the MIME type it stands under. */
export interface Drawn {
  readonly mime: string;
  readonly text: string;
}

type PicturePart = Extract<PartChange, { type: 'picture' }>;

/** Longer base64 is not decoded. */
const MAX_TEXT = 100_000_000;
/** What a pixel of a JPEG costs, in pixels of a PNG. */
const JPEG_COST = 6;

function sizesOf(base: Drawn | undefined, head: Drawn | undefined) {
  const of = (side: Drawn | undefined): [number, number] | undefined => {
    const size = side === undefined ? undefined : pictureSize(side.text);
    return size === undefined ? undefined : [size.width, size.height];
  };
  const [baseSize, headSize] = [of(base), of(head)];
  return {
    ...(baseSize === undefined ? {} : { baseSize }),
    ...(headSize === undefined ? {} : { headSize }),
  };
}

function decode(text: string, budget: PixelBudget): Picture {
  const size = pictureSize(text);
  const pixels = size === undefined ? 0 : size.width * size.height;
  if (pixels > MAX_PIXELS || text.length > MAX_TEXT) return failed('too_large');
  const bytes = Buffer.from(text, 'base64');
  if (isPng(bytes)) return budget.take(pixels) ? decodePng(bytes) : failed('time');
  if (!isJpeg(bytes)) return failed(size === undefined ? 'unreadable' : 'format');
  if (size === undefined) return failed('unreadable');
  // Each scan of a progressive file goes over all of the picture again; ten are common.
  const cost = JPEG_COST * Math.max(1, countScans(bytes) / 10);
  return budget.take(pixels * cost) ? decodeJpeg(bytes) : failed('time');
}

function compare(
  base: string,
  head: string,
  budget: PixelBudget,
): Pick<PicturePart, 'pixels' | 'notCompared'> & { pixels?: Pixels } {
  const a = decode(base, budget);
  if (a.kind === 'failed') return { notCompared: a.reason };
  const b = decode(head, budget);
  if (b.kind === 'failed') return { notCompared: b.reason };
  return { pixels: comparePixels(a.raster, b.raster) };
}

/** How two different base64 texts of pictures differ, or what one of them is; undefined when their pixels do not, which is noise. */
export function diffPictures(
  base: Drawn | undefined,
  head: Drawn | undefined,
  { noise, pixels: budget }: Scope,
): PicturePart | undefined {
  const part: PicturePart = {
    type: 'picture',
    mime: (head ?? base)?.mime ?? '',
    ...(base === undefined ? {} : { base: toRef(base.mime, base.text) }),
    ...(head === undefined ? {} : { head: toRef(head.mime, head.text) }),
    ...sizesOf(base, head),
  };
  if (base === undefined || head === undefined) return part;
  const [a, b] = [valueText(base.mime, base.text), valueText(head.mime, head.text)];
  if (a === b && base.mime === head.mime)
    return noise.hides('base64_wrapping') ? undefined : { ...part, pixels: nothingOf(part) };
  const compared =
    a === b || sameBytesButRemarks(a, b) ? { pixels: nothingOf(part) } : compare(a, b, budget);
  if (compared.pixels?.changed === 0 && noise.hides('picture_remarks')) return undefined;
  return { ...part, ...compared };
}

/** No pixel of the whole picture changed. */
function nothingOf({ baseSize: [width, height] = [0, 0] }: PicturePart): Pixels {
  return { changed: 0, compared: width * height, region: null };
}

function sameBytesButRemarks(base: string, head: string): boolean {
  // A remark is short against a picture: texts of very different lengths need not be decoded for this.
  if (Math.abs(base.length - head.length) > 100_000) return false;
  return sameButRemarks(Buffer.from(base, 'base64'), Buffer.from(head, 'base64'));
}
