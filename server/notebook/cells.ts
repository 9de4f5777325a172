import type { Aspect, CellChange, OutputChange, TextDiff } from '../../contract/diff.js';
import { onlyDifference } from './comments.js';
import type { JsonObject } from './json-value.js';
import { equalJson } from './json.js';
import { plainSource } from './likeness.js';
import { diffText } from './lines.js';
import { diffBlocks } from './markdown.js';
import { diffCellMetadata } from './metadata.js';
import type { NoiseCount } from './noise.js';
import type { Cell } from './notebook.js';
import type { Terms } from './options.js';
import { toScope } from './options.js';
import { diffOutputs, oneSided } from './outputs.js';

/** Where a change stands: cell indices of both sides, and for a moved cell by how many places. */
export interface Place {
  readonly base: readonly number[];
  readonly head: readonly number[];
  readonly movedBy?: number;
}

/** A diff of two sources; undefined when they are the same, line ends aside. */
function diffSources(base: string, head: string, language: string): TextDiff | undefined {
  if (base === head) return undefined;
  const only = onlyDifference(base, head, language);
  const diff = diffText(base, head, { kind: 'text' });
  return only === undefined ? diff : { ...diff, only };
}

/** What the sources of two cells are written in. */
function languageOf(base: Cell, head: Cell, { language }: Terms): string {
  if (base.type !== head.type || head.type === 'raw') return '';
  return head.type === 'markdown' ? 'markdown' : language;
}

/** Rendered blocks of a markdown cell whose source differs. */
function blocksOf(base: Cell, head: Cell): Pick<CellChange, 'blocks'> {
  if (base.type !== 'markdown' || head.type !== 'markdown') return {};
  const blocks = diffBlocks(plainSource(base), plainSource(head));
  return blocks === undefined ? {} : { blocks };
}

function shownOutputs(outputs: readonly OutputChange[]): boolean {
  return outputs.some(({ kind }) => kind !== 'same');
}

/** Attachments are pictures in base64: how they are wrapped is chance. */
function diffAttachments(base: JsonObject, head: JsonObject, noise: NoiseCount): boolean {
  if (equalJson(base, head)) return false;
  const plain = (text: string) => text.replace(/\s+/g, '');
  const rewrapped = equalJson(
    base,
    head,
    (a, b) => a === b || (typeof a === 'string' && typeof b === 'string' && plain(a) === plain(b)),
  );
  return !(rewrapped && noise.hides('base64_wrapping'));
}

/** The execution counts of a cell and of its outputs, which a run sets together. */
function hasOtherCounts(base: Cell, head: Cell): boolean {
  const counts = (cell: Cell) => [
    cell.executionCount,
    ...cell.outputs.map((output) => output.executionCount),
  ];
  const [a, b] = [counts(base), counts(head)];
  return a[0] !== b[0] || (a.length === b.length && a.some((count, i) => count !== b[i]));
}

/** The sources of a cell, with line ends only where those alone differ and are asked for. */
function sourcesOf(base: Cell, head: Cell, noise: NoiseCount): [string, string] {
  const plain: [string, string] = [plainSource(base), plainSource(head)];
  if (base.source === head.source || plain[0] !== plain[1]) return plain;
  return noise.hides('line_ends') ? plain : [base.source, head.source];
}

/** No outputs, metadata or attachments: most cells of a huge notebook, which go the short way. */
function isBare({ outputs, metadata, attachments }: Cell): boolean {
  return outputs.length + metadata.size + attachments.size === 0;
}

function sameCell(cell: Cell, place: Place): CellChange {
  return {
    kind: 'same',
    ...toPlace(place),
    ...(cell.id === undefined ? {} : { id: cell.id }),
    cellType: cell.type,
    aspects: [],
    ...executions(cell, cell),
    outputs: [],
    metadata: [],
    noise: {},
  };
}

