import {
  mergeChoicesSchema,
  type MergeCell,
  type MergeChoices,
  type MergeView,
} from '../../contract/merge.js';
import type { Memory } from './memory.js';
import { choicesFor, isEmpty, NO_CHOICES } from './merge-takes.js';

const KEY = 'merge:';

/** The choices that were made for exactly this merge and not saved yet. */
export function readDraft(memory: Memory, fingerprint: string): MergeChoices {
  const read = mergeChoicesSchema.safeParse(memory.get(KEY + fingerprint));
  return read.success ? read.data : NO_CHOICES;
}

/** Keeps the choices of a merge; without any there is nothing to keep. */
export function writeDraft(memory: Memory, fingerprint: string, choices: MergeChoices): void {
  memory.set(KEY + fingerprint, isEmpty(choices) ? null : choices);
}

/** Choices made for one merge as far as they hold for another: where what they were made about is the same there. */
export function carryOver(choices: MergeChoices, from: MergeView, to: MergeView): MergeChoices {
  const before = subjects(from);
  const after = subjects(to);
  const holds = (name: string): boolean => after.has(name) && after.get(name) === before.get(name);
  const decisions = Object.entries(choices.decisions).filter(([id]) => holds(`decision ${id}`));
  const sources = Object.entries(choices.sources).filter(([key]) => holds(`cell ${key}`));
  return { decisions: Object.fromEntries(decisions), sources: Object.fromEntries(sources) };
}

/** What each decision and each cell's source is about, as text that is the same when nothing about it changed. */
function subjects(view: MergeView): ReadonlyMap<string, string> {
  const cells = new Map(view.cells.map((cell) => [cell.key, cell]));
  const named = new Map<string, string>();
  for (const cell of view.cells) named.set(`cell ${cell.key}`, JSON.stringify(cell.chunks));
  for (const decision of view.decisions) {
    const cell = decision.cell === undefined ? undefined : cells.get(decision.cell);
    const { about, path, values, chunk, conflict } = decision;
    const content = [
      about,
      path,
      values,
      conflict,
      choicesFor(decision, cell),
      shown(cell, about, chunk),
    ];
    named.set(`decision ${decision.id}`, JSON.stringify(content));
  }
  return named;
}

function shown(cell: MergeCell | undefined, about: string, chunk: number | undefined): unknown {
  if (cell === undefined) return null;
  if (about === 'source') return chunk === undefined ? cell.chunks : cell.chunks[chunk];
  const { base, local, remote } = cell;
  return [base, local, remote].map((side) =>
    side === null ? null : about === 'outputs' ? side.outputs.map(({ hash }) => hash) : side.source,
  );
}
