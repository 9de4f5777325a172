import Anser from 'anser';

import type { DiffLine } from '../../contract/diff.js';
import type { NoisyLine } from '../model/compare-noise.js';
import type { Look } from './paint.js';

/** A line without its escape sequences, with the looks that they ask for. */
export interface AnsiLine {
  readonly line: NoisyLine;
  readonly looks: readonly Look[];
}

// ECMA-48: CSI sequences, OSC strings up to their end, and two-character escapes.
// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const ESCAPE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

/** A line of terminal output as it looks there: sequences become looks, and marks keep their place in what is left. */
export function readAnsi(line: NoisyLine): AnsiLine {
  if (!line.text.includes('\u001b')) return { line, looks: [] };
  const { colours, text, toPlain } = strip(line.text);
  const move = (marks: DiffLine['marks']): DiffLine['marks'] =>
    marks
      ?.map(([from, to]): [number, number] => [toPlain(from), toPlain(to)])
      .filter(([from, to]) => to > from);
  const cuts = line.cuts?.map(({ at, length }) => ({ at: toPlain(at), length }));
  const marks = move(line.marks);
  const noiseMarks = move(line.noiseMarks);
  const plain: NoisyLine = {
    op: line.op,
    text,
    ...(marks === undefined ? {} : { marks }),
    ...(noiseMarks === undefined ? {} : { noiseMarks }),
    ...(cuts === undefined ? {} : { cuts }),
    ...(line.noise === undefined ? {} : { noise: line.noise }),
  };
  return { line: plain, looks: readLooks(colours) };
}

/** `colours` keeps the sequences that set colours, `text` none; `toPlain` takes an offset of the line to one of `text`. */
function strip(text: string): {
  readonly colours: string;
  readonly text: string;
  readonly toPlain: (at: number) => number;
} {
  const removed: { readonly end: number; readonly length: number; readonly start: number }[] = [];
  for (const match of text.matchAll(ESCAPE))
    removed.push({
      start: match.index,
      end: match.index + match[0].length,
      length: match[0].length,
    });
  return {
    colours: text.replace(ESCAPE, (escape) =>
      escape.startsWith('\u001b[') && escape.endsWith('m') ? escape : '',
    ),
    text: text.replace(ESCAPE, ''),
    toPlain: (at) =>
      removed.reduce(
        (offset, { start, end, length }) =>
          at >= end ? offset - length : at > start ? offset - (at - start) : offset,
        at,
      ),
  };
}

function readLooks(colours: string): readonly Look[] {
  const looks: Look[] = [];
  let from = 0;
  for (const entry of Anser.ansiToJson(colours, { use_classes: true, remove_empty: true })) {
    const to = from + entry.content.length;
    const look = toLook(entry, from, to);
    if (look !== undefined) looks.push(look);
    from = to;
  }
  return looks;
}

type Entry = ReturnType<typeof Anser.ansiToJson>[number];

function toLook(entry: Entry, from: number, to: number): Look | undefined {
  const names = entry.decorations.map((decoration) => `cellar-ansi-${decoration}`);
  const paint = {
    color: undefined as string | undefined,
    background: undefined as string | undefined,
  };
  for (const [value, exact, key] of [
    [entry.fg, entry.fg_truecolor, 'color'],
    [entry.bg, entry.bg_truecolor, 'background'],
  ] as const) {
    if (value === 'ansi-truecolor') paint[key] = `rgb(${exact})`;
    else if (/^ansi-palette-\d+$/.test(value)) paint[key] = paletteColour(Number(value.slice(13)));
    else if (value) names.push(`cellar-${value}-${key === 'color' ? 'fg' : 'bg'}`);
  }
  if (names.length === 0 && paint.color === undefined && paint.background === undefined)
    return undefined;
  return { from, to, className: names.join(' '), ...paint };
}

/** xterm's 256 colours from 16 on: a cube of six steps a channel, then 24 greys. */
function paletteColour(index: number): string {
  if (index >= 232) {
    const grey = String(8 + (index - 232) * 10);
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const step = (value: number): string => String(value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `rgb(${step(Math.floor(cube / 36))}, ${step(Math.floor(cube / 6) % 6)}, ${step(cube % 6)})`;
}
