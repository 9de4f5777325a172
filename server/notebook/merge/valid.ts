import type { Json, JsonObject } from '../json-value.js';
import { isArray, isObject } from '../json-value.js';

/**
 * A cell that has what nbformat 4 asks of its type and nothing that it forbids there: a merge may give a cell another type, and
 * files may lack what readers do without. A valid cell comes back as it is.
 */
export function toValidCell(raw: JsonObject): JsonObject {
  const code = raw.get('cell_type') === 'code';
  const cell = new Map(raw);
  if (!isObject(raw.get('metadata'))) cell.set('metadata', new Map<string, Json>());
  if (!raw.has('source')) cell.set('source', '');
  if (code) {
    cell.delete('attachments');
    if (!isArray(raw.get('outputs'))) cell.set('outputs', []);
    if (raw.get('execution_count') === undefined) cell.set('execution_count', null);
  } else if (raw.get('cell_type') === 'markdown' || raw.get('cell_type') === 'raw') {
    cell.delete('outputs');
    cell.delete('execution_count');
    if (raw.has('attachments') && !isObject(raw.get('attachments'))) cell.delete('attachments');
  }
  return cell;
}
