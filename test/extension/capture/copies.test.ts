import { describe, expect, it } from 'vitest';

import { findOrigin } from '../../../extension/capture/copies.js';

describe('findOrigin', () => {
  it.each([
    ['train-Copy1.ipynb', 'train.ipynb', true, 'duplicated beside it'],
    ['train-Copy2.ipynb', 'train-Copy1.ipynb', true, 'a copy of a copy'],
    ['sub/train.ipynb', 'train.ipynb', true, 'pasted into another folder'],
    ['sub/train-Copy1.ipynb', 'train.ipynb', true, 'pasted where the name was taken'],
    ['train1.ipynb', 'train.ipynb', true, 'numbered by older servers'],
    ['training.ipynb', 'train.ipynb', false, 'another notebook with a longer name'],
    ['train.ipynb', 'train.ipynb', false, 'the same file'],
    ['Untitled.ipynb', 'train.ipynb', false, 'a new notebook'],
    ['train-Copy1.py', 'train.ipynb', false, 'another kind of file'],
    ['a.b/c', 'c', true, 'a name without an ending, below a folder with a dot'],
  ])('of %s after copying %s: %s (%s)', (created, copied, isCopy) => {
    expect(findOrigin(created, ['else.ipynb', copied])).toBe(isCopy ? copied : undefined);
  });

  it('is undefined when nothing was copied', () => {
    expect(findOrigin('train-Copy1.ipynb', [])).toBeUndefined();
  });
});
