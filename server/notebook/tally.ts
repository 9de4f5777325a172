import type { CellChange, NotebookDiff } from '../../contract/diff.js';

function isModified({ kind, aspects }: CellChange): boolean {
  return kind === 'modified' || (kind === 'moved' && aspects.length > 0);
}

function countCells(changes: readonly CellChange[]): NotebookDiff['cells'] {
  const count = (kind: CellChange['kind']) =>
    changes.filter((change) => change.kind === kind).length;
  return {
    unchanged: count('same'),
    modified: changes.filter(isModified).length,
    added: count('added'),
    deleted: count('deleted'),
    moved: count('moved'),
    moved_modified: changes.filter((change) => change.kind === 'moved' && isModified(change))
      .length,
    split: count('split'),
    merged: count('merged'),
  };
}

function countLines(changes: readonly CellChange[]): number {
  let lines = 0;
  for (const { outputs } of changes)
    for (const { parts } of outputs)
      for (const part of parts)
        if (part.type === 'text')
          lines += part.diff.removed + part.diff.added - (part.diff.leftOut ?? 0);
  return lines;
}

/** Outputs of cells that both sides have, named by their cell in head. */
function outputPlaces(
  changes: readonly CellChange[],
): Pick<NotebookDiff, 'outputs_changed' | 'outputs_removed'> {
  const changed: [number, number][] = [];
  const removed: [number, number][] = [];
  for (const { base, head, outputs } of changes) {
    const cell = head[head.length - 1];
    if (cell === undefined || base.length === 0) continue;
    for (const output of outputs) {
      if (output.kind === 'deleted') removed.push([cell, output.base ?? 0]);
      else if (output.kind !== 'same') changed.push([cell, output.head ?? 0]);
    }
  }
  return { outputs_changed: changed, outputs_removed: removed };
}

/** The part of a diff that follows from its changes: counts by kind, the modified cells, the places of changed outputs. */
export function tallyChanges(
  changes: readonly CellChange[],
): Pick<
  NotebookDiff,
  'cells' | 'modified' | 'outputs_changed' | 'outputs_removed' | 'changed_lines'
> {
  return {
    cells: countCells(changes),
    modified: changes
      .filter(isModified)
      .map(({ base: [i = 0], head: [j = 0], aspects }) => ({ base: i, head: j, aspects })),
    ...outputPlaces(changes),
    changed_lines: countLines(changes),
  };
}
