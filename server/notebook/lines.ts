import type { DiffLine, Hunk, TextDiff } from '../../contract/diff.js';
import type { Block } from './align.js';
import { alignItems, toBlocks } from './align.js';
import type { NoiseCount, TextKind } from './noise.js';
import { shorten } from './shorten.js';
import type { Mark } from './tokens.js';
import { markTokens, similarity, tokenize } from './tokens.js';

/** Unchanged lines that are shown above and below a change. */
const CONTEXT = 2;
/** Two lines count as versions of each other from here on; below they are marked whole. */
const ALIKE = 0.4;
const MAX_PAIRS = 900;
/** The most changed lines that one diff lists. */
const MAX_LISTED = 5000;
/** How many code units of changed lines are looked at by token; what comes after is marked as whole lines. */
const MAX_MARKED = 6_000_000;
/** Beyond this length alikeness is taken for granted where lines stand opposite each other. */
const LONG = 4000;

/** The lines of a text; a final newline ends the last one and begins none. */
export function splitLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

export interface TextDiffOptions {
  readonly kind: TextKind;
  /** Where differences that are chance are counted; without it every difference counts as a change. */
  readonly noise?: NoiseCount;
}

/** Two texts compared by line. With `noise`, lines that differ in chance parts alone are the same. */
export function diffText(base: string, head: string, options: TextDiffOptions): TextDiff {
  let a = splitLines(base);
  let b = splitLines(head);
  if (base !== head && a.length === b.length && a.every((line, i) => line === b[i])) {
    // Only the final newline differs: then it is a line of its own, so that the difference can be seen.
    a = base === '' ? [] : base.split('\n');
    b = head === '' ? [] : head.split('\n');
  }
  const { kind } = options;
  const filter = options.noise?.filter.narrow(kind, [base, head]);
  const masks =
    filter !== undefined && (filter.mayMatch(base, kind) || filter.mayMatch(head, kind));
  const keysOf = (lines: string[]) =>
    masks ? lines.map((line) => filter.mask(line, kind)) : lines;
  const alignment = alignItems(keysOf(a), keysOf(b));
  if (masks)
    alignment.partner.forEach((j, i) => {
      const [mine, theirs] = [a[i], b[j]];
      if (j >= 0 && mine !== undefined && theirs !== undefined && mine !== theirs)
        options.noise?.addBetween(mine, theirs, kind, filter);
    });
  const blocks = slide(toBlocks(alignment, b.length), a, b);
  const changed = blocks.filter(({ same }) => !same);
  const count = (side: 'base' | 'head') =>
    changed.reduce((sum, block) => sum + block[side][1] - block[side][0], 0);
  const removed = count('base');
  const added = count('head');
  const listed = removed + added <= MAX_LISTED ? blocks : firstBlocks(blocks, MAX_LISTED);
  const shown = listed.reduce((sum, block) => sum + changedIn(block), 0);
  return {
    hunks: toHunks(listed, a, b, options),
    baseLines: a.length,
    headLines: b.length,
    removed,
    added,
    ...(alignment.coarse ? { coarse: true } : {}),
    ...(shown < removed + added ? { leftOut: removed + added - shown } : {}),
  };
}

function changedIn({ same, base, head }: Block): number {
  return same ? 0 : base[1] - base[0] + head[1] - head[0];
}

/** The blocks up to a number of changed lines; the last one is cut, its removed lines first. */
function firstBlocks(blocks: readonly Block[], most: number): Block[] {
  const first: Block[] = [];
  let left = most;
  for (const block of blocks) {
    const size = changedIn(block);
    if (size <= left) first.push(block);
    else {
      const [from, to] = block.base;
      const removed = Math.min(to - from, Math.ceil(left / 2));
      const added = Math.min(block.head[1] - block.head[0], left - removed);
      first.push({
        same: false,
        base: [from, from + removed],
        head: [block.head[0], block.head[0] + added],
      });
      break;
    }
    left -= size;
  }
  return first;
}

/**
 * A block of pure insertion or deletion can often stand a few lines higher or lower. It is put where a reader would: after a blank line or
 * where the indentation is least at its start (as git's indent heuristic does).
 */
function slide(blocks: Block[], a: readonly string[], b: readonly string[]): Block[] {
  const slid = [...blocks];
  for (let n = 1; n < slid.length - 1; n++) {
    const [before, block, after] = [slid[n - 1], slid[n], slid[n + 1]];
    if (before === undefined || block === undefined || after === undefined || block.same) continue;
    const inBase = block.base[1] > block.base[0];
    if (inBase === block.head[1] > block.head[0]) continue;
    const lines = inBase ? a : b;
    const [from, to] = inBase ? block.base : block.head;
    let best = 0;
    let bestCost = cutCost(lines, from) + cutCost(lines, to);
    const room = before.base[1] - before.base[0] - 1;
    for (let up = 1; up <= room && lines[from - up] === lines[to - up]; up++) {
      const cost = cutCost(lines, from - up) + cutCost(lines, to - up);
      if (cost < bestCost) [best, bestCost] = [up, cost];
    }
    if (best === 0) continue;
    const move = ([start, end]: readonly [number, number]): [number, number] => [
      start - best,
      end - best,
    ];
    slid[n - 1] = {
      ...before,
      base: [before.base[0], before.base[1] - best],
      head: [before.head[0], before.head[1] - best],
    };
    slid[n] = { same: false, base: move(block.base), head: move(block.head) };
    slid[n + 1] = {
      ...after,
      base: [after.base[0] - best, after.base[1]],
      head: [after.head[0] - best, after.head[1]],
    };
  }
  return slid;
}

