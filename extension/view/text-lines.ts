import type { TextDiff } from '../../contract/diff.js';
import { sideLines, toStretches, type NumberedLine, type Stretch } from '../model/lines.js';
import { readAnsi } from './ansi.js';
import { highlightLines } from './highlight.js';
import type { Look } from './paint.js';

/** A text diff ready to be drawn: its lines in order, and the looks of each. */
export interface DrawnText {
  readonly stretches: readonly Stretch[];
  readonly looks: ReadonlyMap<NumberedLine, readonly Look[]>;
}

/** Prepares a source in a language: its tokens are found over each side as a whole, as far as it is known. */
export function drawSource(diff: TextDiff, language: string, baseText?: string): DrawnText {
  const stretches = toStretches(diff, baseText);
  const looks = new Map<NumberedLine, readonly Look[]>();
  for (const side of ['base', 'head'] as const) {
    const lines = sideLines(stretches, side);
    const tokens = highlightLines(
      lines.map(({ text }) => text),
      language,
    );
    lines.forEach((line, at) => {
      // A line that was shortened is another text than the one its tokens would be of.
      if (line.cuts === undefined) looks.set(line, tokens[at] ?? []);
    });
  }
  return { stretches, looks };
}

/** Prepares a terminal's text: escape sequences are taken out of the lines and become looks. */
export function drawTerminal(diff: TextDiff): DrawnText {
  const looks = new Map<NumberedLine, readonly Look[]>();
  const read = (line: NumberedLine): NumberedLine => {
    const plain = readAnsi(line);
    const numbered = { ...line, ...plain.line };
    looks.set(numbered, plain.looks);
    return numbered;
  };
  const stretches = toStretches(diff).map((stretch): Stretch =>
    stretch.kind === 'lines' ? { ...stretch, lines: stretch.lines.map(read) } : stretch,
  );
  return { stretches, looks };
}
