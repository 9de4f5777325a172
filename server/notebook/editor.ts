import { CellarError } from '../errors.js';
import type { Json, JsonObject } from './json-value.js';
import { equalJson, formatJson, parseJson } from './json.js';
import { isArray, isObject, JsonNumber, toNumber } from './json-value.js';
import { isJsonMime } from './notebook.js';
import { joinText } from './read.js';

/** Deeper values are left as the editor wrote them. */
const MAX_LEVELS = 1000;

/**
 * The bytes to keep of a notebook that is open in an editor. `editorText` is its model as JSON text: where it says what the file says, the
 * file's own bytes; else the model as nbformat writes it, with the file's number texts (1.0, integers beyond 2^53) where the
 * same place holds the same number. A file that is no JSON does not count. Throws CellarError not_json when the model is none.
 */
export function keepBytes(fileBytes: Uint8Array | undefined, editorText: string): Uint8Array {
  if (editorText.trim() === '')
    throw new CellarError('not_json', 'The editor’s notebook is empty: nothing was kept of it.');
  const model = mapTexts(withoutTransient(parseJson(editorText, 'The editor’s notebook')), joined);
  const file = fileBytes === undefined ? undefined : parseFile(fileBytes);
  if (file !== undefined && fileBytes !== undefined) {
    const plain = mapTexts(withoutTransient(file), joined);
    if (equalJson(plain, model, sameForBrowser)) return fileBytes;
    return toBytes(restoreNumbers(model, plain));
  }
  return toBytes(model);
}

/** A notebook as nbformat writes it. */
export function toBytes(model: Json): Uint8Array {
  return new TextEncoder().encode(formatJson(mapTexts(model, split)));
}

function parseFile(bytes: Uint8Array): Json | undefined {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof CellarError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** In a browser every number is a double, and JSON.stringify writes null for NaN and the infinities. */
function sameForBrowser(a: Json, b: Json): boolean {
  if (a === b) return true;
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== undefined && y !== undefined) return x === y || Object.is(x, y);
  const finite = (value: number | undefined) => value === undefined || Number.isFinite(value);
  return (a === null && !finite(y)) || (b === null && !finite(x));
}

/** Without what nbformat itself strips before writing (`strip_transient`). */
function withoutTransient(notebook: Json): Json {
  if (!isObject(notebook)) return notebook;
  const stripped = new Map(notebook);
  const metadata = notebook.get('metadata');
  if (isObject(metadata))
    stripped.set(
      'metadata',
      without(metadata, 'orig_nbformat', 'orig_nbformat_minor', 'signature'),
    );
  const cells = notebook.get('cells');
  if (isArray(cells))
    stripped.set(
      'cells',
      cells.map((cell) => {
        const own = isObject(cell) ? cell.get('metadata') : undefined;
        return isObject(cell) && isObject(own)
          ? new Map(cell).set('metadata', without(own, 'trusted'))
          : cell;
      }),
    );
  return stripped;
}

function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return new Map([...object].filter(([name]) => !names.includes(name)));
}

/** What to do with a text of many lines; `mime` is undefined for sources and streams. */
type TextMap = (value: Json, mime?: string) => Json;

/** One string for a list of lines, where nbformat allows either. */
const joined: TextMap = (value, mime) =>
  mime !== undefined && isJsonMime(mime) ? value : (joinText(value) ?? value);

const SPLIT_MIMES: ReadonlySet<string> = new Set(['application/javascript', 'image/svg+xml']);

/** Lists of lines, where nbformat's `split_lines` makes them: sources, streams and text types; base64 stays one string. */
const split: TextMap = (value, mime) => {
  if (typeof value !== 'string') return value;
  return mime === undefined || mime.startsWith('text/') || SPLIT_MIMES.has(mime)
    ? splitLinesKept(value)
    : value;
};

// eslint-disable-next-line no-control-regex -- Python also ends lines at the separators 1c to 1e
const LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/g;

/** Python's str.splitlines(True). */
function splitLinesKept(text: string): string[] {
  const lines: string[] = [];
  let at = 0;
  for (const match of text.matchAll(LINE_END)) {
    const end = match.index + match[0].length;
    lines.push(text.slice(at, end));
    at = end;
  }
  if (at < text.length) lines.push(text.slice(at));
  return lines;
}

function mapAt(object: JsonObject, name: string, map: (value: Json) => Json): JsonObject {
  const value = object.get(name);
  return value === undefined ? object : new Map(object).set(name, map(value));
}

/** A notebook with `map` applied to each text that nbformat 4 may write as a list of lines; anything else as it was. */
function mapTexts(notebook: Json, map: TextMap): Json {
  const bundle = (data: Json): Json =>
    isObject(data) ? new Map([...data].map(([mime, value]) => [mime, map(value, mime)])) : data;
  const output = (value: Json): Json => {
    if (!isObject(value)) return value;
    const type = value.get('output_type');
    if (type === 'stream') return mapAt(value, 'text', (text) => map(text));
    return type === 'display_data' || type === 'execute_result'
      ? mapAt(value, 'data', bundle)
      : value;
  };
  const cell = (value: Json): Json => {
    if (!isObject(value)) return value;
    const withOutputs = mapAt(value, 'outputs', (list) =>
      isArray(list) ? list.map(output) : list,
    );
    const withFiles = mapAt(withOutputs, 'attachments', (files) =>
      isObject(files) ? new Map([...files].map(([name, data]) => [name, bundle(data)])) : files,
    );
    return mapAt(withFiles, 'source', (source) => map(source));
  };
  if (!isObject(notebook)) return notebook;
  return mapAt(notebook, 'cells', (cells) => (isArray(cells) ? cells.map(cell) : cells));
}

/** The model with each number written as the file writes it where the same place has an equal one: cells by id, else by position. */
function restoreNumbers(model: Json, file: Json, level = 0): Json {
  if (level > MAX_LEVELS) return model;
  if (isArray(model) && isArray(file)) {
    const byId = new Map(file.map((item) => [idOf(item), item]));
    return model.map((item, i) => {
      const id = idOf(item);
      const own = (id === undefined ? undefined : byId.get(id)) ?? file[i];
      return own === undefined ? item : restoreNumbers(item, own, level + 1);
    });
  }
  if (isObject(model) && isObject(file))
    return new Map(
      [...model].map(([name, item]) => {
        const own = file.get(name);
        return [name, own === undefined ? item : restoreNumbers(item, own, level + 1)];
      }),
    );
  return file instanceof JsonNumber && sameForBrowser(model, file) ? file : model;
}

function idOf(item: Json): string | undefined {
  const id = isObject(item) ? item.get('id') : undefined;
  return typeof id === 'string' ? id : undefined;
}
