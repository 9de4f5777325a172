import { findMergeValue } from '../notebook/merge/result.js';
import { toPlan } from './merge-plan.js';
import type { FIND_MERGE_VALUE } from './merge-task.js';
import { toMovable, type RunOf } from './task.js';

export const run: RunOf<typeof FIND_MERGE_VALUE> = ({ input, hash }) => {
  const found = findMergeValue(toPlan(input).plan, hash);
  if (found === undefined) return { value: undefined, transfer: [] };
  const text = toMovable(new TextEncoder().encode(found.text));
  return { value: text, transfer: [text.buffer] };
};
