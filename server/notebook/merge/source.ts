import type { Block } from '../align.js';
import { alignItems, toBlocks } from '../align.js';
import type { SourceChunk } from './plan.js';

type Lines = readonly string[];
type Range = readonly [number, number];

/** The lines of a source without their "\n"; an empty source has none. */
export function toLines(source: string): string[] {
  return source === '' ? [] : source.split('\n');
}

/**
 * Three sources merged by line (diff3), as chunks in order whose lines make up each side. Lines that two sides changed differently
 * are a conflict, and so are changes that touch; but lines replaced one for one by either side alone are merged even where they
 * are neighbours. How lines end ("\r") does not make them differ.
 */
export function mergeLines(base: Lines, local: Lines, remote: Lines): readonly SourceChunk[] {
  const [a, b, c] = [base.map(plain), local.map(plain), remote.map(plain)];
  const left = toBlocks(alignItems(a, b), b.length);
  const right = toBlocks(alignItems(a, c), c.length);
  const chunks: SourceChunk[] = [];
  for (const region of toRegions(left, right)) {
    const chunk: SourceChunk = {
      kind: 'same',
      base: base.slice(...region.base),
      local: local.slice(...region.local),
      remote: remote.slice(...region.remote),
    };
    if (region.same) chunks.push(chunk);
    else chunks.push(...classify(chunk, oneForOne(region)));
  }
  return joinAlike(chunks);
}

