import type { Task } from './task.js';

export interface KeepInput {
  /** The file below what the editor holds. */
  readonly file: Uint8Array | undefined;
  /** The editor's model as JSON text. */
  readonly content: string;
}

/** The bytes of a notebook that is open in an editor, as `keepBytes` makes them. */
export const KEEP: Task<KeepInput, Uint8Array> = { name: 'keep' };
