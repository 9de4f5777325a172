import type { MergeReason } from '../../../contract/merge.js';
import { longestRising } from '../align.js';
import { likeness, plainSource, toFace } from '../likeness.js';
import { matchCells } from '../match.js';
import type { Indices, Version, Versions } from './plan.js';
import type { SideCell } from './side.js';
import { isEdited } from './edited.js';

/** Cells of the three notebooks that are one cell of the merge. */
export interface Unit extends Indices {
  /** Of a cell that the sides split, joined or deleted against each other: what they disagree on. */
  readonly quarrel?: Quarrel;
}

/** The cells of each side that stand against those of the other; shared by their units. */
export interface Quarrel {
  readonly reason: Extract<MergeReason, 'both_split' | 'edited_and_deleted'>;
  readonly base: readonly number[];
  readonly local: readonly number[];
  readonly remote: readonly number[];
}

type Cells = readonly SideCell[];

/** Who is whose between base and one side. A base cell that was split has two heads, one of a merge shares its head. */
interface Links {
  readonly heads: readonly (readonly number[])[];
  readonly added: readonly number[];
  /** Base cells that were split or merged. */
  readonly joined: readonly (readonly number[])[];
}

function toLinks(base: Cells, head: Cells): Links {
  const heads: number[][] = base.map(() => []);
  const added: number[] = [];
  const joined: number[][] = [];
  const matches = matchCells(
    base.map(({ cell }) => cell),
    head.map(({ cell }) => cell),
  );
  for (const match of matches)
    switch (match.kind) {
      case 'pair':
        heads[match.base]?.push(match.head);
        break;
      case 'added':
        added.push(match.head);
        break;
      case 'deleted':
        break;
      case 'split':
        heads[match.base]?.push(...match.head);
        joined.push([match.base]);
        break;
      case 'merged':
        for (const i of match.base) heads[i]?.push(match.head);
        joined.push([...match.base]);
    }
  return { heads, added, joined };
}

/** Every cell of the three notebooks exactly once, cells of base in order first. */
export function toUnits({ base, local, remote }: Versions<Cells>): Unit[] {
  const [left, right] = [toLinks(base, local), toLinks(base, remote)];
  const units: Unit[] = [];
  const done = new Set<number>();
  for (const bases of components(base.length, [...left.joined, ...right.joined])) {
    for (const i of bases) done.add(i);
    units.push(...toJoinedUnits(bases, { left, right }, { base, local, remote }));
  }
  base.forEach((_, i) => {
    if (done.has(i)) return;
    units.push({ base: i, local: left.heads[i]?.[0] ?? null, remote: right.heads[i]?.[0] ?? null });
  });
  units.sort((a, b) => (a.base ?? Infinity) - (b.base ?? Infinity));
  return [...units, ...uniteAdded({ local: left, remote: right }, { base, local, remote })];
}

/** Base cells that splits and merges of either side tie together. */
function components(length: number, ties: readonly (readonly number[])[]): number[][] {
  const groupOf = new Map<number, number[]>();
  for (const tie of ties) {
    const members = new Set(tie.flatMap((i) => groupOf.get(i) ?? [i]));
    const group = [...members].sort((a, b) => a - b);
    for (const i of group) groupOf.set(i, group);
  }
  return [...new Set(groupOf.values())].filter(([first = 0]) => first < length);
}

interface Sides {
  readonly left: Links;
  readonly right: Links;
}

