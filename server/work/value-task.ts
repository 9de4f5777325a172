import type { NotebookInput } from './compare-task.js';
import type { Task } from './task.js';

export interface ValueInput {
  readonly notebooks: readonly NotebookInput[];
  readonly hash: string;
}

/** Looks a value up by its hash in notebooks; gives its text in UTF-8, undefined where none holds it. */
export const FIND_VALUE: Task<ValueInput, Uint8Array | undefined> = { name: 'value' };
