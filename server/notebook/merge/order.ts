import { longestRising } from '../align.js';
import type { Indices, Version } from './plan.js';

/** What is known of a cell's place: which sides moved it, and whether they disagree on where it goes. */
export interface Placing {
  readonly movedBy: readonly ('local' | 'remote')[];
  /** Both put it where it now is, each elsewhere. */
  readonly contested: boolean;
}

/** The order of the cells of a merge. */
export interface Order<Cell> {
  readonly cells: readonly Cell[];
  readonly placings: ReadonlyMap<Cell, Placing>;
}

type Side = 'local' | 'remote';

/**
 * Puts cells in the order of the merged notebook. Cells that both sides have in one order hold the rest in place; a cell that one side
 * moved, added or kept alone follows what it follows there, local's before remote's; where both sides moved one, local's place
 * counts. A cell of base alone stands after the one before it in base. `places` overrides whose place a cell takes.
 */
export function orderCells<Cell extends Indices>(
  cells: readonly Cell[],
  places: ReadonlyMap<Cell, Version> = new Map(),
): Order<Cell> {
  const moved = { local: movedCells(cells, 'local'), remote: movedCells(cells, 'remote') };
  const shared = cells.filter(
    (cell) => cell.local !== null && cell.remote !== null && !places.has(cell),
  );
  const spine = findSpine(shared, moved);
  const placings = new Map<Cell, Placing>();
  const sideOf = new Map<Cell, Side>();
  for (const cell of cells) {
    const movedBy = (['local', 'remote'] as const).filter((side) => moved[side].has(cell));
    const both = cell.local !== null && cell.remote !== null;
    const apart = both && !spine.has(cell) && !places.has(cell);
    placings.set(cell, {
      movedBy,
      contested: apart && (movedBy.length === 2 || cell.base === null),
    });
    if (spine.has(cell)) continue;
    const place = places.get(cell);
    if (place !== undefined && place !== 'base' && cell[place] !== null) sideOf.set(cell, place);
    else if (place === 'base' && cell.base !== null) continue;
    else if (cell.local === null && cell.remote === null) continue;
    else if (cell.local === null) sideOf.set(cell, 'remote');
    else if (cell.remote === null) sideOf.set(cell, 'local');
    else sideOf.set(cell, movedBy.length === 1 && movedBy[0] === 'remote' ? 'remote' : 'local');
  }
  const placed = weave(cells, spine, sideOf);
  return { cells: insertBaseOnly(cells, placed), placings };
}

function by<Cell extends Indices>(cells: readonly Cell[], version: Version): Cell[] {
  return cells
    .filter((cell) => cell[version] !== null)
    .sort((a, b) => (a[version] ?? 0) - (b[version] ?? 0));
}

/** The fewest cells of base that stand in another order on a side. */
function movedCells<Cell extends Indices>(cells: readonly Cell[], side: Side): ReadonlySet<Cell> {
  const inBoth = by(cells, 'base').filter((cell) => cell[side] !== null);
  const staying = new Set(longestRising(inBoth.map((cell) => cell[side] ?? 0)));
  return new Set(inBoth.filter((_, n) => !staying.has(n)));
}

/** Cells that stand in one order on both sides: first those that nobody moved, then all that stand between the same two of them. */
function findSpine<Cell extends Indices>(
  shared: readonly Cell[],
  moved: Readonly<Record<Side, ReadonlySet<Cell>>>,
): ReadonlySet<Cell> {
  const isFirm = (cell: Cell) =>
    cell.base !== null && !moved.local.has(cell) && !moved.remote.has(cell);
  const gapsIn = (side: Side): Map<Cell, number> => {
    const gaps = new Map<Cell, number>();
    let gap = 0;
    for (const cell of by(shared, side)) {
      if (isFirm(cell)) gap++;
      else gaps.set(cell, gap);
    }
    return gaps;
  };
  const [inLocal, inRemote] = [gapsIn('local'), gapsIn('remote')];
  const loose = by(shared, 'local').filter(
    (cell) => !isFirm(cell) && inLocal.get(cell) === inRemote.get(cell),
  );
  // Gaps follow each other in one order on both sides, so one rising sequence serves them all.
  const agreed = longestRising(loose.map((cell) => cell.remote ?? 0));
  return new Set([...shared.filter(isFirm), ...agreed.flatMap((n) => loose[n] ?? [])]);
}

/** The spine with the cells of either side behind the spine's cell that they follow there. */
function weave<Cell extends Indices>(
  cells: readonly Cell[],
  spine: ReadonlySet<Cell>,
  sideOf: ReadonlyMap<Cell, Side>,
): Cell[] {
  const followers = (side: Side): Cell[][] => {
    const gaps: Cell[][] = [[]];
    for (const cell of by(cells, side)) {
      if (spine.has(cell)) gaps.push([]);
      else if (sideOf.get(cell) === side) gaps[gaps.length - 1]?.push(cell);
    }
    return gaps;
  };
  const [local, remote] = [followers('local'), followers('remote')];
  const woven = [...(local[0] ?? []), ...(remote[0] ?? [])];
  by([...spine], 'local').forEach((cell, n) => {
    woven.push(cell, ...(local[n + 1] ?? []), ...(remote[n + 1] ?? []));
  });
  return woven;
}

/** Cells that only base has a place for stand after the nearest cell before them in base. */
function insertBaseOnly<Cell extends Indices>(
  cells: readonly Cell[],
  placed: readonly Cell[],
): Cell[] {
  const there = new Set(placed);
  const after = new Map<Cell | undefined, Cell[]>();
  let last: Cell | undefined;
  for (const cell of by(cells, 'base')) {
    if (there.has(cell)) last = cell;
    else after.set(last, [...(after.get(last) ?? []), cell]);
  }
  return [
    ...(after.get(undefined) ?? []),
    ...placed.flatMap((cell) => [cell, ...(after.get(cell) ?? [])]),
  ];
}
