import { isUtf8 } from 'node:buffer';

import type { ErrorCode } from '../../contract/errors.js';
import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import type { Kernel } from '../../contract/snapshot.js';
import type { ErrorFacts } from '../../contract/errors.js';
import { CellarError } from '../errors.js';
import type { Json, JsonObject } from './json-value.js';
import { parseJson } from './json.js';
import { isArray, isObject, toNumber } from './json-value.js';
import type { Cell, CellType, Notebook, Output } from './notebook.js';
import { ERROR_MIME, isJsonMime, STDERR_MIME, STDOUT_MIME } from './notebook.js';
import { upgradeCells } from './upgrade.js';

const NOTHING: JsonObject = new Map<string, Json>();

/**
 * Reads the bytes of a notebook file, nbformat 3 or 4 of any minor. Throws CellarError not_utf8, not_json,
 * conflict_markers, not_a_notebook, unsupported_format or too_large; the message names the file (`facts`), the reason and the place.
 */
export function parseNotebook(bytes: Uint8Array, facts: ErrorFacts = {}): Notebook {
  const name = facts.path ?? (facts.side === undefined ? 'The notebook' : `The ${facts.side}`);
  try {
    const text = decode(bytes, name);
    return toNotebook(readText(text, name, facts.path), name);
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    throw new CellarError(error.code, error.message, facts, { cause: error.cause });
  }
}

function refuse(code: ErrorCode, message: string): never {
  throw new CellarError(code, message);
}

function decode(bytes: Uint8Array, name: string): string {
  if (bytes.length > MAX_NOTEBOOK_BYTES)
    refuse(
      'too_large',
      `${name} has ${bytes.length} bytes; notebooks of up to ${MAX_NOTEBOOK_BYTES} bytes are read.`,
    );
  if (isUtf8(bytes)) {
    // Not by TextDecoder: that gives two bytes a character also where one will do.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    try {
      return text.toString('utf8', mark);
    } catch (cause) {
      throw new CellarError('too_large', `${name} is too large to be read.`, {}, { cause });
    }
  }
  const at = firstBadByte(bytes) ?? 0;
  const line = bytes.subarray(0, at).reduce((n, byte) => (byte === 0x0a ? n + 1 : n), 1);
  refuse('not_utf8', `${name} is not UTF-8 text: wrong byte ${at} (line ${line}).`);
}

