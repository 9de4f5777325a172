import type { AskedCell, ShownCell } from '../notebook/shown-cells.js';
import type { NotebookInput } from './compare-task.js';
import type { Task } from './task.js';

export interface CellsInput {
  readonly notebook: NotebookInput;
  readonly cells: readonly AskedCell[];
  /** UTF-16 code units of outputs. */
  readonly most: number;
}

export interface CellsOutput {
  readonly language: string;
  readonly cells: readonly (ShownCell | undefined)[];
}

/** Reads cells of a notebook with their outputs. Refused as parseNotebook refuses. */
export const READ_CELLS: Task<CellsInput, CellsOutput> = { name: 'cells' };
