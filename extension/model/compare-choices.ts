/** How two pictures are put before the eye. */
export const PICTURE_MODES = ['sides', 'swipe', 'onion', 'difference'] as const;
export type PictureMode = (typeof PICTURE_MODES)[number];

/** How the person reads diffs; remembered. */
export interface DiffChoices {
  readonly layout: 'split' | 'unified';
  readonly outputs: boolean;
  readonly metadata: boolean;
  readonly pictures: PictureMode;
}

/** The choices that a memory holds; what it does not know, or what is none, is as for someone new. */
export function readChoices(value: unknown): DiffChoices {
  const read = typeof value === 'object' && value !== null ? value : {};
  const mode = 'pictures' in read ? read.pictures : undefined;
  return {
    layout: 'layout' in read && read.layout === 'unified' ? 'unified' : 'split',
    outputs: !('outputs' in read && read.outputs === false),
    metadata: 'metadata' in read && read.metadata === true,
    pictures: PICTURE_MODES.find((each) => each === mode) ?? 'sides',
  };
}
