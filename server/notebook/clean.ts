import type { ErrorFacts } from '../../contract/errors.js';
import { formatJsonLike, findJsonStyle } from './json-style.js';
import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject } from './json-value.js';
import { isCellNoise, isNotebookNoise } from './metadata.js';
import { parseNotebook } from './read.js';

/** What can be taken out of a notebook, by kind. */
export const STRIPS = {
  counts: 'execution counts',
  metadata: 'what editors and runners note in metadata',
  outputs: 'outputs',
  widgets: 'the saved state of widgets',
  kernel: "the version of the kernel's language",
  ids: 'ids of cells, which become their numbers',
} as const;
export type Strip = keyof typeof STRIPS;

/** What is chance alone: nothing that a person made, and nothing that a run found out. */
export const DEFAULT_STRIPS: readonly Strip[] = ['counts', 'metadata'];

export interface CleanOptions {
  readonly strip: readonly Strip[];
  /** Names in the metadata of cells or of the notebook that stay. */
  readonly keep: readonly string[];
}

/**
 * A notebook without these kinds: the same bytes where there is nothing to take out, else laid out as before, every number by its
 * text. A cell with the tag or the metadata `keep_output` keeps outputs and counts, and so does a notebook with that metadata.
 * Cleaning twice is cleaning once. Throws as parseNotebook does.
 */
export function cleanNotebook(
  bytes: Uint8Array,
  options: CleanOptions,
  facts: ErrorFacts = {},
): Uint8Array {
  const { raw } = parseNotebook(bytes, facts);
  const cleaned = cleanRoot(raw, options);
  if (cleaned === raw) return bytes;
  // The decoder would take the byte order mark away, and the mark is part of the file's style.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return new TextEncoder().encode(formatJsonLike(cleaned, findJsonStyle(text)));
}

function cleanRoot(raw: JsonObject, options: CleanOptions): JsonObject {
  const metadata = raw.get('metadata');
  const keepsAll = isObject(metadata) && metadata.get('keep_output') === true;
  let number = 0;
  const cleanCells = (cells: Json): Json =>
    mapItems(cells, (cell) => {
      number += 1;
      return isObject(cell) ? cleanCell(cell, { ...options, number, keepsAll }) : cell;
    });
  let root = edit(raw, 'cells', cleanCells);
  // nbformat 3 has its cells in worksheets.
  root = edit(root, 'worksheets', (sheets) =>
    mapItems(sheets, (sheet) => (isObject(sheet) ? edit(sheet, 'cells', cleanCells) : sheet)),
  );
  return edit(root, 'metadata', (value) =>
    isObject(value) ? cleanMetadata(value, options) : value,
  );
}

function cleanMetadata(metadata: JsonObject, { strip, keep }: CleanOptions): JsonObject {
  const isStripped = (name: string): boolean =>
    !keep.includes(name) &&
    (name === 'widgets'
      ? strip.includes('widgets')
      : strip.includes('metadata') && isNotebookNoise(name));
  const rest = without(metadata, isStripped);
  if (!strip.includes('kernel') || keep.includes('language_info')) return rest;
  return edit(rest, 'language_info', (language) =>
    isObject(language) ? without(language, (name) => name === 'version') : language,
  );
}

interface CellOptions extends CleanOptions {
  readonly number: number;
  readonly keepsAll: boolean;
}

function cleanCell(cell: JsonObject, options: CellOptions): JsonObject {
  const { strip, keep, number } = options;
  let clean = cell;
  if (strip.includes('metadata'))
    clean = edit(clean, 'metadata', (metadata) =>
      // Whether a person hid a cell's input is theirs, though an editor notes it.
      isObject(metadata)
        ? without(
            metadata,
            (name) => isCellNoise(name) && name !== 'jupyter' && !keep.includes(name),
          )
        : metadata,
    );
  if (strip.includes('ids')) clean = edit(clean, 'id', () => String(number));
  if (options.keepsAll || keepsOutput(cell)) return clean;
  if (strip.includes('outputs'))
    clean = edit(clean, 'outputs', (outputs) =>
      isArray(outputs) && outputs.length > 0 ? [] : outputs,
    );
  if (strip.includes('counts'))
    clean = edit(withoutCount(clean), 'outputs', (outputs) =>
      mapItems(outputs, (output) => (isObject(output) ? withoutCount(output) : output)),
    );
  return clean;
}

function keepsOutput(cell: JsonObject): boolean {
  const metadata = cell.get('metadata');
  if (!isObject(metadata)) return false;
  const tags = metadata.get('tags');
  return metadata.get('keep_output') === true || (isArray(tags) && tags.includes('keep_output'));
}

function withoutCount(holder: JsonObject): JsonObject {
  const toNull = (): null => null;
  return edit(edit(holder, 'execution_count', toNull), 'prompt_number', toNull);
}

/** The object with the value of one name changed; itself where the name is absent or the value stays. */
function edit(object: JsonObject, name: string, change: (value: Json) => Json): JsonObject {
  const value = object.get(name);
  if (value === undefined) return object;
  const changed = change(value);
  return changed === value ? object : new Map(object).set(name, changed);
}

function without(object: JsonObject, isGone: (name: string) => boolean): JsonObject {
  const rest = [...object].filter(([name]) => !isGone(name));
  return rest.length === object.size ? object : new Map(rest);
}

/** The list with each item changed; itself where none is. */
function mapItems(list: Json, change: (item: Json) => Json): Json {
  if (!isArray(list)) return list;
  const changed = list.map(change);
  return changed.every((item, i) => item === list[i]) ? list : changed;
}
