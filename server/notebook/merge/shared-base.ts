import type { Json, JsonObject } from '../json-value.js';
import { isArray, isObject } from '../json-value.js';
import { equalJson, formatJson } from '../json.js';
import { alignItems } from '../align.js';
import { matchCells } from '../match.js';
import type { Cell, Notebook } from '../notebook.js';
import { parseNotebook } from '../read.js';
import type { SideCell } from './side.js';
import { toSideCells } from './side.js';
import { toLines } from './source.js';

/**
 * A base for two notebooks whose own is not known: what both have, and nothing else. Merged over it, what only one side has is kept, and
 * what both have in different words is a conflict.
 */
export function toSharedBase(local: Notebook, remote: Notebook): Notebook {
  const [left, right] = [toSideCells(local), toSideCells(remote)];
  const cells: Json[] = [];
  for (const match of matchCells(local.cells, remote.cells)) {
    if (match.kind !== 'pair') continue;
    const [a, b] = [left[match.base], right[match.head]];
    if (a !== undefined && b !== undefined) cells.push(sharedCell(a, b));
  }
  return toNotebook({
    cells,
    metadata: sharedObject(local.metadata, remote.metadata),
    minor: Math.max(minorOf(local), minorOf(remote)),
  });
}

/** A notebook without cells: the base of two files that were both added. */
export function toEmptyBase(local: Notebook): Notebook {
  return toNotebook({ cells: [], metadata: new Map(), minor: minorOf(local) });
}

function minorOf({ format }: Notebook): number {
  return format.major === 4 ? format.minor : 0;
}

interface Parts {
  readonly cells: readonly Json[];
  readonly metadata: JsonObject;
  readonly minor: number;
}

function toNotebook({ cells, metadata, minor }: Parts): Notebook {
  const raw = new Map<string, Json>([
    ['cells', cells],
    ['metadata', metadata],
    ['nbformat', 4],
    ['nbformat_minor', minor],
  ]);
  return parseNotebook(new TextEncoder().encode(formatJson(raw)));
}

function sharedCell(a: SideCell, b: SideCell): JsonObject {
  const shared = new Map(sharedObject(a.raw, b.raw));
  if (!shared.has('cell_type')) shared.set('cell_type', a.raw.get('cell_type') ?? 'raw');
  if (!shared.has('source')) shared.set('source', sharedText(a.cell, b.cell));
  if (!shared.has('outputs') && a.cell.type === 'code') shared.set('outputs', []);
  return shared;
}

/** The lines that both sources have, in order. */
function sharedText({ source: a }: Cell, { source: b }: Cell): string {
  const lines = toLines(a);
  const { partner } = alignItems(lines, toLines(b));
  return lines.filter((_, i) => (partner[i] ?? -1) >= 0).join('\n');
}

/** The names that both have with one value; of objects that differ, what they share in turn. */
function sharedObject(a: JsonObject, b: JsonObject, level = 0): JsonObject {
  const shared = new Map<string, Json>();
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined) continue;
    if (equalJson(value, other)) shared.set(name, value);
    else if (isObject(value) && isObject(other) && level < MAX_LEVELS)
      shared.set(name, sharedObject(value, other, level + 1));
    else if (name === 'tags' && isArray(value) && isArray(other))
      shared.set(
        name,
        value.filter((item) => other.some((each) => equalJson(item, each))),
      );
  }
  return shared;
}

const MAX_LEVELS = 100;
