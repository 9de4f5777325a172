import { packExecutions } from '../store/catalog/executions.js';
import type { NotebookRow, SnapshotRow } from '../store/catalog/rows.js';
import type { NotebookState } from './state.js';

/** A notebook's row as its state says. */
export function toNotebookRow(state: NotebookState): NotebookRow {
  const { notebook: id, path, formerPaths, origin, number } = state;
  return { id, path, formerPaths, origin, number };
}

/** Where a state was committed. */
export interface CommittedAt {
  readonly commit: string;
  readonly blob: string;
  readonly line: 'main' | 'auto';
}

/** A snapshot's row as its commit says; undefined when the state holds no snapshot. */
export function toSnapshotRow(state: NotebookState, at: CommittedAt): SnapshotRow | undefined {
  if (state.snapshot === undefined) return undefined;
  const { cells, executions, redactions, imported: _, ...facts } = state.snapshot;
  return {
    ...facts,
    executions: packExecutions(executions),
    notebook: state.notebook,
    path: state.path,
    cells: cells.length,
    stale: facts.stale ?? [],
    redactions: redactions.length,
    line: at.line,
    commit: at.commit,
    blob: at.blob,
  };
}
