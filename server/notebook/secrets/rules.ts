import { RE2JS, RE2JSSyntaxException } from 're2js';

import type { SecretPattern } from '../../../contract/secrets.js';
import { CellarError } from '../../errors.js';
import list from './rules.json' with { type: 'json' };

/**
 * Where a rule's secret stands: in a value that is assigned to a name with the keyword in it, in one word with the keyword, around
 * the keyword over several lines, or anywhere in a text that has the keyword.
 */
export type Reach = 'assignment' | 'word' | 'lines' | 'text';

/** A kind of secret: one of gitleaks' rules, or a person's own. Its pattern is compiled when it is first needed. */
export interface Rule {
  readonly id: string;
  /** As a person calls it, e.g. "GitHub Personal Access Token". */
  readonly name: string;
  readonly description: string;
  readonly reach: Reach;
  /** In lower case; a person's own rule has none and is tried everywhere. */
  readonly keywords: readonly string[];
  /** What a match begins with, at the keyword. */
  readonly start: string | undefined;
  /** No letter, digit or underscore stands before a match. */
  readonly bound: boolean;
  readonly pattern: () => RE2JS;
  /** The secret of a match, as gitleaks takes it: the group that the rule names, else the first that is not empty, else all. */
  readonly group: number | undefined;
  /** Shannon's entropy, in bits a character, that a secret must exceed. */
  readonly entropy: number;
  readonly isAllowed: (found: FoundText) => boolean;
}

/** A match as what is allowed is tested on it. */
export interface FoundText {
  readonly secret: string;
  readonly match: string;
  readonly line: string;
}

/** The rule that takes whatever is assigned to a name that sounds secret: any other rule says more. */
export const GENERIC_RULE = 'generic-api-key';

/** The kind of what was purged from the store. */
export const PURGED_RULE: Rule = {
  id: 'purged',
  name: 'purged text',
  description: 'Was purged from this workspace.',
  reach: 'text',
  keywords: [],
  start: undefined,
  bound: false,
  // Matches nothing: such texts are found by their hashes.
  pattern: () => RE2JS.compile('[^\\s\\S]'),
  group: undefined,
  entropy: 0,
  isAllowed: () => false,
};

/** The largest program that a person's pattern may become, in RE2's instructions. */
const MAX_PROGRAM = 2000;

interface Allowed {
  readonly target: string;
  readonly regexes: readonly string[];
  readonly stopwords: string;
}

interface ListedRule {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly regex: string;
  readonly reach: string;
  readonly start?: string;
  readonly bound?: boolean;
  readonly group?: number;
  readonly entropy?: number;
  readonly keywords: readonly string[];
  readonly allowed: readonly Allowed[];
}

/** All that the list of gitleaks holds for a notebook. */
export function listRules(): readonly Rule[] {
  const everywhere = list.allowed.map(toAllowance);
  return (list.rules as readonly ListedRule[]).map((rule) => {
    const own = rule.allowed.map(toAllowance);
    return {
      id: rule.id,
      name: rule.name,
      description: rule.description,
      reach: toReach(rule.reach),
      keywords: rule.keywords,
      start: rule.start,
      bound: rule.bound === true,
      pattern: once(() => RE2JS.compile(rule.regex)),
      group: rule.group,
      entropy: rule.entropy ?? 0,
      isAllowed: (found) =>
        everywhere.some((isAllowed) => isAllowed(found)) || own.some((is) => is(found)),
    };
  });
}

/**
 * A person's own kinds of secrets; patterns are of RE2's syntax. A pattern's first group is the secret, else all that it matches.
 * Throws CellarError bad_request naming a pattern that cannot be read, matches the empty text or is too large.
 */
export function toOwnRules(patterns: readonly SecretPattern[]): readonly Rule[] {
  return patterns.map(({ kind, pattern }) => {
    const compiled = compileOwn(kind, pattern);
    return {
      id: kind,
      name: kind.replace(/[-_]/g, ' '),
      description: `Matches the pattern ${JSON.stringify(pattern)} of this workspace.`,
      reach: 'text',
      keywords: [],
      start: undefined,
      bound: false,
      pattern: () => compiled,
      group: undefined,
      entropy: 0,
      isAllowed: () => false,
    };
  });
}

function compileOwn(kind: string, pattern: string): RE2JS {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new CellarError(
      'bad_request',
      `The pattern ${JSON.stringify(pattern)} of the secret "${kind}" ${reason}`,
      {},
      { cause },
    );
  };
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > MAX_PROGRAM)
      return refuse('is too large: use smaller counts in its repetitions.');
    if (compiled.matcher('').find())
      return refuse('matches the empty text: it would match anywhere.');
    return compiled;
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    return refuse(`cannot be read: ${cause.getDescription()}.`, cause);
  }
}

/** Shannon's entropy of a text, in bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  let length = 0;
  for (const letter of text) {
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
    length += 1;
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

function toReach(reach: string): Reach {
  if (reach === 'assignment' || reach === 'word' || reach === 'lines' || reach === 'text')
    return reach;
  throw new RangeError(`no rule has the reach ${reach}`);
}

function toAllowance({ target, regexes, stopwords }: Allowed): (found: FoundText) => boolean {
  const patterns = once(() => regexes.map((regex) => RE2JS.compile(regex)));
  const words = stopwords === '' ? [] : stopwords.split(' ');
  return (found) => {
    const tested = target === 'match' ? found.match : target === 'line' ? found.line : found.secret;
    if (patterns().some((pattern) => pattern.matcher(tested).find())) return true;
    const plain = found.secret.toLowerCase();
    return words.some((word) => plain.includes(word));
  };
}

function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}
