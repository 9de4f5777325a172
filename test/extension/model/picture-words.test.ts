import { expect, test } from 'vitest';

import type { PartChange } from '../../../contract/diff.js';
import { describePictures, formatShare } from '../../../extension/model/picture-words.js';

type Picture = Extract<PartChange, { type: 'picture' }>;
function picture(patch: Partial<Picture>): Picture {
  return { type: 'picture', mime: 'image/png', ...patch };
}

test.each([
  [1, 1, '100 %'],
  [31, 1000, '3.1 %'],
  [995, 10_000, '10.0 %'],
  [500, 1000, '50 %'],
  [9999, 10_000, 'more than 99.9 %'],
  [1, 1_000_000, 'less than 0.1 % (1 pixel)'],
  [7, 1_000_000, 'less than 0.1 % (7 pixels)'],
])('calls %d of %d pixels %j', (changed, compared, words) => {
  expect(formatShare(changed, compared)).toBe(words);
});

test('says the share and the place of what changed', () => {
  const pixels = {
    changed: 31,
    compared: 1000,
    region: [4, 5, 20, 30] as [number, number, number, number],
  };
  expect(describePictures(picture({ pixels }))).toBe(
    '3.1 % of pixels differ, within 20 × 30 at 4, 5',
  );
});

test('says sizes only where they differ', () => {
  const same = picture({ baseSize: [2, 3], headSize: [2, 3], notCompared: 'too_large' });
  expect(describePictures(same)).toBe('too large to be compared by pixels');
  const other = picture({ baseSize: [2, 3], headSize: [4, 3], notCompared: 'time' });
  expect(describePictures(other)).toBe(
    '2 × 3 → 4 × 3 · not compared by pixels: that would have taken too long',
  );
});

test('says nothing where nothing is known', () => {
  expect(describePictures(picture({}))).toBe('');
});
