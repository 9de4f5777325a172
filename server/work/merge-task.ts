import type { MergeChoices, MergeView } from '../../contract/merge.js';
import type { Task } from './task.js';
import type { ValuePack } from './values.js';

/** What is merged: a file with git's markers, or the sides' own bytes; no base (undefined or empty): both sides added the file. */
export type MergeInput =
  | { readonly kind: 'markers'; readonly path: string; readonly file: Uint8Array }
  | {
      readonly kind: 'sides';
      readonly path: string;
      readonly base: Uint8Array | undefined;
      readonly local: Uint8Array;
      readonly remote: Uint8Array;
    };

/** What a view says of a merge beside what its sides do; labels that are undefined are as the markers have them. */
export interface MergeFacts extends Pick<MergeView, 'path' | 'origin' | 'fingerprint'> {
  readonly labels: Partial<MergeView['labels']>;
}

export interface MergeViewOutput {
  /** The MergeView as JSON text, in UTF-8. */
  readonly view: Uint8Array;
  readonly values: ValuePack;
}

export interface MergedOutput {
  /** As nbformat writes it. */
  readonly bytes: Uint8Array;
  readonly unresolved: number;
}

/** Plans a merge for a view. Refused as parseNotebook and repairSides refuse, with the side. */
export const VIEW_MERGE: Task<
  { readonly input: MergeInput; readonly facts: MergeFacts },
  MergeViewOutput
> = { name: 'merge-view' };

/** Plans a merge and applies it with a person's choices. */
export const APPLY_MERGE: Task<
  { readonly input: MergeInput; readonly choices: MergeChoices },
  MergedOutput
> = { name: 'merge-apply' };

/** Looks a value of a merge up by its hash; its text in UTF-8. */
export const FIND_MERGE_VALUE: Task<
  { readonly input: MergeInput; readonly hash: string },
  Uint8Array | undefined
> = { name: 'merge-value' };
