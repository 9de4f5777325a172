import type { Noise } from '../../contract/diff.js';
import { Neighbours } from './noise-hints.js';
import type { NoiseRule } from './noise-rule.js';
import { NOISE_RULES } from './noise-rules.js';
import { differingStretches } from './stretches.js';

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

/** Rules, and one pattern that finds something in all text which any of them can match. */
interface RuleSet {
  readonly rules: readonly NoiseRule[];
  readonly quick: RegExp | undefined;
}

function toRuleSet(rules: readonly NoiseRule[]): RuleSet {
  const hints = [...new Set(rules.map(({ hint }) => hint))];
  return { rules, quick: hints.length === 0 ? undefined : new RegExp(hints.join('|')) };
}

const NO_RULES = toRuleSet([]);
/** From this length on it pays to find out which rules cannot match before the text is searched. */
const LONG = 2000;

/** The rules of a set that can match something in texts. */
function narrowSet(set: RuleSet, texts: readonly string[]): RuleSet {
  const neighbours = new Neighbours(texts);
  const rules = set.rules.filter(({ hint }) => neighbours.mayMatch(hint));
  const narrow = rules.length === set.rules.length ? set : toRuleSet(rules);
  return texts.some((text) => narrow.quick?.test(text) === true) ? narrow : NO_RULES;
}

/** What counts as chance in one diff: every kind but those that were asked to be shown, and a person's own. */
export class NoiseFilter {
  private readonly sets: Readonly<Record<TextKind, RuleSet>>;
  private readonly personal: readonly PersonalRule[];
  private readonly shown: ReadonlySet<string>;

  constructor(
    shown: readonly string[] = [],
    personal: readonly PersonalRule[] = [],
    sets?: Readonly<Record<TextKind, RuleSet>>,
  ) {
    this.shown = new Set(shown);
    const rules = sets === undefined ? NOISE_RULES.filter(({ kind }) => !this.shows(kind)) : [];
    const of = (textKind: TextKind) =>
      toRuleSet(rules.filter(({ scope }) => scope === 'any' || scope === textKind));
    this.sets = sets ?? { text: of('text'), html: of('html'), stream: of('stream') };
    this.personal = personal.filter(({ kind }) => !this.shows(kind));
  }

  /** True when differences of this kind were asked to be shown. */
  shows(kind: string): boolean {
    return this.shown.has('all') || this.shown.has(kind);
  }

  /** The same filter for parts of these texts alone: without the rules that nothing in them can match. */
  narrow(textKind: TextKind, texts: readonly string[]): NoiseFilter {
    if (texts.reduce((sum, text) => sum + text.length, 0) < LONG) return this;
    const sets = { ...this.sets, [textKind]: narrowSet(this.sets[textKind], texts) };
    return new NoiseFilter([...this.shown], this.personal, sets);
  }

  /** False when nothing in the text can be chance. */
  mayMatch(text: string, textKind: TextKind): boolean {
    return this.personal.length > 0 || this.setOf(text, textKind).rules.length > 0;
  }

  private setOf(text: string, textKind: TextKind): RuleSet {
    const set = this.sets[textKind];
    if (text.length >= LONG && set.rules.length > 0) return narrowSet(set, [text]);
    return set.quick?.test(text) === true ? set : NO_RULES;
  }

  /** The chance parts of a text, in order and apart from each other. */
  find(text: string, textKind: TextKind): readonly NoiseSpan[] {
    let spans: NoiseSpan[] = [];
    for (const { kind, pattern } of this.setOf(text, textKind).rules) {
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
    let masked = '';
    let at = 0;
    for (const { kind, from, to } of this.find(text, textKind)) {
      masked += `${text.slice(at, from)}\u0000${kind}\u0000`;
      at = to;
    }
    return at === 0 ? text : masked + text.slice(at);
  }

  /** True for texts that are equal once masked; they are searched only around where they differ. */
  isAlike(base: string, head: string, textKind: TextKind): boolean {
    const [a, b] = differingStretches(base, head);
    return a === b || this.mask(a, textKind) === this.mask(b, textKind);
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

  /** For two texts that are equal once masked: each place where they differ. `filter` may be narrowed to texts that hold both. */
  addBetween(base: string, head: string, textKind: TextKind, filter = this.filter): void {
    const [a, b] = differingStretches(base, head);
    const theirs = filter.find(b, textKind);
    filter.find(a, textKind).forEach(({ kind, from, to }, i) => {
      const other = theirs[i];
      if (other === undefined || a.slice(from, to) !== b.slice(other.from, other.to))
        this.add(kind);
    });
  }

  toNoise(): Noise {
    return Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
