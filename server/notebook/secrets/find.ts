import { createKeywords } from './keywords.js';
import { assignmentAround, Base64Runs, wordAround, type Asked, type Stretch } from './places.js';
import { entropyOf, GENERIC_RULE, listRules, type Rule } from './rules.js';

/** A secret in a text, from `start` up to `end` in UTF-16 code units. */
export interface Found extends Stretch {
  readonly rule: Rule;
}

/** How much text patterns may still be tried on, in code units; shared by all texts of a notebook. */
export interface Budget {
  left: number;
}

/** Finds texts that are known, in one way or another. */
export interface Known {
  find(text: string): readonly Stretch[];
}

/** What is looked for in every text. */
export interface Seeker {
  /** Whether there can be anything in a text as its JSON has it; false is sure. */
  isWorthIt(bytes: Uint8Array, span: Stretch): boolean;
  /**
   * The secrets of a text, in order and apart from each other; pauses between pieces of work of some milliseconds each. Where the
   * budget ends, the rest is not looked at.
   */
  find(text: string, budget: Budget): Generator<undefined, readonly Found[]>;
}

export interface SeekerOptions {
  /** By default gitleaks' rules. */
  readonly listed?: readonly Rule[];
  /** A person's own rules. */
  readonly own?: readonly Rule[];
  /** Texts that are taken for secrets wherever they stand, as ones of `rule`. */
  readonly known?: { readonly texts: Known; readonly rule: Rule };
}

/** A rule for several lines is tried this far from its keyword at first, and at most. */
const LINES = 4 * 1024;
const MOST_LINES = 64 * 1024;
/** Keys of many lines: what begins one is worth looking farther for its end. */
const LONG_RULE = 'private-key';
/** A rule for whole texts is tried on pieces of this size, which overlap by what its match may have. */
const PIECE = 64 * 1024;
const OVERLAP = 1024;
/** Patterns take about a microsecond a character: after this many others get a turn. */
const TURN = 8 * 1024;
/** To test a match against all that is allowed takes as long as this many characters. */
const MATCH_COST = 500;
/** A value longer than this is no key that somebody assigned, whatever its name sounds like. */
const LONGEST_GENERIC = 512;

/** JSON may write any letter like this, also those of keywords. */
const ESCAPE = '\\u00';

/** Looks for gitleaks' kinds of secrets, for a person's own, and for known texts. */
export function createSeeker(options: SeekerOptions = {}): Seeker {
  const { listed = listRules(), own = [], known } = options;
  const words = [...new Set(listed.flatMap(({ keywords }) => keywords))];
  const keywords = createKeywords([...words, ESCAPE]);
  const rulesOf = words.map((word) => listed.filter((rule) => rule.keywords.includes(word)));
  const isAlways = own.length > 0 || known !== undefined;

  const findLikely = (text: string): readonly Likely[] => {
    const likely: Likely[] = own.map((rule) => ({ rule, place: { start: 0, end: 0 } }));
    keywords.find(text, (number, end) => {
      const place = { start: end - (words[number]?.length ?? 0), end };
      for (const rule of rulesOf[number] ?? [])
        if (isLikely(rule, text, place)) likely.push({ rule, place });
    });
    return likely;
  };

  return {
    isWorthIt: (bytes, { start, end }) => isAlways || keywords.occurIn(bytes, start, end),
    find: function* (text, budget) {
      const matches: Found[] = findKnown(text, known);
      const runs = new Base64Runs(text);
      const tried = new Map<Rule, number>();
      let spent = 0;
      for (const { rule, place } of findLikely(text)) {
        const stretch = toStretch(rule, text, place, runs);
        if (stretch === undefined || stretch.end <= (tried.get(rule) ?? 0)) continue;
        for (const piece of toPieces(stretch)) {
          if (budget.left <= 0) return settle(matches);
          const one = tryRule(rule, text, piece, budget);
          tried.set(rule, one.end);
          matches.push(...one.matches);
          spent += one.end - piece.start;
          if (spent < TURN) continue;
          spent = 0;
          yield;
        }
      }
      return settle(matches);
    },
  };
}

interface Likely {
  readonly rule: Rule;
  /** Of the keyword. */
  readonly place: Stretch;
}

function findKnown(text: string, known: SeekerOptions['known']): Found[] {
  if (known === undefined) return [];
  return known.texts.find(text).map(({ start, end }) => ({ rule: known.rule, start, end }));
}