/** The units of base cells that were split or merged on a side. The other side's edit, deletion or other split makes a quarrel. */
function toJoinedUnits(
  bases: readonly number[],
  { left, right }: Sides,
  all: Versions<Cells>,
): Unit[] {
  const headsIn = ({ heads }: Links) => [...new Set(bases.flatMap((i) => heads[i] ?? []))];
  const [locals, remotes] = [headsIn(left), headsIn(right)];
  const untouched = (links: Links, cells: Cells) =>
    !links.joined.some((tie) => tie.some((i) => bases.includes(i))) &&
    bases.every((i) => {
      const [head, old] = [cells[links.heads[i]?.[0] ?? -1], all.base[i]];
      return head !== undefined && old !== undefined && !isEdited(old, head);
    });
  const same = (j: number, k: number) => {
    const [a, b] = [all.local[j], all.remote[k]];
    return a !== undefined && b !== undefined && sameText(a, b);
  };
  if (untouched(right, all.remote)) return zip(bases, locals, right.heads, 'local');
  if (untouched(left, all.local)) return zip(bases, remotes, left.heads, 'remote');
  if (locals.length === remotes.length && locals.every((j, n) => same(j, remotes[n] ?? -1)))
    return Array.from({ length: Math.max(bases.length, locals.length) }, (_, n) => ({
      base: bases[n] ?? null,
      local: locals[n] ?? null,
      remote: remotes[n] ?? null,
    }));
  const gone = locals.length === 0 || remotes.length === 0;
  const quarrel: Quarrel = {
    reason: gone ? 'edited_and_deleted' : 'both_split',
    base: bases,
    local: locals,
    remote: remotes,
  };
  const nowhere = { base: null, local: null, remote: null };
  return [
    ...bases.map((i) => ({ ...nowhere, base: i, quarrel })),
    ...locals.map((j) => ({ ...nowhere, local: j, quarrel })),
    ...remotes.map((k) => ({ ...nowhere, remote: k, quarrel })),
  ];
}

function sameText(a: SideCell, b: SideCell): boolean {
  return a.cell.type === b.cell.type && plainSource(a.cell) === plainSource(b.cell);
}

/** What one side made of the cells stands against the other's untouched ones: an edit and an addition, or an edit and a deletion. */
function zip(
  bases: readonly number[],
  made: readonly number[],
  kept: Links['heads'],
  side: 'local' | 'remote',
): Unit[] {
  return Array.from({ length: Math.max(bases.length, made.length) }, (_, n) => {
    const base = bases[n] ?? null;
    const [own, other] = [made[n] ?? null, base === null ? null : (kept[base]?.[0] ?? null)];
    return side === 'local'
      ? { base, local: own, remote: other }
      : { base, local: other, remote: own };
  });
}

/** Cells that both sides added are one where they are equal and stand at one place, or have one id and are alike. */
function uniteAdded(
  { local, remote }: Readonly<Record<'local' | 'remote', Links>>,
  all: Versions<Cells>,
): Unit[] {
  const [gapOfLocal, gapOfRemote] = [
    toGaps(local, all.local.length),
    toGaps(remote, all.remote.length),
  ];
  const partner = new Map<number, number>();
  const cellsOf = (side: Version, indices: readonly number[]) =>
    indices.flatMap((index) => all[side][index]?.cell ?? []);
  const matches = matchCells(cellsOf('local', local.added), cellsOf('remote', remote.added));
  for (const match of matches) {
    if (match.kind !== 'pair') continue;
    const [j, k] = [local.added[match.base] ?? -1, remote.added[match.head] ?? -1];
    const [a, b] = [all.local[j], all.remote[k]];
    if (a === undefined || b === undefined) continue;
    const [above, below] = [gapOfLocal(j), gapOfRemote(k)];
    const meet = Math.max(above[0], below[0]) < Math.min(above[1], below[1]);
    const byId = a.cell.id !== undefined && a.cell.id !== '' && a.cell.id === b.cell.id;
    const alike = byId && likeness(toFace(a.cell, 0), toFace(b.cell, 0)) >= 0.5;
    if ((meet && sameText(a, b)) || alike) partner.set(j, k);
  }
  const taken = new Set(partner.values());
  return [
    ...local.added.map((j) => ({ base: null, local: j, remote: partner.get(j) ?? null })),
    ...remote.added
      .filter((k) => !taken.has(k))
      .map((k) => ({ base: null, local: null, remote: k })),
  ];
}

/** Between which cells of base a cell of a side stands: those that kept their place, ends excluded. */
function toGaps({ heads }: Links, length: number): (index: number) => readonly [number, number] {
  const paired = heads.flatMap(([head], i) => (head === undefined ? [] : [{ i, head }]));
  const staying = longestRising(paired.map(({ head }) => head)).flatMap((n) => paired[n] ?? []);
  const above = new Int32Array(length).fill(-1);
  const below = new Int32Array(length).fill(heads.length);
  let last = 0;
  let before = -1;
  for (const { i, head } of staying) {
    above.fill(before, last, head + 1);
    below.fill(i, last, head + 1);
    [last, before] = [head + 1, i];
  }
  above.fill(before, last);
  return (index) => [above[index] ?? -1, below[index] ?? heads.length];
}
