import { createHash } from 'node:crypto';

import type { ValueRef } from '../../contract/diff.js';
import { MAX_INLINE_LENGTH } from '../../contract/limits.js';
import type { Json } from './json-value.js';
import { compactJson } from './json.js';
import type { Notebook } from './notebook.js';
import { isBinaryMime } from './notebook.js';

/** SHA-256 of a text's UTF-8 bytes, in lower-case hex. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** A value as the text that a ValueRef stands for: base64 without its line breaks, JSON as JSON text. */
export function valueText(mime: string, value: Json): string {
  if (typeof value !== 'string') return compactJson(value);
  return isBinaryMime(mime) ? value.replace(/\s+/g, '') : value;
}

/** The bytes that base64 text stands for, counted. */
function decodedSize(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

/** Names a value: short text itself, anything longer by its hash alone. */
export function toRef(mime: string, value: Json): ValueRef {
  const text = valueText(mime, value);
  const size =
    isBinaryMime(mime) && typeof value === 'string' ? decodedSize(text) : Buffer.byteLength(text);
  const ref = { mime, size, hash: hashText(text) };
  return text.length <= MAX_INLINE_LENGTH ? { ...ref, text } : ref;
}

type Value = { readonly mime: string; readonly text: string };

/** Notebooks are readonly, so the values of one are hashed once, when the first is asked for. */
const valuesOf = new WeakMap<Notebook, ReadonlyMap<string, Value>>();

function indexValues(notebook: Notebook): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const cell of notebook.cells)
    for (const output of cell.outputs)
      for (const [mime, value] of output.data) {
        const text = valueText(mime, value);
        values.set(hashText(text), { mime, text });
      }
  return values;
}

/** The value of an output that a ValueRef names by its hash; undefined when the notebook has none such. */
export function findValue(
  notebook: Notebook,
  hash: string,
): { mime: string; text: string } | undefined {
  const values = valuesOf.get(notebook) ?? indexValues(notebook);
  valuesOf.set(notebook, values);
  return values.get(hash);
}
