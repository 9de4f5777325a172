import type { MergeChoices, MergeView } from '../../contract/merge.js';
import type { MergeItem } from './merge-items.js';
import type { Merged } from './merge-result.js';
import { NO_CHOICES } from './merge-takes.js';
import type { Problem } from './problem.js';

/** `absent`: the notebook waits for no merge; `saved` and `left`: the person is done here. */
export type MergePhase = 'loading' | 'failed' | 'absent' | 'ready' | 'saved' | 'left';

/** A merge as it is drawn. */
export interface MergeState {
  readonly phase: MergePhase;
  readonly problem: Problem | undefined;
  readonly busy: boolean;
  readonly view: MergeView | undefined;
  readonly choices: MergeChoices;
  readonly merged: Merged;
  readonly items: readonly MergeItem[];
  /** The decision that the keys act on; undefined before the first move. */
  readonly current: string | undefined;
  /** The key of the cell whose source is being written by hand. */
  readonly editing: string | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly onlyConflicts: boolean;
  readonly showBase: boolean;
  /** What the person is asked before it is done. */
  readonly question: 'save' | 'leave' | undefined;
  /** The file or a side is no longer what is shown: saving was refused. */
  readonly isStale: boolean;
  /** Of a saved merge: the conflicts that stayed in the file. */
  readonly unresolved: number;
}

/** The state before anything was loaded. */
export const FIRST_STATE: MergeState = {
  phase: 'loading',
  problem: undefined,
  busy: false,
  view: undefined,
  choices: NO_CHOICES,
  merged: { cells: [], conflicts: [], open: [] },
  items: [],
  current: undefined,
  editing: undefined,
  canUndo: false,
  canRedo: false,
  onlyConflicts: false,
  showBase: false,
  question: undefined,
  isStale: false,
  unresolved: 0,
};