/** Two versions of one cell compared. */
export function diffCell(base: Cell, head: Cell, place: Place, terms: Terms): CellChange {
  if (isBare(base) && isBare(head) && place.movedBy === undefined) {
    const same = base.type === head.type && base.source === head.source && base.id === head.id;
    if (same && base.executionCount === head.executionCount) return sameCell(head, place);
  }
  const scope = toScope(terms);
  const { noise } = scope;
  const language = languageOf(base, head, terms);
  const source = diffSources(...sourcesOf(base, head, noise), language);
  const outputs = diffOutputs(base.outputs, head.outputs, scope);
  const metadata = diffCellMetadata(base.metadata, head.metadata, noise);
  const aspects: Aspect[] = [];
  if (source !== undefined) aspects.push('source');
  if (shownOutputs(outputs)) aspects.push('outputs');
  if (metadata.length > 0) aspects.push('metadata');
  if (diffAttachments(base.attachments, head.attachments, noise)) aspects.push('attachments');
  if (base.type !== head.type) aspects.push('type');
  if (hasOtherCounts(base, head) && !noise.hides('execution_count')) aspects.push('execution');
  const showsId = base.id !== head.id && !noise.hides('cell_id');
  if (showsId) aspects.push('id');
  const moved = place.movedBy !== undefined;
  return {
    ...toPlace(place),
    kind: moved ? 'moved' : aspects.length > 0 ? 'modified' : 'same',
    ...(head.id === undefined ? {} : { id: head.id }),
    cellType: head.type,
    aspects,
    ...(base.type === head.type ? {} : { baseType: base.type }),
    ...(showsId && base.id !== undefined ? { baseId: base.id } : {}),
    ...executions(base, head),
    ...(source === undefined ? {} : { source, ...blocksOf(base, head) }),
    outputs,
    metadata,
    noise: noise.toNoise(),
  };
}

function toPlace({ base, head, movedBy }: Place) {
  return { base: [...base], head: [...head], ...(movedBy === undefined ? {} : { movedBy }) };
}

function executions(base: Cell | undefined, head: Cell | undefined) {
  return {
    ...(base?.type === 'code' ? { baseExecution: base.executionCount } : {}),
    ...(head?.type === 'code' ? { headExecution: head.executionCount } : {}),
  };
}

/** A cell that only one side has: its source and outputs as lines added or deleted. */
export function oneSidedCell(
  cell: Cell,
  side: 'base' | 'head',
  { index, terms }: { readonly index: number; readonly terms: Terms },
): CellChange {
  const source = plainSource(cell);
  const scope = toScope(terms);
  return {
    kind: side === 'base' ? 'deleted' : 'added',
    base: side === 'base' ? [index] : [],
    head: side === 'head' ? [index] : [],
    ...(cell.id === undefined ? {} : { id: cell.id }),
    cellType: cell.type,
    aspects: [],
    ...executions(side === 'base' ? cell : undefined, side === 'head' ? cell : undefined),
    source: diffText(side === 'base' ? source : '', side === 'head' ? source : '', {
      kind: 'text',
    }),
    outputs: cell.outputs.map((output) => oneSided(output, side, scope)),
    metadata: [],
    noise: {},
  };
}

/** The cells of a split or merge: one on one side, two neighbours on the other. */
export interface JoinedCells {
  readonly kind: 'split' | 'merged';
  readonly base: readonly Cell[];
  readonly head: readonly Cell[];
}

/** One cell that became two, or two that became one: the joined sources and the outputs compared. */
export function diffJoined(
  { kind, base, head }: JoinedCells,
  place: Place,
  terms: Terms,
): CellChange {
  const scope = toScope(terms);
  const last = (cells: readonly Cell[]) => cells[cells.length - 1];
  const joined = (cells: readonly Cell[]) => cells.map((cell) => plainSource(cell)).join('\n');
  // Of two cells the lower one shows what the whole came to; outputs of the upper one have no counterpart.
  const outputs = diffOutputs(last(base)?.outputs ?? [], last(head)?.outputs ?? [], scope);
  const source = diffSources(joined(base), joined(head), '');
  const id = last(head)?.id;
  const aspects: Aspect[] = [];
  if (source !== undefined) aspects.push('source');
  if (shownOutputs(outputs)) aspects.push('outputs');
  return {
    ...toPlace(place),
    kind,
    ...(id === undefined ? {} : { id }),
    cellType: last(head)?.type ?? 'code',
    aspects,
    ...executions(last(base), last(head)),
    ...(source === undefined ? {} : { source }),
    outputs,
    metadata: [],
    noise: scope.noise.toNoise(),
  };
}
