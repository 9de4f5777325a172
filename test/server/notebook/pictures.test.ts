import { encode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';

import { diffNotebooks } from '../../../server/notebook/diff.js';
import { pictureSize, svgSize } from '../../../server/notebook/pictures.js';
import { decodePng } from '../../../server/notebook/png.js';
import { cpuNow, diffValues, display, outputsOf, partOf, withOutputs } from './notation.js';
import { pngOf } from './picture-files.js';

const SMALL = { width: 9, height: 7 };
const shade = (x: number, y: number, c: number) => (x * 31 + y * 57 + c * 83) % 256;

/** A small picture in which the pixels of a rectangle have another colour. */
function withSpot(left: number, top: number, width: number, height: number): string {
  return pngOf(SMALL, (x, y, c) => {
    const within = x >= left && x < left + width && y >= top && y < top + height;
    return within ? 255 - shade(x, y, c) : shade(x, y, c);
  });
}

function jpegOf(width: number, height: number, gray: number): string {
  const data = Buffer.alloc(width * height * 4, gray);
  return encode({ width, height, data }, 90).data.toString('base64');
}

describe('pictures of pixels', () => {
  it('says how many pixels changed and where', () => {
    const part = partOf(
      diffValues('image/png', withSpot(0, 0, 0, 0), withSpot(3, 2, 4, 1)),
      'picture',
    );
    expect(part).toMatchObject({
      baseSize: [9, 7],
      headSize: [9, 7],
      pixels: { changed: 4, compared: 63, region: [3, 2, 4, 1] },
    });
  });

  it('counts what only the larger of two pictures has as changed', () => {
    const [base, head] = [pngOf(SMALL, shade), pngOf({ width: 11, height: 5 }, shade)];
    expect(partOf(diffValues('image/png', base, head), 'picture').pixels).toEqual({
      changed: 2 * 5 + 2 * 9,
      compared: 77,
      region: [0, 0, 11, 7],
    });
  });

  it.each([
    ['compressed otherwise', { level: 0 }],
    ['filtered by its left neighbour', { filter: 1 }],
    ['filtered by the row above', { filter: 2 }],
    ['filtered by the mean', { filter: 3 }],
    ['filtered by Paeth', { filter: 4 }],
    ['interlaced', { interlaced: true }],
    ['interlaced and filtered', { interlaced: true, filter: 4 }],
    ['with a remark', { chunks: [['tEXt', Buffer.from('Software\0x')]] }],
    ['with a resolution', { chunks: [['pHYs', Buffer.alloc(9, 1)]] }],
  ] as const)('takes a picture %s for the same', (_, options) => {
    const diff = diffValues(
      'image/png',
      pngOf(SMALL, shade),
      pngOf({ ...SMALL, ...options }, shade),
    );
    expect([diff.cells.unchanged, diff.noise]).toEqual([1, { picture_remarks: 1 }]);
  });

  const opaque = (x: number, y: number, c: number) => (c === 3 ? 255 : shade(x, y, c));
  const grey = (x: number, y: number) => shade(x, y, 0);
  const PALETTE = Buffer.from(Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3)));
  it.each([
    ['with alpha that hides nothing', [2, 8, shade], [6, 8, opaque]],
    ['of 16 bits that say no more', [2, 8, shade], [2, 16, (x, y, c) => shade(x, y, c) * 257]],
    ['in grey', [2, 8, grey], [0, 8, grey]],
    ['in grey of 4 bits', [0, 8, (x) => x * 17], [0, 4, (x) => x]],
    ['in black and white', [0, 8, (x) => (x % 2) * 255], [0, 1, (x) => x % 2]],
    ['by a palette', [0, 8, grey], [3, 8, grey]],
    ['in grey with alpha', [0, 8, grey], [4, 8, (x, y, c) => (c === 1 ? 255 : grey(x, y))]],
  ] as readonly [string, Made, Made][])('takes a picture %s for the same', (_, base, head) => {
    const of = ([color, depth, sample]: Made) =>
      pngOf({ ...SMALL, color, depth, chunks: color === 3 ? [['PLTE', PALETTE]] : [] }, sample);
    expect(diffValues('image/png', of(base), of(head)).noise).toEqual({ picture_remarks: 1 });
  });

  it('sees a change in the lower bits of 16', () => {
    const of = (low: number) =>
      pngOf({ ...SMALL, depth: 16 }, (x, y, c) => shade(x, y, c) * 256 + (x === 4 ? low : 0));
    expect(partOf(diffValues('image/png', of(0), of(1)), 'picture').pixels?.changed).toBe(7);
  });

  it('gives no colour to what is fully transparent', () => {
    const of = (hidden: number, alpha: number) =>
      pngOf({ ...SMALL, color: 6 }, (x, _, c) =>
        c === 3 ? (x < 3 ? alpha : 255) : x < 3 ? hidden : 9,
      );
    expect(diffValues('image/png', of(1, 0), of(200, 0)).cells.unchanged).toBe(1);
    expect(partOf(diffValues('image/png', of(1, 1), of(200, 1)), 'picture').pixels?.changed).toBe(
      21,
    );
  });

  it('compares a PNG with a JPEG of the same', () => {
    const grey = pngOf({ width: 16, height: 16 }, () => 128);
    const of = (data: object) => withOutputs(display({ 'text/plain': '<Figure>', ...data }));
    const same = diffNotebooks(
      of({ 'image/png': grey }),
      of({ 'image/jpeg': jpegOf(16, 16, 128) }),
    );
    expect([same.cells.unchanged, same.noise]).toEqual([1, { picture_remarks: 1 }]);
    const other = diffNotebooks(
      of({ 'image/png': grey }),
      of({ 'image/jpeg': jpegOf(16, 8, 128) }),
    );
    expect(partOf(other, 'picture')).toMatchObject({
      mime: 'image/jpeg',
      base: { mime: 'image/png' },
      pixels: { changed: 128, region: [0, 8, 16, 8] },
    });
  });

  it('compares JPEGs', () => {
    const part = partOf(
      diffValues('image/jpeg', jpegOf(24, 8, 100), jpegOf(24, 8, 200)),
      'picture',
    );
    expect([part.baseSize, part.pixels?.changed]).toEqual([[24, 8], 192]);
  });

  it('shows the same pixels in other bytes when that is asked for', () => {
    const of = (level: number) =>
      withOutputs(display({ 'image/png': pngOf({ ...SMALL, level }, shade) }));
    const diff = diffNotebooks(of(0), of(9), { show: ['picture_remarks'] });
    expect(partOf(diff, 'picture').pixels).toEqual({ changed: 0, compared: 63, region: null });
    expect(diff.outputs_changed).toEqual([[0, 0]]);
  });
});