function plain(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** A stretch of the three texts that nobody changed, or that one or both did. */
interface Region {
  readonly same: boolean;
  readonly base: Range;
  readonly local: Range;
  readonly remote: Range;
  /** The changes of either side that lie in it. */
  readonly left: readonly Block[];
  readonly right: readonly Block[];
}

/** Walks both alignments at once: changes that overlap or touch make one region. */
function toRegions(left: readonly Block[], right: readonly Block[]): Region[] {
  const changes = [
    ...left.filter(({ same }) => !same).map((block) => ({ block, side: 'left' as const })),
    ...right.filter(({ same }) => !same).map((block) => ({ block, side: 'right' as const })),
  ].sort((x, y) => x.block.base[0] - y.block.base[0] || x.block.base[1] - y.block.base[1]);
  const ends = (blocks: readonly Block[]) => {
    const last = blocks[blocks.length - 1];
    return { base: last?.base[1] ?? 0, head: last?.head[1] ?? 0 };
  };
  const [endLeft, endRight] = [ends(left), ends(right)];
  const regions: Region[] = [];
  let [at, atLocal, atRemote] = [0, 0, 0];
  const keep = (to: number) => {
    if (to <= at) return;
    const length = to - at;
    regions.push({
      same: true,
      base: [at, to],
      local: [atLocal, atLocal + length],
      remote: [atRemote, atRemote + length],
      left: [],
      right: [],
    });
    [at, atLocal, atRemote] = [to, atLocal + length, atRemote + length];
  };
  for (let n = 0; n < changes.length;) {
    const first = changes[n];
    if (first === undefined) break;
    const from = first.block.base[0];
    let to = first.block.base[1];
    const inLeft: Block[] = [];
    const inRight: Block[] = [];
    for (; n < changes.length; n++) {
      const change = changes[n];
      if (change === undefined || change.block.base[0] > to) break;
      to = Math.max(to, change.block.base[1]);
      (change.side === 'left' ? inLeft : inRight).push(change.block);
    }
    keep(from);
    const grown = (blocks: readonly Block[]) =>
      blocks.reduce(
        (sum, { base, head }) => sum + head[1] - head[0] - (base[1] - base[0]),
        to - from,
      );
    const [toLocal, toRemote] = [atLocal + grown(inLeft), atRemote + grown(inRight)];
    regions.push({
      same: false,
      base: [from, to],
      local: [atLocal, toLocal],
      remote: [atRemote, toRemote],
      left: inLeft,
      right: inRight,
    });
    [at, atLocal, atRemote] = [to, toLocal, toRemote];
  }
  keep(Math.max(endLeft.base, endRight.base));
  return regions;
}

/** For lines replaced one for one, each by one side alone: for every line of the region who changed it. Else undefined. */
function oneForOne({ base, left, right }: Region): readonly ('local' | 'remote')[] | undefined {
  const owners: ('local' | 'remote' | undefined)[] = [];
  for (const [side, blocks] of [
    ['local', left],
    ['remote', right],
  ] as const)
    for (const block of blocks) {
      const [from, to] = block.base;
      if (to - from !== block.head[1] - block.head[0]) return undefined;
      for (let line = from; line < to; line++) {
        if (owners[line - base[0]] !== undefined) return undefined;
        owners[line - base[0]] = side;
      }
    }
  const known = owners.filter((owner) => owner !== undefined);
  return known.length === base[1] - base[0] ? known : undefined;
}

function classify(
  chunk: SourceChunk,
  owners: readonly ('local' | 'remote')[] | undefined,
): SourceChunk[] {
  const { base, local, remote } = chunk;
  if (equal(local, remote)) return [{ ...chunk, kind: 'agreed' }];
  if (equal(base, remote)) return [{ ...chunk, kind: 'local' }];
  if (equal(base, local)) return [{ ...chunk, kind: 'remote' }];
  if (owners !== undefined)
    return owners.map((kind, n) => ({
      kind,
      base: base.slice(n, n + 1),
      local: local.slice(n, n + 1),
      remote: remote.slice(n, n + 1),
    }));
  return base.length === 0 ? refine(local, remote) : trim(chunk);
}

function equal(a: Lines, b: Lines): boolean {
  return a.length === b.length && a.every((line, n) => plain(line) === plain(b[n] ?? ''));
}

/** Two texts with less in common than this share of their lines were not meant to be one. */
const KINDRED = 0.5;

/** Both sides put lines where there were none: where they wrote mostly the same, what is alike in them was agreed on. */
function refine(local: Lines, remote: Lines): SourceChunk[] {
  const blocks = toBlocks(alignItems(local.map(plain), remote.map(plain)), remote.length);
  const telling = (lines: Lines) => lines.filter((line) => /[\p{L}\p{N}]/u.test(line)).length;
  const common = blocks
    .filter(({ same }) => same)
    .reduce((sum, { base }) => sum + telling(local.slice(...base)), 0);
  if (common === 0 || common < KINDRED * Math.max(telling(local), telling(remote)))
    return trim({ kind: 'conflict', base: [], local, remote });
  return blocks.map(({ same, base, head }) =>
    same
      ? { kind: 'agreed', base: [], local: local.slice(...base), remote: remote.slice(...head) }
      : against(local.slice(...base), remote.slice(...head), []),
  );
}

/** Lines of one side alone stand where nothing stands against them; else they conflict. */
function against(local: Lines, remote: Lines, base: Lines): SourceChunk {
  const free = base.length === 0;
  const kind =
    free && remote.length === 0 ? 'local' : free && local.length === 0 ? 'remote' : 'conflict';
  return { kind, base, local, remote };
}

/** A conflict without the lines at its ends that both sides wrote alike. */
function trim({ base, local, remote }: SourceChunk): SourceChunk[] {
  const shorter = Math.min(local.length, remote.length);
  const alike = (i: number, j: number) => plain(local[i] ?? '') === plain(remote[j] ?? '');
  let start = 0;
  while (start < shorter && alike(start, start)) start++;
  let end = 0;
  while (end < shorter - start && alike(local.length - 1 - end, remote.length - 1 - end)) end++;
  const agreed = (cut: (lines: Lines) => Lines): SourceChunk => ({
    kind: 'agreed',
    base: [],
    local: cut(local),
    remote: cut(remote),
  });
  const middle = (lines: Lines) => lines.slice(start, lines.length - end);
  return [
    ...(start > 0 ? [agreed((lines) => lines.slice(0, start))] : []),
    against(middle(local), middle(remote), base),
    ...(end > 0 ? [agreed((lines) => lines.slice(lines.length - end))] : []),
  ];
}

/** Neighbours of one kind become one, except conflicts. */
function joinAlike(chunks: readonly SourceChunk[]): SourceChunk[] {
  const joined: SourceChunk[] = [];
  for (const chunk of chunks) {
    const last = joined[joined.length - 1];
    if (last?.kind === chunk.kind && chunk.kind !== 'conflict')
      joined[joined.length - 1] = {
        kind: chunk.kind,
        base: [...last.base, ...chunk.base],
        local: [...last.local, ...chunk.local],
        remote: [...last.remote, ...chunk.remote],
      };
    else joined.push(chunk);
  }
  return joined;
}
