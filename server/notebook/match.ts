import { longestRising } from './align.js';
import type { Face } from './likeness.js';
import { toFace } from './likeness.js';
import type { Cell } from './notebook.js';
import type { Pairing } from './pairs.js';
import { pairCells } from './pairs.js';

/** What became of a cell: indices of both sides. A `pair` keeps its place or moved; `split` has two heads, `merged` two bases. */
export type Match =
  | { readonly kind: 'pair'; readonly base: number; readonly head: number; readonly moved: boolean }
  | { readonly kind: 'added'; readonly head: number }
  | { readonly kind: 'deleted'; readonly base: number }
  | { readonly kind: 'split'; readonly base: number; readonly head: readonly [number, number] }
  | { readonly kind: 'merged'; readonly base: readonly [number, number]; readonly head: number };

/** A half must hold this many characters, else an added line would look like a split. */
const MIN_HALF = 8;
const MAX_PLACES = 8;
const MAX_TRIED = 4;

interface Joins {
  /** By the index of the one cell: the two neighbours that it became, or came from. */
  readonly splits: ReadonlyMap<number, readonly [number, number]>;
  readonly merges: ReadonlyMap<number, readonly [number, number]>;
}

/** Every cell of both notebooks exactly once, in the order of head, deleted cells where they stood. Moves are the fewest possible. */
export function matchCells(base: readonly Cell[], head: readonly Cell[]): Match[] {
  const [a, b] = [base.map(toFace), head.map(toFace)];
  const pairing = pairCells(a, b);
  const splits = findSplits(a, b, pairing.headOf, pairing.baseOf);
  const merges = findSplits(b, a, pairing.baseOf, pairing.headOf);
  return inOrder(pairing, { splits, merges });
}

/** Cells that became two neighbours. Takes them out of the pairing: `partner` is of the one cell's side, `back` of the two's. */
function findSplits(
  one: readonly Face[],
  two: readonly Face[],
  partner: Int32Array,
  back: Int32Array,
): Map<number, readonly [number, number]> {
  const splits = new Map<number, readonly [number, number]>();
  const places = freeNeighbours(two, back);
  for (const face of one) {
    const j = partner[face.index] ?? -1;
    if (j >= 0 && two[j]?.source === face.source) continue;
    const beside = [
      ...(back[j + 1] === -1 ? [j] : []),
      ...(j > 0 && back[j - 1] === -1 ? [j - 1] : []),
    ];
    for (const at of j < 0 ? mostShared(face, places) : beside) {
      const [first, second] = [two[at], two[at + 1]];
      if (first === undefined || second === undefined || !isSplit(face, first, second)) continue;
      if (j < 0 && (back[at] !== -1 || back[at + 1] !== -1)) continue;
      splits.set(face.index, [at, at + 1]);
      partner[face.index] = TAKEN;
      back[at] = TAKEN;
      back[at + 1] = TAKEN;
      break;
    }
  }
  return splits;
}

/** By line: the upper cells of free neighbours that hold it. Lines that many hold say nothing. */
type Places = ReadonlyMap<string, readonly number[]>;

function freeNeighbours(two: readonly Face[], back: Int32Array): Places {
  const places = new Map<string, number[]>();
  two.forEach((face, j) => {
    const next = two[j + 1];
    if (next === undefined || back[j] !== -1 || back[j + 1] !== -1) return;
    if (Math.min(face.source.length, next.source.length) < MIN_HALF) return;
    for (const line of new Set([...linesOf(face.source), ...linesOf(next.source)])) {
      const known = places.get(line);
      if (known === undefined) places.set(line, [j]);
      else if (known.length <= MAX_PLACES) known.push(j);
    }
  });
  return places;
}

/** The free neighbours that share most lines with a cell, those with more first. */
function mostShared(face: Face, places: Places): number[] {
  if (places.size === 0) return [];
  const votes = new Map<number, number>();
  for (const line of linesOf(face.source)) {
    const at = places.get(line) ?? [];
    if (at.length <= MAX_PLACES) for (const j of at) votes.set(j, (votes.get(j) ?? 0) + 1);
  }
  return [...votes]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, MAX_TRIED)
    .map(([j]) => j);
}

/** In a pairing: the cell is part of a split or a merge. */
const TAKEN = -2;

function linesOf(source: string): string[] {
  return source.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trimEnd()]));
}

/** The two hold the one's lines in order, nearly all of them; of each half at least every other line stood there. */
function isSplit(one: Face, first: Face, second: Face): boolean {
  if (first.cell.type !== one.cell.type || second.cell.type !== one.cell.type) return false;
  if (first.source.length < MIN_HALF || second.source.length < MIN_HALF) return false;
  const whole = linesOf(one.source);
  const halves = [linesOf(first.source), linesOf(second.source)];
  const total = halves.reduce((sum, half) => sum + half.length, 0);
  if (Math.abs(total - whole.length) > Math.max(1, whole.length / 5)) return false;
  const places = new Map<string, number[]>();
  for (let n = whole.length - 1; n >= 0; n--) {
    const line = whole[n] ?? '';
    const known = places.get(line);
    if (known === undefined) places.set(line, [n]);
    else known.push(n);
  }
  let at = 0;
  let common = 0;
  for (const half of halves) {
    let found = 0;
    for (const line of half) {
      // Places fall, so that those left behind go from the end: each is looked at once.
      const left = places.get(line) ?? [];
      while ((left[left.length - 1] ?? at) < at) left.pop();
      const next = left.pop();
      if (next === undefined) continue;
      at = next + 1;
      found++;
    }
    if (found * 2 < half.length) return false;
    common += found;
  }
  // A text of few lines may have one edited, a longer one more.
  return common >= whole.length - Math.max(whole.length >= 4 ? 1 : 0, whole.length / 5);
}

/** Every cell of a pairing as a match, in the order of head, deleted cells where they stood. Moves are the fewest possible. */
export function inOrder({ headOf, baseOf }: Pairing, { splits, merges }: Joins): Match[] {
  const paired = [...headOf.keys()].filter((i) => (headOf[i] ?? -1) >= 0);
  const staying = new Set(
    longestRising(paired.map((i) => headOf[i] ?? 0)).map((n) => paired[n] ?? -1),
  );
  const splitAt = new Map([...splits].map(([i, heads]) => [heads[0], { i, heads }]));
  const spineOf = new Map<number, Match[]>();
  const matches: Match[] = [];
  // Deleted cells follow the cell that stood before them and stayed; -1 is the notebook's top.
  let last = -1;
  headOf.forEach((j, i) => {
    if (j === -1) {
      const waiting = spineOf.get(last) ?? [];
      waiting.push({ kind: 'deleted', base: i });
      spineOf.set(last, waiting);
    } else if (j !== TAKEN && staying.has(i)) last = i;
    else if (splits.has(i)) last = i;
  });
  const deletedAfter = (i: number) => {
    matches.push(...(spineOf.get(i) ?? []));
    spineOf.delete(i);
  };
  deletedAfter(-1);
  baseOf.forEach((i, j) => {
    const split = splitAt.get(j);
    const merged = merges.get(j);
    if (i >= 0) {
      matches.push({ kind: 'pair', base: i, head: j, moved: !staying.has(i) });
      if (staying.has(i)) deletedAfter(i);
    } else if (split !== undefined) {
      matches.push({ kind: 'split', base: split.i, head: split.heads });
      deletedAfter(split.i);
    } else if (merged !== undefined) matches.push({ kind: 'merged', base: merged, head: j });
    else if (i === -1) matches.push({ kind: 'added', head: j });
  });
  return matches;
}
