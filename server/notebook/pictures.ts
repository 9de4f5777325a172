import { isPng } from './png.js';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** As much of a picture as its size stands in; JPEGs may begin with a preview. */
const HEAD_LENGTH = 200_000;

/** Width and height as a picture's head says; undefined where it does not (PNG, GIF, WebP and JPEG are known). `base64` may be wrapped. */
export function pictureSize(base64: string): Size | undefined {
  const bytes = Buffer.from(base64.slice(0, HEAD_LENGTH), 'base64');
  if (isPng(bytes)) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.length >= 10 && /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6)))
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  return isWebp(bytes) ? webpSize(bytes) : jpegSize(bytes);
}

export function isJpeg(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8;
}

function isWebp(bytes: Buffer): boolean {
  const word = (at: number) => bytes.toString('latin1', at, at + 4);
  return bytes.length >= 30 && word(0) === 'RIFF' && word(8) === 'WEBP';
}

/** By the first chunk: extended, lossless or lossy (RFC 9649, 2.5 to 2.7). */
function webpSize(bytes: Buffer): Size | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}

function jpegSize(bytes: Buffer): Size | undefined {
  if (!isJpeg(bytes)) return undefined;
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes.readUInt16BE(at);
    // Frame headers: SOF0 to SOF15 but the tables DHT, JPG and DAC among them.
    const isFrame =
      marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    if (marker >> 8 !== 0xff) return undefined;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Width and height of an SVG in its own units, by its attributes or else its view box; undefined where neither says. */
export function svgSize(svg: string): Size | undefined {
  const start = svg.slice(0, HEAD_LENGTH);
  const at = start.search(/<svg[\s>]/i);
  const end = start.indexOf('>', at);
  if (at < 0 || end < 0) return undefined;
  const tag = start.slice(at, end);
  const length = (name: string) =>
    new RegExp(`\\s${name}\\s*=\\s*["']\\s*(\\d{1,7}(?:\\.\\d{1,9})?)(?:px|pt)?\\s*["']`).exec(
      tag,
    )?.[1];
  const box =
    /\sviewBox\s*=\s*["']([^"']{1,200})["']/
      .exec(tag)?.[1]
      ?.trim()
      .split(/[\s,]+/) ?? [];
  const [width, height] = [Number(length('width') ?? box[2]), Number(length('height') ?? box[3])];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
