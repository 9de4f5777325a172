import type {
  MergeCell,
  MergeChunk,
  MergeResult,
  MergeSideCell,
  MergeView,
} from '../../../contract/merge.js';
import { diffLeaves } from '../leaves.js';
import type { Notebook } from '../notebook.js';
import { richestMime } from '../outputs.js';
import { findValue, toRef } from '../values.js';
import { applyMerge } from './merge.js';
import type { CellPlan, MergePlan, SourceChunk, Version } from './plan.js';
import { VERSIONS } from './plan.js';
import type { SideCell } from './side.js';

/** What a merge came to, for scripts; the notebook is left out. */
export function toMergeResult({ decisions }: MergePlan): MergeResult {
  const conflicts = decisions.filter(({ conflict }) => conflict).length;
  return {
    status: conflicts > 0 ? 'conflict' : 'ok',
    format: 1,
    conflicts,
    decisions: [...decisions],
  };
}

/** A merge as a view shows it. */
export function toMergeView(
  plan: MergePlan,
  about: Pick<MergeView, 'path' | 'labels' | 'origin' | 'fingerprint'>,
): MergeView {
  const { status, format, conflicts, decisions } = toMergeResult(plan);
  const conflicting = new Set(decisions.filter(({ conflict }) => conflict).map(({ id }) => id));
  const { base, local, remote } = plan;
  return {
    status,
    format,
    conflicts,
    decisions,
    ...about,
    language: local.language || remote.language || base.language,
    metadata: diffLeaves(base.metadata, applyMerge(plan).notebook.get('metadata')).leaves,
    cells: plan.cells.map((cell) => toCell(cell, conflicting)),
  };
}

/** The value of an output of any of the three notebooks by its hash; undefined when none has such. */
export function findMergeValue(
  plan: MergePlan,
  hash: string,
): { mime: string; text: string } | undefined {
  const notebooks: readonly Notebook[] = [plan.local, plan.remote, plan.base];
  for (const notebook of notebooks) {
    const value = findValue(notebook, hash);
    if (value !== undefined) return value;
  }
  return undefined;
}

function toCell(plan: CellPlan, conflicting: ReadonlySet<string>): MergeCell {
  const side = (version: Version) => toSideCell(plan.cells[version], plan.indices[version]);
  return {
    key: plan.key,
    state: toState(plan, conflicting),
    base: side('base'),
    local: side('local'),
    remote: side('remote'),
    chunks: toChunks(plan.content?.source.chunks ?? [wholeChunk(plan)]),
    decisions: [...plan.decisions],
  };
}

function toSideCell(side: SideCell | undefined, index: number | null): MergeSideCell | null {
  if (side === undefined || index === null) return null;
  const { type, source, executionCount, outputs } = side.cell;
  return {
    index,
    cellType: type,
    source,
    execution: executionCount,
    outputs: outputs.flatMap((output) => {
      const mime = richestMime(output);
      const value = output.data.get(mime);
      return value === undefined ? [] : [toRef(mime, value)];
    }),
  };
}

function toState(
  { presence, decisions, content }: CellPlan,
  conflicting: ReadonlySet<string>,
): MergeCell['state'] {
  if (!presence.stands[presence.take]) return 'deleted';
  if (decisions.some((id) => conflicting.has(id))) return 'conflict';
  if (content === undefined) return presence.stands.local ? 'local' : 'remote';
  if (presence.decision !== undefined) return 'agreed';
  if (decisions.length === 0) return 'same';
  return 'merged';
}

/** The chunk of a cell that was not merged: the text of each side that has it. */
function wholeChunk({ cells, presence }: CellPlan): SourceChunk {
  const lines = (version: Version) => toSourceLines(cells[version]);
  const kind =
    cells.local !== undefined ? 'local' : cells.remote !== undefined ? 'remote' : 'agreed';
  const [base, local, remote] = VERSIONS.map(lines);
  return {
    kind: presence.stands.base && !presence.stands.both ? 'agreed' : kind,
    base: base ?? [],
    local: local ?? [],
    remote: remote ?? [],
  };
}

function toSourceLines(side: SideCell | undefined): readonly string[] {
  return side === undefined || side.cell.source === '' ? [] : side.cell.source.split('\n');
}

/**
 * Chunks as texts: every line but a side's last ends with "\n", so that the texts of one side make up its source. Where only some
 * sides have lines in the last chunk, behind one that nobody changed, that newline stands at the front of the last chunk instead.
 */
export function toChunks(chunks: readonly SourceChunk[]): MergeChunk[] {
  const last = chunks[chunks.length - 1];
  const before = chunks[chunks.length - 2];
  const lead =
    last !== undefined &&
    before?.kind === 'same' &&
    VERSIONS.some((version) => last[version].length === 0);
  const ends = Object.fromEntries(
    VERSIONS.map((version) => [
      version,
      chunks.findLastIndex((chunk) => chunk[version].length > 0),
    ]),
  );
  return chunks.map((chunk, n) => {
    const text = (version: Version) => {
      const lines = chunk[version];
      if (lines.length === 0) return '';
      if (n === chunks.length - 1) return (lead ? '\n' : '') + lines.join('\n');
      return lines.join('\n') + (n === ends[version] || (lead && chunk === before) ? '' : '\n');
    };
    return {
      kind: chunk.kind,
      base: text('base'),
      local: text('local'),
      remote: text('remote'),
      ...(chunk.decision === undefined ? {} : { decision: chunk.decision }),
    };
  });
}
