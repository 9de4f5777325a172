import type { NoisePattern } from '../../contract/workspace.js';
import type { Task } from './task.js';
import type { ValuePack } from './values.js';

/** A notebook's bytes, and the path that errors call it by. */
export interface NotebookInput {
  readonly bytes: Uint8Array;
  readonly path: string;
}

export interface CompareInput {
  readonly base: NotebookInput;
  readonly head: NotebookInput;
  /** Kinds of noise to show. */
  readonly show: readonly string[];
  readonly patterns: readonly NoisePattern[];
  /** The cheap comparison, for where the full one took too long. */
  readonly coarse: boolean;
}

export interface CompareOutput {
  /** The NotebookDiff as JSON text, in UTF-8. */
  readonly diff: Uint8Array;
  /** The values that it names by hash, as far as they fit. */
  readonly values: ValuePack;
}

/** Parses and compares two notebooks. Refused as parseNotebook refuses, with the side. */
export const COMPARE: Task<CompareInput, CompareOutput> = { name: 'compare' };
