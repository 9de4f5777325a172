import type { CellChange, NotebookDiff, OutputChange, PartChange } from '../../../contract/diff.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import type { Notebook } from '../../../server/notebook/notebook.js';
import { parseNotebook } from '../../../server/notebook/read.js';

/**
 * Notebooks in one line: "#a:A | B' | md:some text | x = 1 => 1" → head.
 * Cells are parted by " | "; "#a:" is an id; "md:" and "raw:" are types; " => " begins a stream output; "⏎" is a newline.
 * A capital stands for a cell of six lines of its own; A' is it with one line edited, A* with its variable renamed
 * throughout, A< and A> are its halves. "_" is an empty cell.
 */
export function cellsOf(line: string): object[] {
  return line.trim() === '' ? [] : line.split('|').map((part) => toCell(part.trim()));
}

const SYLLABLES = ['ba', 'ce', 'di', 'fo', 'gu', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'te', 'vi'];

function name(n: number): string {
  return [n * 7, n * 5 + 3, n * 11 + 1].map((i) => SYLLABLES[i % 13] ?? '').join('') + String(n);
}

/** The six lines that a capital stands for; two capitals share no name but "value". */
export function wordy(letter: string): string[] {
  const first = (letter.charCodeAt(0) - 64) * 6;
  return Array.from({ length: 6 }, (_, i) => `${name(first + i)}.${name(first + i + 200)}(value)`);
}

function sourceOf(word: string): string {
  const match = /^([A-Z])(['*<>]?)$/.exec(word);
  if (match === null) return word === '_' ? '' : word.replaceAll('⏎', '\n');
  const [, letter = 'A', mark] = match;
  const lines = wordy(letter);
  if (mark === "'") lines[2] = `${lines[2] ?? ''}  # edited`;
  if (mark === '<') lines.splice(3);
  if (mark === '>') lines.splice(0, 3);
  const text = lines.join('\n');
  return mark === '*' ? text.replaceAll('value', 'renamed') : text;
}

function toCell(part: string): object {
  const [, id, type, rest = ''] = /^(?:#(\w+):)?(?:(md|raw):)?([^]*)$/.exec(part) ?? [];
  const [source = '', output] = rest.split(' => ');
  const common = {
    ...(id === undefined ? {} : { id }),
    metadata: {},
    source: sourceOf(source.trim()),
  };
  if (type !== undefined) return { cell_type: type === 'md' ? 'markdown' : 'raw', ...common };
  const text = output?.replaceAll('⏎', '\n');
  const outputs = text === undefined ? [] : [{ output_type: 'stream', name: 'stdout', text }];
  return { cell_type: 'code', execution_count: null, outputs, ...common };
}

/** A notebook of these cells, as a file would give it. */
export function notebookOf(cells: readonly object[], metadata: object = {}, minor = 5): Notebook {
  return parseText(JSON.stringify({ nbformat: 4, nbformat_minor: minor, metadata, cells }));
}

export function parseText(text: string): Notebook {
  return parseNotebook(new TextEncoder().encode(text));
}

/** The diff of "base → head". */
export function diffLine(line: string): NotebookDiff {
  const [base = '', head = ''] = line.split('→');
  return diffNotebooks(notebookOf(cellsOf(base)), notebookOf(cellsOf(head)));
}

const SIGN: Record<CellChange['kind'], string> = {
  same: '=',
  modified: '~',
  added: '+',
  deleted: '-',
  moved: '^',
  split: 'Y',
  merged: 'V',
};

/** The changes in one line: "=0:0 ~1:2 -2 +3 ^4:0 ^~5:1 Y6:4,5". */
export function changesOf(diff: NotebookDiff): string {
  return diff.changes
    .map(({ kind, base, head, aspects }) => {
      const edited = kind === 'moved' && aspects.length > 0 ? '~' : '';
      const sides = [base, head].filter((side) => side.length > 0).map((side) => side.join(','));
      return `${SIGN[kind]}${edited}${sides.join(':')}`;
    })
    .join(' ');
}

/** One code cell with these outputs. */
export function withOutputs(...outputs: readonly object[]): Notebook {
  return notebookOf([
    { cell_type: 'code', id: 'a', metadata: {}, source: 'run()', execution_count: 1, outputs },
  ]);
}

export function stream(text: string, name = 'stdout'): object {
  return { output_type: 'stream', name, text };
}

export function display(data: object, metadata: object = {}): object {
  return { output_type: 'display_data', data, metadata };
}

/** The diff of two cells with one output of this MIME type each. */
export function diffValues(mime: string, base: unknown, head: unknown): NotebookDiff {
  return diffNotebooks(
    withOutputs(display({ [mime]: base })),
    withOutputs(display({ [mime]: head })),
  );
}

/** The diff of two cells that printed these texts. */
export function diffStreams(base: string, head: string): NotebookDiff {
  return diffNotebooks(withOutputs(stream(base)), withOutputs(stream(head)));
}

/** Both identities of the contract between the counts and the notebooks' lengths. */
export function countsAgree(diff: NotebookDiff, base: Notebook, head: Notebook): boolean {
  const c = diff.cells;
  const both = c.unchanged + c.modified + c.moved - c.moved_modified;
  return (
    base.cells.length === both + c.deleted + c.split + 2 * c.merged &&
    head.cells.length === both + c.added + 2 * c.split + c.merged &&
    c.modified === diff.modified.length
  );
}

/** Milliseconds of processor time so far: unlike the clock it does not count what other processes take. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What became of the outputs of the first cell that changed. */
export function outputsOf(diff: NotebookDiff): OutputChange[] {
  return diff.changes[0]?.outputs ?? [];
}

/** The first part of its first output; throws when that is of another type. */
export function partOf<T extends PartChange['type']>(
  diff: NotebookDiff,
  type: T,
): Extract<PartChange, { type: T }> {
  const part = outputsOf(diff)[0]?.parts[0];
  if (part?.type !== type) throw new Error(`the part is of type ${part?.type ?? 'none'}`);
  return part as Extract<PartChange, { type: T }>;
}
