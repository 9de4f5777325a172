import { RE2JS, RE2JSSyntaxException } from 're2js';

import type { NoisePattern } from '../../contract/workspace.js';
import { CellarError } from '../errors.js';
import type { PersonalRule } from './noise.js';

/** The most patterns that one person may have; each is looked for in every line of text output. */
const MAX_PATTERNS = 50;
/** The largest program that a pattern may become, in RE2's instructions; a counted repetition multiplies them. */
const MAX_PROGRAM = 2000;
/** Longer lines are not looked at: a line is masked alike on both sides, whatever stands around it. */
const MAX_LINE = 20_000;

function refuse({ kind, pattern }: NoisePattern, reason: string, cause?: unknown): never {
  throw new CellarError(
    'bad_request',
    `The pattern ${JSON.stringify(pattern)} of the noise "${kind}" ${reason}`,
    {},
    { cause },
  );
}

function compile(asked: NoisePattern): RE2JS {
  try {
    return RE2JS.compile(asked.pattern);
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    refuse(asked, `cannot be read: ${cause.getDescription()}.`, cause);
  }
}

function toRule(asked: NoisePattern): PersonalRule {
  const pattern = compile(asked);
  if (pattern.programSize() > MAX_PROGRAM)
    refuse(asked, 'is too large: use smaller counts in its repetitions.');
  if (pattern.matcher('').find()) refuse(asked, 'matches the empty text: it would match anywhere.');
  return {
    kind: asked.kind,
    find: function* (text) {
      let start = 0;
      for (const line of text.split('\n')) {
        if (line.length <= MAX_LINE) yield* findIn(line, pattern, start);
        start += line.length + 1;
      }
    },
  };
}

function* findIn(line: string, pattern: RE2JS, start: number): Generator<[number, number]> {
  const matcher = pattern.matcher(line);
  while (matcher.find())
    // An assertion such as \b matches no text, though it does not match the empty one.
    if (matcher.end() > matcher.start()) yield [start + matcher.start(), start + matcher.end()];
}

/**
 * A person's kinds of noise, ready for `DiffOptions`. Patterns are of RE2's syntax and match within a line, in time linear to it. Throws
 * CellarError bad_request naming a pattern that cannot be read, matches the empty text or is too large. Import this file only where
 * somebody has patterns: the matcher takes 10 ms to load.
 */
export function compilePatterns(patterns: readonly NoisePattern[]): readonly PersonalRule[] {
  if (patterns.length > MAX_PATTERNS)
    throw new CellarError(
      'bad_request',
      `There are ${patterns.length} patterns of noise; at most ${MAX_PATTERNS} can be used.`,
    );
  return patterns.map(toRule);
}
