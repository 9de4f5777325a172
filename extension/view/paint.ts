import type { DiffLine } from '../../contract/diff.js';
import { findInvisible, type Invisible } from '../../contract/invisible.js';
import type { NoisyLine } from '../model/compare-noise.js';

/** A stretch of text with a look; offsets are UTF-16, the end excluded. Stretches of one line do not overlap. */
export interface Look {
  readonly from: number;
  readonly to: number;
  readonly className: string;
  readonly color?: string;
  readonly background?: string;
}

/**
 * A piece of a line that is drawn in one go; `left` pieces stand for that many code units left out, `invisible` ones for a character
 * that would not be seen.
 */
export type Piece =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly marked: boolean;
      /** Marked, but only by noise. */
      readonly noise: boolean;
      readonly look: Look | undefined;
    }
  | { readonly kind: 'left'; readonly count: number }
  | { readonly kind: 'invisible'; readonly invisible: Invisible; readonly marked: boolean };

/** What of a line decides how it is painted. */
export type PaintedLine = Pick<NoisyLine, 'text' | 'marks' | 'cuts' | 'noise' | 'noiseMarks'>;

/** A line cut where its look, its marks or its cuts change, and around characters that would not be seen. */
export function toPieces(line: PaintedLine, looks: readonly Look[]): readonly Piece[] {
  const { text, marks = [], cuts = [], noise = false, noiseMarks = [] } = line;
  const invisibles = findInvisible(text);
  const edges = new Set([0, text.length]);
  for (const { from, to } of looks) edges.add(from).add(to);
  for (const { from, to } of invisibles) edges.add(from).add(to);
  for (const [from, to] of marks) edges.add(from).add(to);
  for (const { at } of cuts) edges.add(at);
  const places = [...edges].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  const pieces: Piece[] = [];
  const cutAt = (at: number): void => {
    for (const cut of cuts) if (cut.at === at) pieces.push({ kind: 'left', count: cut.length });
  };
  places.forEach((from, i) => {
    cutAt(from);
    const to = places[i + 1];
    if (to === undefined) return;
    const marked = isWithin(marks, from, to);
    const invisible = invisibles.find((each) => each.from === from && each.to === to);
    if (invisible !== undefined) pieces.push({ kind: 'invisible', invisible, marked });
    else
      pieces.push({
        kind: 'text',
        text: text.slice(from, to),
        marked,
        noise: noise || isWithin(noiseMarks, from, to),
        look: looks.find((look) => look.from <= from && to <= look.to),
      });
  });
  return pieces;
}

function isWithin(marks: NonNullable<DiffLine['marks']>, from: number, to: number): boolean {
  return marks.some(([start, end]) => start <= from && to <= end);
}
