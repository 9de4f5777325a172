import type { DiffLine } from '../../contract/diff.js';

/** A stretch of text with a look; offsets are UTF-16, the end excluded. Stretches of one line do not overlap. */
export interface Look {
  readonly from: number;
  readonly to: number;
  readonly className: string;
  readonly color?: string;
  readonly background?: string;
}

/** A piece of a line that is drawn in one go; `left` pieces stand for that many code units left out. */
export type Piece =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly marked: boolean;
      readonly look: Look | undefined;
    }
  | { readonly kind: 'left'; readonly count: number };

/** A line cut where its look, its marks or its cuts change. */
export function toPieces(
  line: Pick<DiffLine, 'text' | 'marks' | 'cuts'>,
  looks: readonly Look[],
): readonly Piece[] {
  const { text, marks = [], cuts = [] } = line;
  const edges = new Set([0, text.length]);
  for (const { from, to } of looks) edges.add(from).add(to);
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
    pieces.push({
      kind: 'text',
      text: text.slice(from, to),
      marked: marks.some(([start, end]) => start <= from && to <= end),
      look: looks.find((look) => look.from <= from && to <= look.to),
    });
  });
  return pieces;
}
