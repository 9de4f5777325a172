import type { Noise } from '../../contract/diff.js';
import { NOISE_RULES, QUICK } from './noise-rules.js';

export type TextKind = 'text' | 'html' | 'stream';

/** A place in a text that is chance; end excluded. */
export interface NoiseSpan {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

/** A kind of noise that a person defined: where it finds chance in a text, as spans in order and apart, none of them empty. */
export interface PersonalRule {
  readonly kind: string;
  readonly find: (text: string) => Iterable<readonly [number, number]>;
}

/** Two lists of spans that are each in order and apart, as one such list; of two that overlap the one of `first` stays. */
function joinSpans(first: readonly NoiseSpan[], second: readonly NoiseSpan[]): NoiseSpan[] {
  const joined: NoiseSpan[] = [];
  let next = 0;
  for (const span of second) {
    for (let other = first[next]; other !== undefined && other.to <= span.from;) {
      joined.push(other);
      other = first[++next];
    }
    const other = first[next];
    if (other === undefined || span.to <= other.from) joined.push(span);
  }
  for (const span of first.slice(next)) joined.push(span);
  return joined;
}

/** What counts as chance in one diff: every kind but those that were asked to be shown, and a person's own. */
export class NoiseFilter {
  private readonly rules: typeof NOISE_RULES;
  private readonly personal: readonly PersonalRule[];
  private readonly shown: ReadonlySet<string>;

  constructor(shown: readonly string[] = [], personal: readonly PersonalRule[] = []) {
    this.shown = new Set(shown);
    this.rules = NOISE_RULES.filter(({ kind }) => !this.shows(kind));
    this.personal = personal.filter(({ kind }) => !this.shows(kind));
  }

  /** True when differences of this kind were asked to be shown. */
  shows(kind: string): boolean {
    return this.shown.has('all') || this.shown.has(kind);
  }

  /** False when nothing in the text can be chance. */
  mayMatch(text: string): boolean {
    return this.personal.length > 0 || (this.rules.length > 0 && QUICK.test(text));
  }

  /** The chance parts of a text, in order and apart from each other. */
  find(text: string, textKind: TextKind): readonly NoiseSpan[] {
    let spans: NoiseSpan[] = [];
    if (QUICK.test(text))
      for (const { kind, scope, pattern } of this.rules) {
        if (scope !== 'any' && scope !== textKind) continue;
        const found: NoiseSpan[] = [];
        for (const { index, 0: matched } of text.matchAll(pattern))
          if (matched !== '') found.push({ kind, from: index, to: index + matched.length });
        if (found.length > 0) spans = joinSpans(spans, found);
      }
    for (const rule of this.personal) {
      const found = Array.from(rule.find(text), ([from, to]) => ({ kind: rule.kind, from, to }));
      if (found.length > 0) spans = joinSpans(spans, found);
    }
    return spans;
  }

  /** The text with each chance part replaced by the name of its kind: equal for two texts that differ in noise alone. */
  mask(text: string, textKind: TextKind): string {
    if (!this.mayMatch(text)) return text;
    let masked = '';
    let at = 0;
    for (const { kind, from, to } of this.find(text, textKind)) {
      masked += `${text.slice(at, from)}\u0000${kind}\u0000`;
      at = to;
    }
    return masked + text.slice(at);
  }
}

/** Counts differences of noise by kind, as far as the filter hides them. */
export class NoiseCount {
  private readonly counts = new Map<string, number>();

  constructor(readonly filter: NoiseFilter) {}

  add(kind: string, times = 1): void {
    if (times > 0) this.counts.set(kind, (this.counts.get(kind) ?? 0) + times);
  }

  addAll(noise: Noise): void {
    for (const [kind, times] of Object.entries(noise)) this.add(kind, times);
  }

  /** For a difference of this kind: true when it is not to be shown, and then it is counted. */
  hides(kind: string): boolean {
    if (this.filter.shows(kind)) return false;
    this.add(kind);
    return true;
  }

  /** For two texts that are equal once masked: each place where they differ. */
  addBetween(base: string, head: string, textKind: TextKind): void {
    const theirs = this.filter.find(head, textKind);
    this.filter.find(base, textKind).forEach(({ kind, from, to }, i) => {
      const other = theirs[i];
      if (other === undefined || base.slice(from, to) !== head.slice(other.from, other.to))
        this.add(kind);
    });
  }

  toNoise(): Noise {
    return Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
