import type { MergeChoices } from '../../contract/merge.js';
import {
  APPLY_MERGE,
  FIND_MERGE_VALUE,
  VIEW_MERGE,
  type MergedOutput,
  type MergeFacts,
  type MergeInput,
  type MergeViewOutput,
} from './merge-task.js';
import type { Errand, Pool } from './pool.js';

const TIME_BOX_MS = 60_000;

/** A merge as a view shows it, planned on a thread. Throws as parseNotebook and repairSides do, with the side. */
export function viewMerge(
  pool: Pool,
  input: MergeInput,
  facts: MergeFacts,
  signal?: AbortSignal,
): Promise<MergeViewOutput> {
  return pool.run(VIEW_MERGE, toErrand({ input, facts }, signal));
}

/** The merged notebook with a person's choices, and how many conflicts they leave. */
export function applyChoices(
  pool: Pool,
  input: MergeInput,
  choices: MergeChoices,
): Promise<MergedOutput> {
  return pool.run(APPLY_MERGE, toErrand({ input, choices }));
}

/** A value of one of a merge's sides by its hash, as text in UTF-8. */
export function findValueOfMerge(
  pool: Pool,
  input: MergeInput,
  hash: string,
): Promise<Uint8Array | undefined> {
  return pool.run(FIND_MERGE_VALUE, toErrand({ input, hash }));
}

/** Nothing moves: a merge is asked for again with the same bytes, and is seldom large. */
function toErrand<Input>(value: Input, signal?: AbortSignal): Errand<Input> {
  return {
    input: () => Promise.resolve({ value, transfer: [] }),
    timeBox: TIME_BOX_MS,
    signal,
  };
}
