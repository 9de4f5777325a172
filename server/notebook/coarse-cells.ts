import type { Aspect, CellChange, DiffLine, OutputChange, TextDiff } from '../../contract/diff.js';
import { equalJson } from './json.js';
import { plainSource } from './likeness.js';
import { splitLines } from './lines.js';
import { diffCellMetadata } from './metadata.js';
import type { NoiseCount } from './noise.js';
import type { Cell, Output } from './notebook.js';
import { isSame, richestMime } from './outputs.js';
import { shorten } from './shorten.js';
import { toRef } from './values.js';

/** Changed lines that one cell shows, and all cells together. */
const MAX_CELL_LINES = 400;
const MAX_LINES = 20_000;

/** Compares cells by equality alone and shows what differs as a whole: sources without token marks, outputs by size and hash. */
export class CoarseCells {
  private linesLeft = MAX_LINES;

  /** Two versions of one cell; `movedBy` as in CellChange. */
  pair(base: Cell, head: Cell, place: CoarsePlace, noise: NoiseCount): CellChange {
    const source = this.diffSource(plainSource(base), plainSource(head));
    const outputs = pairOutputs(base.outputs, head.outputs);
    const metadata = diffCellMetadata(base.metadata, head.metadata, noise);
    const aspects: Aspect[] = [];
    if (source !== undefined) aspects.push('source');
    if (outputs.some(({ kind }) => kind !== 'same')) aspects.push('outputs');
    if (metadata.length > 0) aspects.push('metadata');
    if (!equalJson(base.attachments, head.attachments)) aspects.push('attachments');
    if (base.type !== head.type) aspects.push('type');
    if (base.executionCount !== head.executionCount && !noise.hides('execution_count'))
      aspects.push('execution');
    const showsId = base.id !== head.id && !noise.hides('cell_id');
    if (showsId) aspects.push('id');
    const { movedBy } = place;
    return {
      kind: movedBy !== undefined ? 'moved' : aspects.length > 0 ? 'modified' : 'same',
      base: [place.base],
      head: [place.head],
      ...(movedBy === undefined ? {} : { movedBy }),
      ...(head.id === undefined ? {} : { id: head.id }),
      ...(showsId && base.id !== undefined ? { baseId: base.id } : {}),
      cellType: head.type,
      aspects,
      ...(base.type === head.type ? {} : { baseType: base.type }),
      ...(base.type === 'code' ? { baseExecution: base.executionCount } : {}),
      ...(head.type === 'code' ? { headExecution: head.executionCount } : {}),
      ...(source === undefined ? {} : { source }),
      outputs,
      metadata,
      noise: noise.toNoise(),
    };
  }

  /** A cell that only one side has. */
  oneSided(cell: Cell, side: 'base' | 'head', index: number): CellChange {
    const source = plainSource(cell);
    const lines = splitLines(source);
    return {
      kind: side === 'base' ? 'deleted' : 'added',
      base: side === 'base' ? [index] : [],
      head: side === 'head' ? [index] : [],
      ...(cell.id === undefined ? {} : { id: cell.id }),
      cellType: cell.type,
      aspects: [],
      ...(cell.type === 'code' ? { [`${side}Execution`]: cell.executionCount } : {}),
      source: side === 'base' ? this.replace(lines, []) : this.replace([], lines),
      outputs: cell.outputs.map((output) => oneSidedOutput(output, side)),
      metadata: [],
      noise: {},
    };
  }

  /** What stands between the first and the last line that differ, replaced; undefined for equal texts. */
  private diffSource(base: string, head: string): TextDiff | undefined {
    return base === head ? undefined : this.replace(splitLines(base), splitLines(head));
  }

  private replace(a: readonly string[], b: readonly string[]): TextDiff {
    let start = 0;
    let [endA, endB] = [a.length, b.length];
    while (start < Math.min(endA, endB) && a[start] === b[start]) start += 1;
    while (endA > start && endB > start && a[endA - 1] === b[endB - 1])
      [endA, endB] = [endA - 1, endB - 1];
    const [removed, added] = [a.slice(start, endA), b.slice(start, endB)];
    const toLine =
      (op: '-' | '+') =>
      (text: string): DiffLine =>
        shorten({ op, text });
    const most = Math.min(MAX_CELL_LINES, this.linesLeft);
    const shown = [
      ...removed.slice(0, most).map(toLine('-')),
      ...added.slice(0, most - Math.min(most, removed.length)).map(toLine('+')),
    ];
    this.linesLeft -= shown.length;
    const leftOut = removed.length + added.length - shown.length;
    return {
      hunks: shown.length === 0 ? [] : [{ base: start, head: start, lines: shown }],
      baseLines: a.length,
      headLines: b.length,
      removed: removed.length,
      added: added.length,
      coarse: true,
      ...(leftOut > 0 ? { leftOut } : {}),
    };
  }
}

export interface CoarsePlace {
  readonly base: number;
  readonly head: number;
  readonly movedBy?: number;
}

/** Outputs one after another, in order; the longer side's rest came or went. */
function pairOutputs(base: readonly Output[], head: readonly Output[]): OutputChange[] {
  const longer = base.length > head.length ? base : head;
  return longer.flatMap((_, at): OutputChange[] => {
    const [a, b] = [base[at], head[at]];
    if (a === undefined) return b === undefined ? [] : [oneSidedOutput(b, 'head')];
    if (b === undefined) return [oneSidedOutput(a, 'base')];
    // The contract has no place for an output of another type: it is another output.
    if (a.type !== b.type || a.name !== b.name)
      return [oneSidedOutput(a, 'base'), oneSidedOutput(b, 'head')];
    const isEqual = isSame(a, b);
    return [
      {
        kind: isEqual ? 'same' : 'modified',
        base: a.index,
        head: b.index,
        outputType: b.type,
        ...(b.name === '' ? {} : { name: b.name }),
        parts: isEqual ? [] : opaqueParts(a, b),
      },
    ];
  });
}

function oneSidedOutput(output: Output, side: 'base' | 'head'): OutputChange {
  return {
    kind: side === 'base' ? 'deleted' : 'added',
    [side]: output.index,
    outputType: output.type,
    ...(output.name === '' ? {} : { name: output.name }),
    parts: side === 'base' ? opaqueParts(output, undefined) : opaqueParts(undefined, output),
  };
}

/** The richest type of each side by size and hash. */
function opaqueParts(base: Output | undefined, head: Output | undefined): OutputChange['parts'] {
  const richest = head ?? base;
  const mime = richest === undefined ? '' : richestMime(richest);
  const [a, b] = [base?.data.get(mime), head?.data.get(mime)];
  if (a === undefined && b === undefined) return [];
  return [
    {
      type: 'opaque',
      mime,
      ...(a === undefined ? {} : { base: toRef(mime, a) }),
      ...(b === undefined ? {} : { head: toRef(mime, b) }),
    },
  ];
}
