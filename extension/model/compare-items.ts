import type { Aspect, CellChange, Leaf, NotebookDiff } from '../../contract/diff.js';

/** What of a diff is shown; the source always is. */
export interface DiffSwitches {
  readonly outputs: boolean;
  readonly metadata: boolean;
}

/** One block of a diff, in the order it is drawn. */
export type DiffItem =
  | {
      readonly kind: 'change';
      readonly key: string;
      readonly change: CellChange;
      /** Its place among the changes shown, from 0. */
      readonly place: number;
    }
  /** Cells that show no change, as one line, or each when `open`. */
  | {
      readonly kind: 'fold';
      readonly key: string;
      readonly cells: readonly CellChange[];
      readonly open: boolean;
    }
  | {
      readonly kind: 'metadata';
      readonly key: string;
      readonly leaves: readonly Leaf[];
      /** Where noise is shown: the paths that are none. */
      readonly signal?: ReadonlySet<string> | undefined;
      readonly place: number;
    };

/** Whether a cell's change is seen with these switches. */
export function isShown(change: CellChange, switches: DiffSwitches): boolean {
  if (change.kind === 'same') return false;
  if (change.kind !== 'modified') return true;
  return shownAspects(change, switches).length > 0;
}

/** The aspects of a change that are seen with these switches. */
export function shownAspects(change: CellChange, switches: DiffSwitches): readonly Aspect[] {
  return change.aspects.filter((aspect) => {
    if (aspect === 'outputs') return switches.outputs;
    if (aspect === 'metadata') return switches.metadata;
    return true;
  });
}

/** A diff as blocks: changes in order, everything between them folded. `open` says which folds are; `quiet` is the diff without the noise. */
export function toDiffItems(
  diff: NotebookDiff,
  switches: DiffSwitches,
  {
    open,
    quiet,
  }: { readonly open: (key: string) => boolean; readonly quiet?: NotebookDiff | undefined },
): readonly DiffItem[] {
  const items: DiffItem[] = [];
  let place = 0;
  if (switches.metadata && diff.notebook_metadata.length > 0)
    items.push({
      kind: 'metadata',
      key: 'metadata',
      leaves: diff.notebook_metadata,
      signal: quiet && new Set(quiet.notebook_metadata.map(({ path }) => path)),
      place: place++,
    });
  let still: CellChange[] = [];
  const fold = (): void => {
    const first = still[0];
    if (first === undefined) return;
    const key = `fold:${keyOf(first)}`;
    items.push({ kind: 'fold', key, cells: still, open: open(key) });
    still = [];
  };
  for (const change of diff.changes) {
    if (!isShown(change, switches)) still.push(change);
    else {
      fold();
      items.push({ kind: 'change', key: keyOf(change), change, place: place++ });
    }
  }
  fold();
  return items;
}

/** How many changes the blocks hold. */
export function countChanges(items: readonly DiffItem[]): number {
  return items.filter(({ kind }) => kind !== 'fold').length;
}

/** The key of the next (step 1) or previous (−1) change, or with `every` block of any kind; undefined at the end. */
export function findStep(
  items: readonly DiffItem[],
  current: string | undefined,
  { step, every }: { readonly step: 1 | -1; readonly every: boolean },
): string | undefined {
  const from = items.findIndex(({ key }) => key === current);
  const start = from < 0 && step < 0 ? items.length : from;
  for (let at = start + step; at >= 0 && at < items.length; at += step) {
    const item = items[at];
    if (item !== undefined && (every || item.kind !== 'fold')) return item.key;
  }
  return undefined;
}

/** The place of the current change, counted from 1; 0 before the first. */
export function placeOf(items: readonly DiffItem[], current: string | undefined): number {
  const at = items.findIndex(({ key }) => key === current);
  return countChanges(items.slice(0, at + 1));
}

/** A cell's name within one diff, which the switches do not change. */
export function keyOf(change: CellChange): string {
  return `${change.base.join('+')}>${change.head.join('+')}`;
}
