import type { ShownOutput } from '../../contract/run.js';
import type { Cell, Notebook, Output } from './notebook.js';
import { ERROR_MIME } from './notebook.js';
import { formatJson } from './json.js';
import type { Json } from './json-value.js';

/** A cell as it is asked for: by its id, or its place from 0 where the notebook has no ids. */
export interface AskedCell {
  readonly cell: string;
  /** -1 when it is not known. */
  readonly index: number;
}

export interface ShownCell {
  /** From 0. */
  readonly index: number;
  readonly source: string;
  readonly outputs: readonly ShownOutput[];
}

/** What views draw, the most telling first; of anything else that there is, what comes first. */
const FORMS = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/svg+xml',
  'text/html',
  'text/markdown',
  'text/plain',
];

/** Cells with their outputs, `most` UTF-16 code units of these at most; undefined for a cell that is not there. */
export function showCells(
  notebook: Notebook,
  asked: readonly AskedCell[],
  most: number,
): readonly (ShownCell | undefined)[] {
  let room = most;
  return asked.map((each) => {
    const index = findCell(notebook, each);
    const cell = notebook.cells[index];
    if (cell === undefined) return undefined;
    const outputs = cell.outputs.map((output) => {
      const shown = showOutput(output);
      if (shown.text.length > room) return { ...shown, text: undefined };
      room -= shown.text.length;
      return shown;
    });
    return { index, source: cell.source, outputs: outputs.map(withoutAbsent) };
  });
}

function findCell({ cells }: Notebook, { cell, index }: AskedCell): number {
  const found = cells.findIndex(({ id }) => id === cell);
  if (found >= 0) return found;
  return hasNoId(cells[index]) ? index : -1;
}

function hasNoId(cell: Cell | undefined): boolean {
  return cell !== undefined && cell.id === undefined;
}

type Fitting = Omit<ShownOutput, 'text'> & { readonly text: string };

function showOutput({ type, name, data }: Output): Fitting {
  const mimes = [...data.keys()];
  const mime = FORMS.find((form) => data.has(form)) ?? mimes[0] ?? ERROR_MIME;
  const text = toText(data.get(mime));
  return { type, name, mime, text, length: text.length };
}

function toText(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : formatJson(value);
}

function withoutAbsent({
  text,
  ...facts
}: Omit<ShownOutput, 'text'> & { readonly text: string | undefined }): ShownOutput {
  return text === undefined ? facts : { ...facts, text };
}
