import type { Decision, MergeView } from '../../contract/merge.js';
import type { Merged, MergedCell } from './merge-result.js';

/** What the view draws: a cell, cells that nobody changed as one fold, or decisions about the notebook's own metadata. */
export type MergeItem =
  | { readonly kind: 'cell'; readonly key: string; readonly merged: MergedCell }
  | {
      readonly kind: 'fold';
      readonly key: string;
      readonly cells: readonly MergedCell[];
      readonly open: boolean;
    }
  | { readonly kind: 'metadata'; readonly key: string; readonly decisions: readonly Decision[] };

/** The blocks of a merge in the merged notebook's order. `onlyConflicts` folds cells that were merged without asking too. */
export function toMergeItems(
  view: MergeView,
  merged: Merged,
  options: { readonly onlyConflicts: boolean; readonly isOpen: (key: string) => boolean },
): readonly MergeItem[] {
  const own = view.decisions.filter(
    ({ about, conflict }) => about === 'notebook_metadata' && conflict,
  );
  const items: MergeItem[] =
    own.length === 0 ? [] : [{ kind: 'metadata', key: 'metadata', decisions: own }];
  let quiet: MergedCell[] = [];
  const fold = (): void => {
    const [first] = quiet;
    if (first === undefined) return;
    const key = `fold ${first.cell.key}`;
    items.push({ kind: 'fold', key, cells: quiet, open: options.isOpen(key) });
    quiet = [];
  };
  for (const each of merged.cells) {
    if (isQuiet(each, options.onlyConflicts)) quiet.push(each);
    else {
      fold();
      items.push({ kind: 'cell', key: each.cell.key, merged: each });
    }
  }
  fold();
  return items;
}

/** The decisions that the merge made without asking, in the order in which they are read; noise is none. */
export function automatic(view: MergeView): readonly Decision[] {
  return view.decisions.filter(({ conflict, reason }) => !conflict && reason !== 'noise');
}

function isQuiet({ cell, decisions, byHand }: MergedCell, onlyConflicts: boolean): boolean {
  if (byHand !== undefined || decisions.some(({ conflict }) => conflict)) return false;
  return (
    onlyConflicts || cell.state === 'same' || decisions.every(({ reason }) => reason === 'noise')
  );
}