/** The offset of the first byte that is not part of UTF-8 text, found by halving. */
function firstBadByte(bytes: Uint8Array): number | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const good = (end: number): boolean => {
    try {
      decoder.decode(bytes.subarray(0, end), { stream: true });
      return true;
    } catch {
      return false;
    } finally {
      try {
        decoder.decode();
      } catch {
        // Only resets the decoder: the end of a prefix may cut a character.
      }
    }
  };
  let low = 0;
  let high = bytes.length;
  if (good(high)) {
    // Every prefix is right, so the text ends within a character.
    return bytes.length > 0 && (bytes[bytes.length - 1] ?? 0) >= 0x80
      ? bytes.length - 1
      : undefined;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (good(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The offset of git's first conflict marker where all three stand at starts of lines, in order. */
function findConflict(text: string): number | undefined {
  const start = /^<{7}(?: |\r?$)/m.exec(text);
  if (start === null) return undefined;
  const after = text.slice(start.index);
  const middle = /^={7}\r?$/m.exec(after);
  if (middle === null || !/^>{7}(?: |\r?$)/m.test(after.slice(middle.index))) return undefined;
  return start.index;
}

function readText(text: string, name: string, path: string | undefined): Json {
  if (text.trim() === '') refuse('not_json', `${name} is empty.`);
  try {
    return parseJson(text, name);
  } catch (cause) {
    const conflict = findConflict(text);
    if (conflict === undefined) throw cause;
    const line = text.slice(0, conflict).split('\n').length;
    throw new CellarError(
      'conflict_markers',
      `${name} holds git's conflict markers (from line ${line}): "cellar merge --repair ${path ?? 'FILE'}" puts the sides together.`,
      {},
      { cause },
    );
  }
}

function toNotebook(raw: Json, name: string): Notebook {
  if (!isObject(raw)) refuse('not_a_notebook', `${name} is JSON, but not an object.`);
  const major = toNumber(raw.get('nbformat'));
  const minor = wholeAt(raw, 'nbformat_minor') ?? 0;
  if (major === undefined || !Number.isInteger(major))
    refuse('not_a_notebook', `${name} is JSON, but not a notebook: it has no number "nbformat".`);
  if (major < 3 || major > 4)
    refuse(
      'unsupported_format',
      `${name} is of nbformat ${major}.${minor}; nbformat 3 and 4 are read.`,
    );
  const cells = major === 3 ? upgradeCells(raw) : raw.get('cells');
  if (!isArray(cells))
    refuse(
      'not_a_notebook',
      `${name} is not a notebook: it has no list "${major === 3 ? 'worksheets' : 'cells'}".`,
    );
  const metadata = objectAt(raw, 'metadata', name);
  const kernel = toKernel(metadata);
  return {
    format: { major, minor },
    language: (
      kernel?.language ??
      textAt(objectOr(metadata.get('kernelspec')), 'language') ??
      ''
    ).toLowerCase(),
    kernel,
    metadata,
    cells: cells.map((cell, index) => toCell(cell, `${name}: cell ${index}`)),
    raw,
  };
}

function objectOr(value: Json | undefined): JsonObject {
  return isObject(value) ? value : NOTHING;
}

function objectAt(holder: JsonObject, key: string, place: string): JsonObject {
  const value = holder.get(key);
  if (value === undefined || value === null) return NOTHING;
  if (!isObject(value)) refuse('not_a_notebook', `${place}: its "${key}" is not an object.`);
  return value;
}

function wholeAt(holder: JsonObject, key: string): number | undefined {
  const value = toNumber(holder.get(key));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** What is no whole number counts no executions. */
function countAt(holder: JsonObject): number | null {
  return wholeAt(holder, 'execution_count') ?? null;
}

function textAt(holder: JsonObject, key: string): string | undefined {
  const value = holder.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** Text that nbformat writes as a string or as a list of its lines; undefined when it is neither. */
export function joinText(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  if (!isArray(value)) return undefined;
  const lines = value.filter((line) => typeof line === 'string');
  return lines.length === value.length ? lines.join('') : undefined;
}

function toKernel(metadata: JsonObject): Kernel | null {
  const spec = objectOr(metadata.get('kernelspec'));
  const about = objectOr(metadata.get('language_info'));
  const name = textAt(spec, 'name');
  const language = textAt(about, 'name') ?? textAt(spec, 'language');
  if (name === undefined && language === undefined) return null;
  const displayName = textAt(spec, 'display_name');
  const version = textAt(about, 'version');
  return {
    name: name ?? '',
    ...(displayName === undefined ? {} : { displayName }),
    ...(language === undefined ? {} : { language }),
    ...(version === undefined ? {} : { version }),
  };
}

function toCell(raw: Json, place: string): Cell {
  if (!isObject(raw)) refuse('not_a_notebook', `${place} is not an object.`);
  const kind = raw.get('cell_type');
  if (typeof kind !== 'string') refuse('not_a_notebook', `${place} has no text "cell_type".`);
  // A type of a future minor is kept as text that nothing interprets.
  const type: CellType = kind === 'code' || kind === 'markdown' ? kind : 'raw';
  const source = joinText(raw.get('source') ?? '');
  if (source === undefined)
    refuse('not_a_notebook', `${place}: its "source" is neither text nor a list of lines.`);
  const outputs = raw.get('outputs') ?? [];
  if (!isArray(outputs)) refuse('not_a_notebook', `${place}: its "outputs" is not a list.`);
  return {
    type,
    id: textAt(raw, 'id'),
    source,
    outputs: joinStreams(outputs.map((output, i) => toOutput(output, i, `${place}, output ${i}`))),
    metadata: objectAt(raw, 'metadata', place),
    attachments: objectAt(raw, 'attachments', place),
    executionCount: countAt(raw),
  };
}

function toOutput(raw: Json, index: number, place: string): Output {
  if (!isObject(raw)) refuse('not_a_notebook', `${place} is not an object.`);
  const kind = raw.get('output_type');
  if (typeof kind !== 'string') refuse('not_a_notebook', `${place} has no text "output_type".`);
  const bare = {
    index,
    chunks: 1,
    name: '',
    metadata: objectOr(raw.get('metadata')),
    error: null,
    executionCount: countAt(raw),
  };
  if (kind === 'stream') {
    const name = textAt(raw, 'name') ?? 'stdout';
    const text = joinText(raw.get('text') ?? '');
    if (text === undefined) refuse('not_a_notebook', `${place}: its "text" is not text.`);
    const mime = name === 'stderr' ? STDERR_MIME : STDOUT_MIME;
    return { ...bare, type: 'stream', name, data: new Map([[mime, text]]) };
  }
  if (kind === 'error') {
    const frames = raw.get('traceback') ?? [];
    const lines = isArray(frames) ? frames.filter((line) => typeof line === 'string') : [];
    const error = { name: textAt(raw, 'ename') ?? '', message: textAt(raw, 'evalue') ?? '' };
    return { ...bare, type: 'error', error, data: new Map([[ERROR_MIME, lines.join('\n')]]) };
  }
  if (kind === 'display_data' || kind === 'execute_result')
    return { ...bare, type: kind, data: toBundle(objectAt(raw, 'data', place)) };
  return { ...bare, type: 'display_data', data: new Map([['application/json', raw]]) };
}

function toBundle(data: JsonObject): ReadonlyMap<string, Json> {
  const bundle = new Map<string, Json>();
  for (const [mime, value] of data)
    bundle.set(mime, isJsonMime(mime) ? value : (joinText(value) ?? value));
  return bundle;
}

/** How a kernel cuts and interleaves its streams is chance: within a run of stream outputs each name becomes one. */
function joinStreams(outputs: readonly Output[]): readonly Output[] {
  const joined: Output[] = [];
  let run = new Map<string, { at: number; texts: string[] }>();
  const close = () => {
    for (const { at, texts } of run.values()) {
      const output = joined[at];
      const mime = output?.data.keys().next().value;
      if (output === undefined || mime === undefined || texts.length < 2) continue;
      joined[at] = { ...output, chunks: texts.length, data: new Map([[mime, texts.join('')]]) };
    }
    run = new Map();
  };
  for (const output of outputs) {
    const text: unknown = output.data.values().next().value;
    if (output.type !== 'stream' || typeof text !== 'string') {
      close();
      joined.push(output);
      continue;
    }
    const known = run.get(output.name);
    if (known === undefined) {
      run.set(output.name, { at: joined.length, texts: [text] });
      joined.push(output);
    } else known.texts.push(text);
  }
  close();
  return joined;
}