/** A cheap test of a keyword's place: how the match begins there. */
function isLikely({ start, bound }: Rule, text: string, place: Stretch): boolean {
  if (start === undefined) return true;
  if (!text.startsWith(start, place.start)) return false;
  return !bound || !/\w/.test(text.charAt(place.start - 1));
}

function toStretch(
  rule: Rule,
  text: string,
  place: Stretch,
  runs: Base64Runs,
): Stretch | undefined {
  switch (rule.reach) {
    case 'text':
      return { start: 0, end: text.length };
    case 'lines':
      return { start: Math.max(0, place.start - 1), end: Math.min(text.length, place.end + LINES) };
    case 'word':
      return runs.isInside(place.start) ? undefined : wordAround(text, place, toAsked(rule));
    case 'assignment':
      return runs.isInside(place.start) ? undefined : assignmentAround(text, place, toAsked(rule));
  }
}

function toAsked({ id, entropy }: Rule): Asked {
  return { entropy, letters: id !== GENERIC_RULE };
}

function toPieces({ start, end }: Stretch): readonly Stretch[] {
  if (end - start <= PIECE) return [{ start, end }];
  const pieces: Stretch[] = [];
  for (let from = start; from < end; from += PIECE)
    pieces.push({ start: Math.max(start, from - OVERLAP), end: Math.min(end, from + PIECE) });
  return pieces;
}

/** All matches of a rule in a stretch. One that reaches the stretch's end, and may go on behind it, is tried again on more text. */
function tryRule(
  rule: Rule,
  text: string,
  stretch: Stretch,
  budget: Budget,
): { readonly end: number; readonly matches: readonly Found[] } {
  let { end } = stretch;
  for (;;) {
    const part = text.slice(stretch.start, end);
    budget.left -= part.length;
    const matches: Found[] = [];
    let last = 0;
    const matcher = rule.pattern().matcher(part);
    while (matcher.find()) {
      last = matcher.end();
      budget.left -= MATCH_COST;
      const found = toFound(rule, part, matcher);
      if (found === undefined) continue;
      const [from, to] = found;
      matches.push({ rule, start: stretch.start + from, end: stretch.start + to });
    }
    const isCut = last === part.length || (last === 0 && rule.id === LONG_RULE);
    if (rule.reach !== 'lines' || !isCut || end === text.length) return { end, matches };
    if (part.length >= MOST_LINES || budget.left <= 0) return { end, matches };
    end = Math.min(text.length, stretch.start + part.length * 4);
  }
}

type Matcher = ReturnType<ReturnType<Rule['pattern']>['matcher']>;

/** The secret within a match; undefined where entropy or what is allowed says that it is none. */
function toFound(
  rule: Rule,
  part: string,
  matcher: Matcher,
): readonly [number, number] | undefined {
  const [start, end] = secretOf(rule, matcher);
  if (end <= start) return undefined;
  const secret = part.slice(start, end);
  if (rule.id === GENERIC_RULE && secret.length > LONGEST_GENERIC) return undefined;
  if (rule.entropy > 0 && entropyOf(secret) <= rule.entropy) return undefined;
  const lineStart = part.lastIndexOf('\n', matcher.start()) + 1;
  const lineEnd = part.indexOf('\n', matcher.end());
  const line = part.slice(lineStart, lineEnd < 0 ? part.length : lineEnd);
  const match = part.slice(matcher.start(), matcher.end()).replace(/^\n+|\n+$/g, '');
  return rule.isAllowed({ secret, match, line }) ? undefined : [start, end];
}

function secretOf(rule: Rule, matcher: Matcher): readonly [number, number] {
  if (rule.group !== undefined) return [matcher.start(rule.group), matcher.end(rule.group)];
  for (let group = 1; group <= matcher.groupCount(); group++)
    if (matcher.end(group) > matcher.start(group))
      return [matcher.start(group), matcher.end(group)];
  return [matcher.start(), matcher.end()];
}

/** Those that overlap become one, of the rule that says most: any before the generic one, then the longer. */
function settle(found: readonly Found[]): readonly Found[] {
  const weight = ({ rule, start, end }: Found): number =>
    rule.id === GENERIC_RULE ? 0 : 1 + end - start;
  const chosen: Found[] = [];
  for (const each of [...found].sort((a, b) => a.start - b.start)) {
    const last = chosen[chosen.length - 1];
    if (last === undefined || each.start >= last.end) {
      chosen.push(each);
      continue;
    }
    const { rule } = weight(each) > weight(last) ? each : last;
    chosen[chosen.length - 1] = { rule, start: last.start, end: Math.max(last.end, each.end) };
  }
  return chosen;
}
