import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject, toNumber } from './json-value.js';

/** nbformat 3 named MIME types by short words. */
const MIME_OF_KEY: Readonly<Record<string, string>> = {
  text: 'text/plain',
  html: 'text/html',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpeg: 'image/jpeg',
  latex: 'text/latex',
  json: 'application/json',
  javascript: 'application/javascript',
  pdf: 'application/pdf',
};

function upgradeBundle(output: JsonObject): Map<string, Json> {
  const data = new Map<string, Json>();
  for (const [key, value] of output) {
    const mime = Object.hasOwn(MIME_OF_KEY, key) ? MIME_OF_KEY[key] : undefined;
    if (mime !== undefined) data.set(mime, value);
    else if (key.includes('/')) data.set(key, value);
  }
  return data;
}

function upgradeOutput(output: Json): Json {
  if (!isObject(output)) return output;
  const type = output.get('output_type');
  const metadata = output.get('metadata') ?? new Map<string, Json>();
  if (type === 'stream')
    return new Map<string, Json>([
      ['output_type', 'stream'],
      ['name', output.get('stream') ?? 'stdout'],
      ['text', output.get('text') ?? ''],
    ]);
  if (type === 'pyerr')
    return new Map<string, Json>([
      ['output_type', 'error'],
      ['ename', output.get('ename') ?? ''],
      ['evalue', output.get('evalue') ?? ''],
      ['traceback', output.get('traceback') ?? []],
    ]);
  return new Map<string, Json>([
    ['output_type', type === 'pyout' ? 'execute_result' : 'display_data'],
    ['execution_count', output.get('prompt_number') ?? null],
    ['data', upgradeBundle(output)],
    ['metadata', metadata],
  ]);
}

function oneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

function headingSource(cell: JsonObject): string {
  const source = cell.get('source') ?? '';
  const text = isArray(source)
    ? source.filter((line) => typeof line === 'string').join('')
    : source;
  const level = Math.min(6, Math.max(1, toNumber(cell.get('level')) ?? 1));
  return `${'#'.repeat(level)} ${typeof text === 'string' ? oneLine(text) : ''}`;
}

function upgradeCell(cell: Json): Json {
  if (!isObject(cell)) return cell;
  const type = cell.get('cell_type');
  const upgraded = new Map(cell);
  if (type === 'heading') upgraded.set('source', headingSource(cell));
  if (type === 'heading' || type === 'html') upgraded.set('cell_type', 'markdown');
  if (type !== 'code') return upgraded;
  upgraded.set('source', cell.get('input') ?? cell.get('source') ?? '');
  upgraded.set('execution_count', cell.get('prompt_number') ?? null);
  const outputs = cell.get('outputs');
  if (isArray(outputs)) upgraded.set('outputs', outputs.map(upgradeOutput));
  const collapsed = cell.get('collapsed');
  if (collapsed !== undefined && !isObject(cell.get('metadata')))
    upgraded.set('metadata', new Map([['collapsed', collapsed]]));
  return upgraded;
}

/** The cells of an nbformat 3 file in the words of nbformat 4; undefined when it has no list of worksheets. */
export function upgradeCells(raw: JsonObject): readonly Json[] | undefined {
  const worksheets = raw.get('worksheets');
  if (!isArray(worksheets)) return undefined;
  return worksheets.flatMap((sheet) => {
    const cells = isObject(sheet) ? sheet.get('cells') : undefined;
    return isArray(cells) ? cells.map(upgradeCell) : [];
  });
}
