import type { PartChange, Pixels } from '../../contract/diff.js';
import { formatCount } from './words.js';

type Picture = Extract<PartChange, { type: 'picture' }>;
export type PictureSize = readonly [number, number];

/** The facts of two pictures in words: their sizes where they differ, the share and the place of what changed. */
export function describePictures(part: Picture): string {
  const { baseSize, headSize, pixels, notCompared } = part;
  const facts: string[] = [];
  if (baseSize !== undefined && headSize !== undefined && !isSameSize(baseSize, headSize))
    facts.push(`${formatPictureSize(baseSize)} \u2192 ${formatPictureSize(headSize)}`);
  if (pixels !== undefined) facts.push(describePixels(pixels));
  else if (notCompared !== undefined) facts.push(NOT_COMPARED[notCompared]);
  return facts.join(' · ');
}

/** "3.1 % of pixels differ, within 120 × 80 at 10, 4"; a share is never rounded to nothing, nor up to all. */
export function describePixels({ changed, compared, region }: Pixels): string {
  if (changed === 0) return 'the same pixels';
  const share = `${formatShare(changed, compared)} of pixels differ`;
  if (region === null) return share;
  const [left, top, width, height] = region;
  return `${share}, within ${formatPictureSize([width, height])} at ${String(left)}, ${String(top)}`;
}

/** "640 × 480". */
export function formatPictureSize([width, height]: PictureSize): string {
  return `${String(width)} \u00d7 ${String(height)}`;
}

/** A share as people read it: "3.1 %", "less than 0.1 %"; few pixels by their number. */
export function formatShare(changed: number, compared: number): string {
  if (changed === compared) return '100 %';
  const percent = (changed / Math.max(1, compared)) * 100;
  if (percent < 0.1) return `less than 0.1 % (${formatCount(changed, 'pixel')})`;
  if (percent > 99.9) return 'more than 99.9 %';
  return `${percent < 10 ? percent.toFixed(1) : String(Math.round(percent))} %`;
}

/** Two sizes compared. */
export function isSameSize(one: PictureSize, two: PictureSize): boolean {
  return one[0] === two[0] && one[1] === two[1];
}

const NOT_COMPARED: Readonly<Record<NonNullable<Picture['notCompared']>, string>> = {
  too_large: 'too large to be compared by pixels',
  unreadable: 'a file that cannot be read as a picture',
  vector: 'drawings, compared by their elements',
  format: 'a format that is not compared by pixels',
  time: 'not compared by pixels: that would have taken too long',
};
