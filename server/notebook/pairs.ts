import { longestRising } from './align.js';
import type { Face } from './likeness.js';
import { closeLikeness, likeness } from './likeness.js';
import type { Fit } from './in-order.js';
import { bestInOrder } from './in-order.js';
import { isSame } from './outputs.js';

/** Sources this alike are versions of one cell wherever they stand. */
const ALIKE = 0.6;
/** At the same place between the same neighbours less will do. */
const ALIKE_IN_PLACE = 0.45;
/** An id keeps two sources together from here on, whatever else would fit. */
const ALIKE_BY_ID = 0.5;
/** A feature that more cells share says nothing; a cell looks at no more than so many others. */
const MAX_SHARED = 12;
const MAX_CANDIDATES = 8;

/** Who is whose: head index by base index and back, -1 while free. */
export interface Pairing {
  readonly headOf: Int32Array;
  readonly baseOf: Int32Array;
}

/**
 * Pairs the cells of two notebooks. Ids decide where they are unique and the sources do not contradict them; then equal sources, alike
 * sources anywhere (by shared rare features, never all against all), an id kept over a rewrite, and alike sources in one place.
 */
export function pairCells(base: readonly Face[], head: readonly Face[]): Pairing {
  const pairing: Pairing = {
    headOf: new Int32Array(base.length).fill(-1),
    baseOf: new Int32Array(head.length).fill(-1),
  };
  const pairer = new Pairer(base, head, pairing);
  const byId = pairer.idPairs();
  pairer.takeWhere(byId, (a, b) => a.key === b.key);
  const copied = pairer.freeHeadKeys();
  pairer.takeWhere(byId, (a, b) => {
    // The old source stands elsewhere, whole: then the id was reused, unless this is its edited self and that a copy.
    const score = likeness(a, b);
    return score >= (copied.has(a.key) && !a.tiny ? 0.8 : ALIKE_BY_ID);
  });
  pairer.takeEqual();
  pairer.takeAlike();
  pairer.takeWhere(byId, () => true);
  pairer.takeInGaps();
  return pairing;
}

/** Free cells of both sides between the same two pairs. */
interface Gap {
  readonly base: readonly Face[];
  readonly head: readonly Face[];
}

class Pairer {
  constructor(
    private readonly base: readonly Face[],
    private readonly head: readonly Face[],
    private readonly pairing: Pairing,
  ) {}

  private free(i: number, j: number): boolean {
    return this.pairing.headOf[i] === -1 && this.pairing.baseOf[j] === -1;
  }

  private take(i: number, j: number): void {
    this.pairing.headOf[i] = j;
    this.pairing.baseOf[j] = i;
  }

  /** Pairs of cells with one id, where it is unique on both sides. */
  idPairs(): [Face, Face][] {
    const unique = (faces: readonly Face[]) => {
      const known = new Map<string, Face | null>();
      for (const face of faces) {
        const { id } = face.cell;
        if (id !== undefined && id !== '') known.set(id, known.has(id) ? null : face);
      }
      return known;
    };
    const inHead = unique(this.head);
    const pairs: [Face, Face][] = [];
    for (const [id, face] of unique(this.base)) {
      const other = inHead.get(id);
      if (face !== null && other !== null && other !== undefined) pairs.push([face, other]);
    }
    return pairs;
  }

  takeWhere(pairs: readonly [Face, Face][], fits: (a: Face, b: Face) => boolean): void {
    for (const [a, b] of pairs)
      if (this.free(a.index, b.index) && fits(a, b)) this.take(a.index, b.index);
  }

  freeHeadKeys(): ReadonlySet<string> {
    return new Set(
      this.head.filter(({ index }) => this.pairing.baseOf[index] === -1).map(({ key }) => key),
    );
  }

  private freeByKey(): Map<string, { base: Face[]; head: Face[] }> {
    const groups = new Map<string, { base: Face[]; head: Face[] }>();
    const add = (side: 'base' | 'head', faces: readonly Face[], taken: Int32Array) => {
      for (const face of faces) {
        if (taken[face.index] !== -1) continue;
        const group = groups.get(face.key) ?? { base: [], head: [] };
        group[side].push(face);
        groups.set(face.key, group);
      }
    };
    add('base', this.base, this.pairing.headOf);
    add('head', this.head, this.pairing.baseOf);
    return groups;
  }

  /** Equal sources: first those that occur once, then equal neighbours of what is paired, then the rest in order. */
  takeEqual(): void {
    const groups = [...this.freeByKey().values()].filter(
      (group) => group.base.length > 0 && group.head.length > 0,
    );
    for (const { base, head } of groups) {
      const [a, b] = [base[0], head[0]];
      if (base.length === 1 && head.length === 1 && a !== undefined && b !== undefined && !a.tiny)
        this.take(a.index, b.index);
    }
    // Of equal sources those with equal outputs belong together.
    this.takeInGaps({
      score: (a, b) => (a.key === b.key ? (sameOutputs(a, b) ? 1.2 : 1) : 0),
      least: 1,
    });
    this.spread(1);
    this.spread(-1);
    for (const { base, head } of groups) {
      // Tiny cells (a bare name, nothing at all) are only known by their place: that was the pass before.
      const left = base.filter((face) => !face.tiny && this.pairing.headOf[face.index] === -1);
      const right = head.filter((face) => this.pairing.baseOf[face.index] === -1);
      left.forEach((a, n) => {
        const b = right[n];
        if (b !== undefined) this.take(a.index, b.index);
      });
    }
  }

