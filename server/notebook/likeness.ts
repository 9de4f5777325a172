import type { Cell } from './notebook.js';
import { similarity, tokenize } from './tokens.js';

const MAX_SOURCE = 20_000;
const SHORT = 120;

/** Line ends and blank lines at the end of a source do not tell cells apart. */
export function plainSource(cell: Cell): string {
  return cell.source.includes('\r') ? cell.source.replace(/\r\n?/g, '\n') : cell.source;
}

/** A cell prepared for matching: what its comparison with many others needs, made once. */
export class Face {
  readonly source: string;
  /** Equal for cells of one type with one source (line ends aside). */
  readonly key: string;
  /** Too little text to be known again elsewhere. */
  readonly tiny: boolean;
  private words: readonly string[] | undefined;

  constructor(
    readonly cell: Cell,
    readonly index: number,
  ) {
    this.source = plainSource(cell).trimEnd();
    this.key = cell.type === 'code' ? this.source : `${cell.type}\u0000${this.source}`;
    this.tiny = this.source.length < 12;
  }

  get tokens(): readonly string[] {
    this.words ??= tokenize(this.source.slice(0, MAX_SOURCE)).filter(
      (token) => token.trim() !== '',
    );
    return this.words;
  }
}

export function toFace(cell: Cell, index: number): Face {
  return new Face(cell, index);
}

/** How alike two sources are, from 0 to 1: by their words, or by their shape when names were exchanged throughout. */
export function likeness(a: Face, b: Face): number {
  if (a.source === b.source) return 1;
  const byWords = similarity(a.tokens, b.tokens);
  if (byWords >= 0.9 || a.tokens.length < 6 || a.tokens.length !== b.tokens.length) return byWords;
  return byWords > 0.25 && shape(a.tokens) === shape(b.tokens) ? Math.max(byWords, 0.75) : byWords;
}

/** The tokens with each name replaced by the place where it first stood: the same after a renaming. */
function shape(tokens: readonly string[]): string {
  const names = new Map<string, number>();
  return tokens
    .map((token) => {
      if (!/^[\p{L}_]/u.test(token)) return token;
      const known = names.get(token) ?? names.size;
      names.set(token, known);
      return `\u0000${known}`;
    })
    .join('\u0001');
}

/** Likeness of short texts that stand at the same place: by pairs of characters, which also sees x = 1 become x = 2. */
export function closeLikeness(a: Face, b: Face): number {
  const [s, t] = [a.source, b.source];
  if (s.length > SHORT || t.length > SHORT) return likeness(a, b);
  const grams = new Map<string, number>();
  for (let i = 0; i + 1 < s.length; i++) {
    const gram = s.slice(i, i + 2);
    grams.set(gram, (grams.get(gram) ?? 0) + 1);
  }
  let common = 0;
  for (let i = 0; i + 1 < t.length; i++) {
    const gram = t.slice(i, i + 2);
    const left = grams.get(gram) ?? 0;
    if (left === 0) continue;
    grams.set(gram, left - 1);
    common++;
  }
  const total = Math.max(0, s.length - 1) + Math.max(0, t.length - 1);
  return Math.max(total === 0 ? 0 : (2 * common) / total, likeness(a, b));
}
