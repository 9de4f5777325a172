import type { MergeChoices } from '../../../contract/merge.js';
import { toBytes } from '../editor.js';
import type { JsonObject } from '../json-value.js';
import type { Notebook } from '../notebook.js';
import { Applier } from './applier.js';
import type { Applied, MergePlan } from './plan.js';
import { NO_CHOICES } from './plan.js';
import { Planner } from './planner.js';

/**
 * Decides how three notebooks merge; nothing is applied (see `applyMerge`). Pure, and the same for the same three notebooks. Swapping
 * local and remote mirrors the decisions. Never throws on notebooks that `parseNotebook` gave.
 */
export function planMerge(base: Notebook, local: Notebook, remote: Notebook): MergePlan {
  return new Planner({ base, local, remote }).plan();
}

/**
 * The merged notebook, valid nbformat 4 whatever is chosen. A conflict that no choice settles stands as its decision says: of sources,
 * both sides between git's marker lines. `choices` that name nothing of this merge are ignored.
 */
export function applyMerge(plan: MergePlan, choices: MergeChoices = NO_CHOICES): Applied {
  return new Applier(plan, choices).apply();
}

/** The bytes of a merged notebook, as nbformat writes it: indent 1, names sorted, a final newline. */
export function formatMerged(notebook: JsonObject): Uint8Array {
  return toBytes(notebook);
}