  /** Pairs equal cells that follow (or precede) a pair on both sides. */
  private spread(step: 1 | -1): void {
    const order = step === 1 ? [...this.base.keys()] : [...this.base.keys()].reverse();
    for (const i of order) {
      const j = this.pairing.headOf[i] ?? -1;
      const [a, b] = [this.base[i + step], this.head[j + step]];
      if (j < 0 || a === undefined || b === undefined) continue;
      if (a.key === b.key && this.free(a.index, b.index)) this.take(a.index, b.index);
    }
  }

  /** Alike sources anywhere: candidates share rare lines or runs of words; the most alike are taken first. */
  takeAlike(): void {
    const freeHead = this.head.filter(
      (face) => this.pairing.baseOf[face.index] === -1 && !face.tiny,
    );
    if (freeHead.length === 0) return;
    const holders = new Map<string, Face[]>();
    for (const face of freeHead)
      for (const feature of features(face)) {
        const list = holders.get(feature);
        if (list === undefined) holders.set(feature, [face]);
        else list.push(face);
      }
    const found: { a: Face; b: Face; score: number }[] = [];
    for (const a of this.base) {
      if (this.pairing.headOf[a.index] !== -1 || a.tiny) continue;
      const votes = new Map<Face, number>();
      for (const feature of features(a)) {
        const list = holders.get(feature) ?? [];
        if (list.length <= MAX_SHARED)
          for (const b of list) votes.set(b, (votes.get(b) ?? 0) + 1 / list.length);
      }
      const best = [...votes].sort((x, y) => y[1] - x[1]).slice(0, MAX_CANDIDATES);
      for (const [b] of best) {
        const score = likeness(a, b);
        if (score >= ALIKE && a.cell.type === b.cell.type) found.push({ a, b, score });
      }
    }
    found.sort((x, y) => y.score - x.score || distance(x) - distance(y));
    for (const { a, b } of found) if (this.free(a.index, b.index)) this.take(a.index, b.index);
  }

  /** Free cells between the same two pairs, matched in order where they are alike enough. */
  takeInGaps(fit: Fit = { score: inPlace, least: ALIKE_IN_PLACE }): void {
    for (const gap of this.gaps()) this.matchInOrder(gap, fit);
  }

  private gaps(): Gap[] {
    const paired = [...this.pairing.headOf.keys()].filter(
      (i) => (this.pairing.headOf[i] ?? -1) >= 0,
    );
    const spine = longestRising(paired.map((i) => this.pairing.headOf[i] ?? 0)).map(
      (n) => paired[n] ?? 0,
    );
    const gaps: Gap[] = [];
    let [i, j] = [0, 0];
    for (const end of [...spine, this.base.length]) {
      const headEnd = end === this.base.length ? this.head.length : (this.pairing.headOf[end] ?? 0);
      const base = this.base.slice(i, end).filter((face) => this.pairing.headOf[face.index] === -1);
      const head = this.head
        .slice(j, headEnd)
        .filter((face) => this.pairing.baseOf[face.index] === -1);
      if (base.length > 0 && head.length > 0) gaps.push({ base, head });
      [i, j] = [end + 1, headEnd + 1];
    }
    return gaps;
  }

  private matchInOrder({ base, head }: Gap, { score, least }: Fit): void {
    const same = (a: Face | undefined, b: Face | undefined) =>
      a !== undefined && b !== undefined && a.key === b.key && sameOutputs(a, b);
    // What is the same at both ends needs no search: a million empty cells are settled here.
    let [start, endBase, endHead] = [0, base.length, head.length];
    while (start < Math.min(endBase, endHead) && same(base[start], head[start])) start++;
    while (Math.min(endBase, endHead) > start && same(base[endBase - 1], head[endHead - 1]))
      [endBase, endHead] = [endBase - 1, endHead - 1];
    const pair = (from: Face | undefined, to: Face | undefined) => {
      if (from !== undefined && to !== undefined) this.take(from.index, to.index);
    };
    for (let n = 0; n < start; n++) pair(base[n], head[n]);
    for (let n = 0; n < base.length - endBase; n++) pair(base[endBase + n], head[endHead + n]);
    const [a, b] = [base.slice(start, endBase), head.slice(start, endHead)];
    if (a.length === 0 || b.length === 0) return;
    for (const [i, j] of bestInOrder(a, b, { score, least })) pair(a[i], b[j]);
  }
}

function sameOutputs(a: Face, b: Face): boolean {
  const [x, y] = [a.cell.outputs, b.cell.outputs];
  return (
    x.length === y.length &&
    x.every((output, i) => {
      const other = y[i];
      return other !== undefined && isSame(output, other);
    })
  );
}

function inPlace(a: Face, b: Face): number {
  return a.cell.type === b.cell.type || a.source === b.source ? closeLikeness(a, b) : 0;
}

function distance({ a, b }: { a: Face; b: Face }): number {
  return Math.abs(a.index - b.index);
}

/** Whole lines, and runs of three words: at most 200 of each, enough to meet one's other version. */
function features(face: Face): Set<string> {
  const found = new Set<string>();
  for (const line of face.source.split('\n', 200))
    if (line.trim().length > 3) found.add(line.trim());
  const { tokens } = face;
  for (let i = 0; i + 2 < Math.min(tokens.length, 202); i++)
    found.add(`${tokens[i] ?? ''} ${tokens[i + 1] ?? ''} ${tokens[i + 2] ?? ''}`);
  return found;
}
