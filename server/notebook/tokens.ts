import { alignItems, toBlocks } from './align.js';
import type { NoiseFilter, TextKind } from './noise.js';

export type Mark = [number, number];

/** A terminal's colour sequence, a word (ideographs one by one), a number, a run of blanks, or one other character. */
const TOKEN =
  // eslint-disable-next-line no-control-regex -- ESC begins a colour sequence
  /\u001b\[[\d;]*[A-Za-z]|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\p{L}_](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}_])*|\s+|[^]/gu;
const MAX_TOKENS = 200_000;
/** Longer lines are first compared by stretches between commas and blanks, and only what differs by token. */
const LONG = 20_000;
/** Lines that need more edits of tokens than this are hardly versions of each other. */
const MAX_EDITS = 300;

/** The tokens of a line; joined they are the line again. */
export function tokenize(line: string): string[] {
  return line.match(TOKEN) ?? [];
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
  if (filter?.mayMatch(line) !== true) {
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

/** Widens marks to whole graphemes, so that no accent or emoji is cut. */
function snap(line: string, marks: readonly Mark[]): Mark[] {
  if (marks.length === 0 || !/[\u0300-\uffff]/.test(line) || line.length > 20_000)
    return [...marks];
  const starts = new Set([line.length]);
  for (const { index } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line))
    starts.add(index);
  const wide: Mark[] = [];
  for (let [from, to] of marks) {
    while (from > 0 && !starts.has(from)) from--;
    while (to < line.length && !starts.has(to)) to++;
    const last = wide[wide.length - 1];
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else wide.push([from, to]);
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

function markLong(
  base: string,
  head: string,
  options: MarkOptions,
): { base: Mark[]; head: Mark[] } {
  const [a, b] = [base.match(STRETCH) ?? [], head.match(STRETCH) ?? []];
  const marks: { base: Mark[]; head: Mark[] } = { base: [], head: [] };
  let [atBase, atHead] = [0, 0];
  for (const block of toBlocks(alignItems(a, b, MAX_EDITS), b.length)) {
    const mine = a.slice(...block.base).join('');
    const theirs = b.slice(...block.head).join('');
    if (!block.same) {
      const inner = markShort(mine, theirs, options);
      marks.base.push(...inner.base.map(([from, to]): Mark => [from + atBase, to + atBase]));
      marks.head.push(...inner.head.map(([from, to]): Mark => [from + atHead, to + atHead]));
    }
    atBase += mine.length;
    atHead += theirs.length;
  }
  return marks;
}

/** The changed tokens of two lines that are versions of each other, as ranges of each. */
export function markTokens(
  base: string,
  head: string,
  options: MarkOptions,
): { base: Mark[]; head: Mark[] } {
  const isLong = base.length + head.length > LONG;
  return isLong && options.filter?.mayMatch(base) !== true
    ? markLong(base, head, options)
    : markShort(base, head, options);
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
  return /[\p{L}\p{N}]/u.test(token) ? 1.5 : 0.4;
}
