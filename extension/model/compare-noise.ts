import type {
  CellChange,
  DiffLine,
  Noise,
  NotebookDiff,
  OutputChange,
  PartChange,
  TextDiff,
} from '../../contract/diff.js';
import { keyOf } from './compare-items.js';

/** A kind of noise in a diff: how often it was seen (undefined when that is not known), and whether it is shown. */
export interface NoiseKind {
  readonly kind: string;
  readonly count: number | undefined;
  readonly shown: boolean;
}

/** Stands for every kind among the kinds that are asked for. */
export const ALL_NOISE = 'all';

/** The kinds of noise of a diff by name; `quiet` is the same diff with none of it shown, which alone knows all counts. */
export function listNoise(diff: NotebookDiff, quiet?: NotebookDiff): readonly NoiseKind[] {
  const shown = new Set(diff.shown ?? []);
  const seen = { ...diff.noise, ...(quiet?.noise ?? {}) };
  const kinds = new Set([...Object.keys(seen).filter((kind) => (seen[kind] ?? 0) > 0), ...shown]);
  kinds.delete(ALL_NOISE);
  return [...kinds].sort().map((kind) => ({
    kind,
    count: seen[kind],
    shown: shown.has(ALL_NOISE) || shown.has(kind),
  }));
}

/** What to ask for so that one kind is shown or not, and the others stay as they are; none are asked for by []. */
export function toggleKind(
  kinds: readonly NoiseKind[],
  kind: string,
  on: boolean,
): readonly string[] {
  return kinds.filter((each) => (each.kind === kind ? on : each.shown)).map((each) => each.kind);
}

/** The kinds as they will be once exactly these are shown. */
export function turnKinds(
  kinds: readonly NoiseKind[],
  show: readonly string[],
): readonly NoiseKind[] {
  const all = show.includes(ALL_NOISE);
  return kinds.map((each) => ({ ...each, shown: all || show.includes(each.kind) }));
}

/**
 * A cell of a diff with noise shown, beside the same cell without: what the quiet one does not hold is noise. `kinds` counts
 * what is shown here by kind; `quiet` is undefined when the whole cell is unchanged without the noise.
 */
export interface CellNoise {
  readonly kinds: Noise;
  readonly quiet: CellChange | undefined;
}

/** The cells that differ in a diff with noise shown, by their keys; none where no noise is. */
export function findNoise(
  diff: NotebookDiff,
  quiet: NotebookDiff | undefined,
): ReadonlyMap<string, CellNoise> {
  const noises = new Map<string, CellNoise>();
  if (quiet === undefined || (diff.shown ?? []).length === 0) return noises;
  const before = new Map(quiet.changes.map((change) => [keyOf(change), change]));
  for (const change of diff.changes) {
    const without = before.get(keyOf(change));
    if (without === undefined || change.kind === 'same') continue;
    const kinds = subtract(without.noise, change.noise);
    // Noise beside a change is counted by nobody: every cell that differs has to be looked through.
    noises.set(keyOf(change), { kinds, quiet: isQuiet(without) ? undefined : without });
  }
  return noises;
}

function isQuiet({ kind, aspects }: CellChange): boolean {
  return kind === 'same' || (kind === 'modified' && aspects.length === 0);
}

function subtract(all: Noise, hidden: Noise): Noise {
  return Object.fromEntries(
    Object.entries(all)
      .map(([kind, count]) => [kind, count - (hidden[kind] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** The same output in the quiet diff; undefined when it differs by noise alone. */
export function quietOutput(noise: CellNoise, output: OutputChange): OutputChange | undefined {
  return noise.quiet?.outputs.find(
    ({ kind, base, head }) => kind !== 'same' && base === output.base && head === output.head,
  );
}

/** The same part in the quiet output; undefined when it differs by noise alone. */
export function quietPart(
  output: OutputChange | undefined,
  part: PartChange,
): PartChange | undefined {
  return output?.parts.find(({ type, mime }) => type === part.type && mime === part.mime);
}

/** A line of a diff of which some is noise: the whole change, or only these marks. */
export interface NoisyLine extends DiffLine {
  readonly noise?: boolean;
  readonly noiseMarks?: DiffLine['marks'];
}

/** A text diff with its noise told apart from its signal, by the quiet diff of the same texts (undefined: all of it is noise). */
export function markNoise(diff: TextDiff, quiet: TextDiff | undefined): TextDiff {
  const signal = new Map<string, DiffLine>();
  for (const hunk of quiet?.hunks ?? [])
    for (const line of hunk.lines) if (line.op !== ' ') signal.set(line.op + line.text, line);
  const mark = (line: DiffLine): NoisyLine => {
    if (line.op === ' ') return line;
    const meant = signal.get(line.op + line.text);
    if (meant === undefined) return { ...line, noise: true };
    const known = new Set(meant.marks?.map(String));
    // A line without marks is new or gone as a whole.
    if (meant.marks === undefined || line.marks === undefined) return line;
    return { ...line, noiseMarks: line.marks.filter((each) => !known.has(String(each))) };
  };
  return {
    ...diff,
    hunks: diff.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(mark) })),
  };
}
