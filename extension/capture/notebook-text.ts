import type { JSONObject, JSONValue } from './json.js';

/** A notebook's parts as the editor holds them; `cells` are texts of JSON objects in document order. */
export interface NotebookParts {
  readonly cells: readonly string[];
  readonly metadata: JSONValue;
  readonly nbformat: number;
  readonly nbformatMinor: number;
}

/**
 * One cell as JSON text, without what only the editor knows: `metadata.trusted` is JupyterLab's memory of a signature and never
 * written to disk, and formats before 4.5 know no cell id.
 */
export function toCellText(cell: JSONObject, format: { readonly keepsIds: boolean }): string {
  const { metadata, id, ...rest } = cell;
  const kept: JSONObject = { ...rest };
  if (format.keepsIds && id !== undefined) kept.id = id;
  if (isObject(metadata)) {
    const { trusted: _, ...others } = metadata;
    kept.metadata = others;
  }
  return JSON.stringify(kept);
}

/** True for nbformat 4.5 and later, where each cell has an id. */
export function keepsIds(nbformat: number, nbformatMinor: number): boolean {
  return nbformat > 4 || (nbformat === 4 && nbformatMinor >= 5);
}

/** The whole notebook as JSON text; `orig_nbformat` is left out, as nbformat does. */
export function toNotebookText(parts: NotebookParts): string {
  let metadata = parts.metadata;
  if (isObject(metadata)) {
    const { orig_nbformat: _, ...others } = metadata;
    metadata = others;
  }
  const head = `{"cells":[${parts.cells.join(',')}]`;
  return `${head},"metadata":${JSON.stringify(metadata)},"nbformat":${parts.nbformat},"nbformat_minor":${parts.nbformatMinor}}`;
}

function isObject(value: JSONValue | undefined): value is JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
