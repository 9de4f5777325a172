import type { MergeChoices } from '../../contract/merge.js';
import type { MergedCell } from './merge-result.js';
import type { MergeSide } from './merge-takes.js';

/** The cells in order after choices of place that differ from the merge's own: each such cell goes behind the cell that it follows on the chosen side. */
export function placeCells(
  cells: readonly MergedCell[],
  choices: MergeChoices,
): readonly MergedCell[] {
  let ordered = cells;
  for (const merged of cells) {
    const place = merged.decisions.find(({ about }) => about === 'place');
    const side = place === undefined ? undefined : choices.decisions[place.id];
    if (place === undefined || side === undefined || side === 'both' || side === place.take)
      continue;
    ordered = moveTo(ordered, merged, side);
  }
  return ordered;
}

function moveTo(
  cells: readonly MergedCell[],
  moved: MergedCell,
  side: MergeSide,
): readonly MergedCell[] {
  const index = moved.cell[side]?.index;
  if (index === undefined) return cells;
  const others = cells.filter((cell) => cell !== moved);
  let at = 0;
  let nearest = -1;
  others.forEach(({ cell }, position) => {
    const its = cell[side]?.index;
    if (its === undefined || its >= index || its <= nearest) return;
    nearest = its;
    at = position + 1;
  });
  return [...others.slice(0, at), moved, ...others.slice(at)];
}
