import { alignItems, toBlocks } from './align.js';
import type { NoiseFilter, TextKind } from './noise.js';

export type Mark = [number, number];

/** A terminal's colour sequence, a word (ideographs one by one), a number, a run of blanks, or one other character. */
const TOKEN =
  // eslint-disable-next-line no-control-regex -- ESC begins a colour sequence
  /\u001b\[[\d;]*[A-Za-z]|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\p{L}_](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}_])*|\s+|[^]/gu;
/** The same for text that is ASCII, which most is: far cheaper to build and to run. */
// eslint-disable-next-line no-control-regex -- ESC begins a colour sequence
const ASCII_TOKEN = /\u001b\[[\d;]*[A-Za-z]|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\s+|[^]/g;

const ASCII = /^[\0-\x7f]*$/;
const MAX_TOKENS = 200_000;
/** Longer lines are first compared by stretches between commas and blanks, and only what differs by token. */
const LONG = 20_000;
/** From here on stretches would be too many to be counted one by one. */
const VERY_LONG = 200_000;
/** Lines that need more edits of tokens than this are hardly versions of each other. */
const MAX_EDITS = 300;

/** The tokens of a line; joined they are the line again. */
export function tokenize(line: string): string[] {
  return line.match(ASCII.test(line) ? ASCII_TOKEN : TOKEN) ?? [];
}

export interface MarkOptions {
  readonly kind: TextKind;
  /** What is chance, and so is never marked; undefined where everything counts. */
  readonly filter: NoiseFilter | undefined;
}

interface KeyedTokens {
  readonly texts: readonly string[];
  readonly keys: readonly string[];
}

/** Tokens with the keys by which they are compared: a chance part is one token, the same on both sides. */
function keyedTokens(line: string, { kind, filter }: MarkOptions): KeyedTokens {
  if (filter?.mayMatch(line, kind) !== true) {
    const texts = tokenize(line);
    return { texts, keys: texts };
  }
  const texts: string[] = [];
  const keys: string[] = [];
  let at = 0;
  for (const span of filter.find(line, kind)) {
    for (const token of tokenize(line.slice(at, span.from))) keys[texts.push(token) - 1] = token;
    keys[texts.push(line.slice(span.from, span.to)) - 1] = `\u0000${span.kind}`;
    at = span.to;
  }
  for (const token of tokenize(line.slice(at))) keys[texts.push(token) - 1] = token;
  return { texts, keys };
}

/** Made for the first text that is not ASCII: it takes longer than most diffs. */
let segmenter: Intl.Segmenter | undefined;
/** The longest grapheme that is kept whole; hostile text can make them endless. */
const MAX_GRAPHEME = 256;

/** The grapheme around a place in a line; undefined where one ends and the next begins. */
function graphemeAround(line: string, at: number): Mark | undefined {
  if (at <= 0 || at >= line.length) return undefined;
  if (line.charCodeAt(at) < 0x300 && line.charCodeAt(at - 1) < 0x300) return undefined;
  let start = at - 1;
  // Characters below the combining ones begin a grapheme, whatever stands before.
  while (start > 0 && at - start < MAX_GRAPHEME && line.charCodeAt(start) >= 0x300) start--;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const around = segmenter.segment(line.slice(start, at + MAX_GRAPHEME)).containing(at - start);
  if (around === undefined || around.index === at - start) return undefined;
  return [start + around.index, start + around.index + around.segment.length];
}

/** Widens marks to whole graphemes, so that no accent or emoji is cut. */
function snap(line: string, marks: readonly Mark[]): Mark[] {
  const wide: Mark[] = [];
  for (const [from, to] of marks) {
    const start = graphemeAround(line, from)?.[0] ?? from;
    const end = graphemeAround(line, to)?.[1] ?? to;
    const last = wide[wide.length - 1];
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else wide.push([start, end]);
  }
  return wide;
}

function rangesOf(
  tokens: readonly string[],
  changed: readonly (readonly [number, number])[],
): Mark[] {
  const marks: Mark[] = [];
  let token = 0;
  let at = 0;
  for (const [from, to] of changed) {
    if (to <= from) continue;
    for (; token < from; token++) at += tokens[token]?.length ?? 0;
    const start = at;
    for (; token < to; token++) at += tokens[token]?.length ?? 0;
    const last = marks[marks.length - 1];
    if (last !== undefined && last[1] === start) last[1] = at;
    else marks.push([start, at]);
  }
  return marks;
}

const STRETCH = /[^,;\s]*[,;\s]*/g;
/** Stretches of a very long line, cut at places that the text itself decides, so that they fall together again behind a change. */
const CHUNK = /[^]{500,4000}?[05][,;\s]|[^]{1,4000}/g;

/** Marks by pieces of ever finer patterns: only what differs in one is looked at by the next, and in the end by token. */
function markPieces(
  base: string,
  head: string,
  { patterns, ...options }: MarkOptions & { readonly patterns: readonly RegExp[] },
): { base: Mark[]; head: Mark[] } {
  const [pattern, ...finer] = patterns;
  if (pattern === undefined || base === '' || head === '') return markShort(base, head, options);
  const [a, b] = [base.match(pattern) ?? [], head.match(pattern) ?? []];
  const marks: { base: Mark[]; head: Mark[] } = { base: [], head: [] };
  const lengthOf = (pieces: readonly string[], [from, to]: readonly [number, number]) => {
    let length = 0;
    for (let i = from; i < to; i++) length += pieces[i]?.length ?? 0;
    return length;
  };
  let [atBase, atHead] = [0, 0];
  for (const block of toBlocks(alignItems(a, b, MAX_EDITS), b.length)) {
    const [toBase, toHead] = [atBase + lengthOf(a, block.base), atHead + lengthOf(b, block.head)];
    if (!block.same) {
      const [mine, theirs] = [base.slice(atBase, toBase), head.slice(atHead, toHead)];
      const inner = markPieces(mine, theirs, { ...options, patterns: finer });
      for (const [from, to] of inner.base) marks.base.push([from + atBase, to + atBase]);
      for (const [from, to] of inner.head) marks.head.push([from + atHead, to + atHead]);
    }
    [atBase, atHead] = [toBase, toHead];
  }
  return { base: snap(base, marks.base), head: snap(head, marks.head) };
}

/** The changed tokens of two lines that are versions of each other, as ranges of each. */
export function markTokens(
  base: string,
  head: string,
  options: MarkOptions,
): { base: Mark[]; head: Mark[] } {
  const length = base.length + head.length;
  if (length <= LONG || options.filter?.mayMatch(base, options.kind) === true)
    return markShort(base, head, options);
  const patterns = length <= VERY_LONG ? [STRETCH] : [CHUNK, STRETCH];
  return markPieces(base, head, { ...options, patterns });
}

function markShort(
  base: string,
  head: string,
  options: MarkOptions,
): { base: Mark[]; head: Mark[] } {
  const a = keyedTokens(base, options);
  const b = keyedTokens(head, options);
  if (a.texts.length + b.texts.length > MAX_TOKENS)
    return { base: [[0, base.length]], head: [[0, head.length]] };
  const changed = toBlocks(alignItems(a.keys, b.keys, MAX_EDITS), b.keys.length).filter(
    ({ same }) => !same,
  );
  return {
    base: snap(
      base,
      rangesOf(
        a.texts,
        changed.map((block) => block.base),
      ),
    ),
    head: snap(
      head,
      rangesOf(
        b.texts,
        changed.map((block) => block.head),
      ),
    ),
  };
}

type Counts = ReadonlyMap<string, number>;

function countTokens(tokens: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/**
 * How alike two texts are by their words and signs, from 0 to 1 (Dice; blanks do not count). A word that stands there often counts by the root
 * of its number: brackets and the name of the one data frame do not make two texts alike.
 */
export function similarity(base: readonly string[], head: readonly string[]): number {
  const [a, b] = [countTokens(base), countTokens(head)];
  const size = (counts: Counts) => {
    let sum = 0;
    for (const [token, count] of counts) sum += weigh(token) * Math.sqrt(count);
    return sum;
  };
  let common = 0;
  for (const [token, count] of a) {
    const other = b.get(token);
    if (other !== undefined) common += weigh(token) * Math.sqrt(Math.min(count, other));
  }
  const total = size(a) + size(b);
  return total === 0 ? 1 : (2 * common) / total;
}

/** Words tell more than signs. */
function weigh(token: string): number {
  const code = token.charCodeAt(0);
  if (code <= 0x20 || code === 0xa0) return 0;
  if (token.length > 1) return 2;
  if (code < 0x80) return isWordCode(code) ? 1.5 : 0.4;
  return /[\p{L}\p{N}]/u.test(token) ? 1.5 : 0.4;
}

function isWordCode(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}