type Made = readonly [0 | 2 | 3 | 4 | 6, number, (x: number, y: number, c: number) => number];

describe('pictures that cannot be compared', () => {
  const good = pngOf(SMALL, shade);
  const broken = Buffer.from(good, 'base64');
  broken[60] = (broken[60] ?? 0) ^ 255;

  it.each([
    ['broken', good, broken.toString('base64'), 'unreadable'],
    ['cut off', good, good.slice(0, 100), 'unreadable'],
    ['not a picture', good, 'aGVsbG8gd29ybGQ=', 'unreadable'],
    [
      'larger than it has pixels for',
      good,
      pngOf({ ...SMALL, claimed: [90, 70] }, shade),
      'unreadable',
    ],
    ['too large', good, pngOf({ ...SMALL, claimed: [50_000, 50_000] }, shade), 'too_large'],
    [
      'too wide in bits',
      good,
      pngOf({ ...SMALL, color: 6, depth: 16, claimed: [3500, 3500] }, shade),
      'too_large',
    ],
    ['of no size', good, pngOf({ ...SMALL, claimed: [0, 7] }, shade), 'unreadable'],
    ['animated', good, pngOf({ ...SMALL, chunks: [['acTL', Buffer.alloc(8)]] }, shade), 'format'],
    ['a GIF', good, Buffer.from('GIF89a\x09\0\x07\0\0\0\0', 'latin1').toString('base64'), 'format'],
    ['a JPEG without an end', good, jpegOf(16, 16, 9).slice(0, 300), 'unreadable'],
  ])('says why: %s', (_, base, head, reason) => {
    const part = partOf(diffValues('image/png', base, head), 'picture');
    expect([part.notCompared, part.pixels]).toEqual([reason, undefined]);
  });

  it('inflates no more than the size in the head needs', () => {
    const bomb = pngOf({ width: 8000, height: 1000, claimed: [8, 8] }, () => 0);
    const start = cpuNow();
    expect(decodePng(Buffer.from(bomb, 'base64'))).toEqual({
      kind: 'failed',
      reason: 'unreadable',
    });
    expect(cpuNow() - start).toBeLessThan(1000);
  });

  it('decodes only so many pixels in one diff', () => {
    const large = { width: 4000, height: 3900, color: 0 } as const;
    const of = (level: number) =>
      display({ 'image/png': pngOf({ ...large, depth: 1, level }, () => 0) });
    const [a, b] = [of(1), of(9)];
    const diff = diffNotebooks(withOutputs(a, a, a), withOutputs(b, b, b));
    const parts = outputsOf(diff).flatMap((output) => output.parts);
    expect(parts.map((part) => part.type === 'picture' && part.notCompared)).toEqual([
      'time',
      'time',
    ]);
    expect(diff.noise).toEqual({ picture_remarks: 1 });
  });
});

describe('the size of a picture', () => {
  const webp = (type: string, bytes: readonly number[]) =>
    Buffer.concat([
      Buffer.from(`RIFF\0\0\0\0WEBP${type}\0\0\0\0`, 'latin1'),
      Buffer.from(bytes),
      Buffer.alloc(20),
    ]).toString('base64');
  it.each([
    ['a PNG', pngOf(SMALL, shade), 9, 7],
    ['a JPEG', jpegOf(24, 8, 1), 24, 8],
    ['a GIF', Buffer.from('GIF89a\x09\0\x07\x01', 'latin1').toString('base64'), 9, 263],
    ['an extended WebP', webp('VP8X', [0, 0, 0, 0, 8, 0, 0, 6, 1, 0]), 9, 263],
    ['a lossless WebP', webp('VP8L', [0x2f, 8, 0x80, 1, 0]), 9, 7],
    ['a lossy WebP', webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, 9, 0, 7, 1]), 9, 263],
  ])('is read from the head of %s', (_, base64, width, height) => {
    expect(pictureSize(base64)).toEqual({ width, height });
  });

  it.each([
    ['<svg width="90pt" height="70.5pt" viewBox="0 0 1 1">', { width: 90, height: 70.5 }],
    ["<?xml version='1.0'?><svg viewBox='0 0 9 7' xmlns='x'>", { width: 9, height: 7 }],
    ['<svg width="100%" viewBox="0,0,9,7">', { width: 9, height: 7 }],
    ['<svg>', undefined],
    ['no picture', undefined],
  ])('of the SVG %s', (svg, size) => {
    expect(svgSize(svg)).toEqual(size);
  });
});