/** How bad it is to cut before this line: not at all after a blank one, worse the deeper it is indented. */
function cutCost(lines: readonly string[], at: number): number {
  const line = lines[at];
  if (line === undefined || at === 0) return 0;
  if (line.trim() === '') return 60;
  const indent = line.length - line.trimStart().length;
  return (lines[at - 1]?.trim() === '' ? 0 : 20) + Math.min(indent, 39);
}

function toHunks(
  blocks: readonly Block[],
  a: readonly string[],
  b: readonly string[],
  options: TextDiffOptions,
): Hunk[] {
  const hunks: Hunk[] = [];
  let hunk: Hunk | undefined;
  const keep = (block: Block, from: number, to: number) => {
    for (let i = from; i < to; i++)
      hunk?.lines.push(shorten({ op: ' ', text: b[block.head[0] + i] ?? '' }));
  };
  blocks.forEach((block, n) => {
    const length = block.base[1] - block.base[0];
    if (!block.same) {
      hunk ??= { base: block.base[0], head: block.head[0], lines: [] };
      if (hunks[hunks.length - 1] !== hunk) hunks.push(hunk);
      hunk.lines.push(...changedLines(a.slice(...block.base), b.slice(...block.head), options));
      return;
    }
    const lead = n > 0 ? Math.min(CONTEXT, length) : 0;
    const trail = n < blocks.length - 1 ? Math.min(CONTEXT, length) : 0;
    if (hunk !== undefined && n < blocks.length - 1 && length <= 2 * CONTEXT + 1) {
      keep(block, 0, length);
      return;
    }
    keep(block, 0, lead);
    hunk = undefined;
    if (trail === 0) return;
    hunk = { base: block.base[1] - trail, head: block.head[1] - trail, lines: [] };
    keep(block, length - trail, length);
  });
  return hunks;
}

function changedLines(
  removed: readonly string[],
  added: readonly string[],
  { kind, noise }: TextDiffOptions,
): DiffLine[] {
  const baseMarks = new Map<number, Mark[]>();
  const headMarks = new Map<number, Mark[]>();
  let looked = 0;
  for (const [i, j] of pairLines(removed, added)) {
    looked += (removed[i]?.length ?? 0) + (added[j]?.length ?? 0);
    if (looked > MAX_MARKED) break;
    const marks = markTokens(removed[i] ?? '', added[j] ?? '', { kind, filter: noise?.filter });
    baseMarks.set(i, marks.base);
    headMarks.set(j, marks.head);
  }
  const toLine = (op: '-' | '+', marks: Map<number, Mark[]>) => (text: string, i: number) => {
    const own = marks.get(i);
    return shorten(own === undefined || own.length === 0 ? { op, text } : { op, text, marks: own });
  };
  return [...removed.map(toLine('-', baseMarks)), ...added.map(toLine('+', headMarks))];
}

/** Which removed line became which added one: pairs in order, alike ones only. */
export function pairLines(
  removed: readonly string[],
  added: readonly string[],
): [number, number][] {
  const [n, m] = [removed.length, added.length];
  const opposite = Array.from({ length: Math.min(n, m) }, (_, i): [number, number] => [i, i]);
  const long = (line: string) => line.length > LONG;
  if (removed.some(long) || added.some(long)) return opposite;
  const tokensOf = (lines: readonly string[]) => lines.map(tokenize);
  if (n * m > MAX_PAIRS) {
    if (n !== m) return [];
    return opposite.filter(
      ([i]) => similarity(tokenize(removed[i] ?? ''), tokenize(added[i] ?? '')) >= ALIKE,
    );
  }
  const [a, b] = [tokensOf(removed), tokensOf(added)];
  const alike = a.map((x) => b.map((y) => similarity(x, y)));
  // best[i][j]: the greatest sum of likeness over pairs from removed[i…] and added[j…].
  const best = Array.from({ length: n + 1 }, () => new Float64Array(m + 1));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  const gain = (i: number, j: number) => {
    const value = alike[i]?.[j] ?? 0;
    return value >= ALIKE ? value + at(i + 1, j + 1) : 0;
  };
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--) {
      const row = best[i];
      if (row !== undefined) row[j] = Math.max(at(i + 1, j), at(i, j + 1), gain(i, j));
    }
  const pairs: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < n && j < m;) {
    if (at(i, j) > 0 && at(i, j) === gain(i, j)) pairs.push([i++, j++]);
    else if (at(i, j) === at(i + 1, j)) i++;
    else j++;
  }
  return pairs;
}
