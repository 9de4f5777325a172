import { applyMerge, formatMerged } from '../notebook/merge/merge.js';
import { toPlan } from './merge-plan.js';
import type { APPLY_MERGE } from './merge-task.js';
import { toMovable, type RunOf } from './task.js';

export const run: RunOf<typeof APPLY_MERGE> = ({ input, choices }) => {
  const { notebook, unresolved } = applyMerge(toPlan(input).plan, choices);
  const bytes = toMovable(formatMerged(notebook));
  return { value: { bytes, unresolved }, transfer: [bytes.buffer] };
};
