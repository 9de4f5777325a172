import type { Json, JsonObject } from '../json-value.js';
import { isArray, isObject } from '../json-value.js';
import type { Cell, Notebook } from '../notebook.js';
import { upgradeCells } from '../upgrade.js';

/** A cell as it was read, and its JSON in the words of nbformat 4. */
export interface SideCell {
  readonly cell: Cell;
  readonly raw: JsonObject;
}

const CELL_NAMES: ReadonlySet<string> = new Set([
  'cell_type',
  'source',
  'metadata',
  'outputs',
  'execution_count',
  'attachments',
]);

/** The cells of one notebook of a merge. */
export function toSideCells(notebook: Notebook): readonly SideCell[] {
  const old = notebook.format.major === 3;
  const list = old ? upgradeCells(notebook.raw) : notebook.raw.get('cells');
  const raws = isArray(list) ? list : [];
  return notebook.cells.map((cell, index) => {
    const raw = raws[index];
    if (!isObject(raw)) throw new RangeError(`there is no cell ${index}`);
    return { cell, raw: old ? withoutOldNames(raw) : raw };
  });
}

/** An upgraded cell still holds the names that only nbformat 3 knew. */
function withoutOldNames(raw: JsonObject): JsonObject {
  const kept = new Map([...raw].filter(([name]) => CELL_NAMES.has(name)));
  const outputs = kept.get('outputs');
  if (isArray(outputs)) kept.set('outputs', outputs.map(withoutCount));
  return kept;
}

function withoutCount(output: Json): Json {
  if (!isObject(output) || output.get('output_type') !== 'display_data') return output;
  return new Map([...output].filter(([name]) => name !== 'execution_count'));
}
