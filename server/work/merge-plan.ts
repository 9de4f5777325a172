import type { MergeView } from '../../contract/merge.js';
import { planMerge } from '../notebook/merge/merge.js';
import type { MergePlan } from '../notebook/merge/plan.js';
import { repairSides } from '../notebook/merge/repair.js';
import { toEmptyBase, toSharedBase } from '../notebook/merge/shared-base.js';
import { parseNotebook } from '../notebook/read.js';
import type { MergeInput } from './merge-task.js';

export interface LabelledPlan {
  readonly plan: MergePlan;
  readonly labels: Partial<MergeView['labels']>;
}

/** The plan of a merge, the same for the same bytes; with what the markers call the sides, where there are markers. */
export function toPlan(input: MergeInput): LabelledPlan {
  const { path } = input;
  if (input.kind === 'markers') {
    const { base, local, remote, labels } = repairSides(input.file, { path });
    return { plan: planMerge(base ?? toSharedBase(local, remote), local, remote), labels };
  }
  const local = parseNotebook(input.local, { side: 'local', path });
  const remote = parseNotebook(input.remote, { side: 'remote', path });
  // git gives an empty file for a base where there is none.
  const base =
    input.base === undefined || input.base.length === 0
      ? toEmptyBase(local)
      : parseNotebook(input.base, { side: 'base', path });
  return { plan: planMerge(base, local, remote), labels: {} };
}
