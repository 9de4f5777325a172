import type { Decision, MergeCell, MergeChoices, MergeView } from '../../contract/merge.js';
import type { Merged } from './merge-result.js';
import { choicesFor, isOwn, sideSource, type Choice } from './merge-takes.js';

/** The choices after one decision was made; the one that stands already is taken back. */
export function withDecision(
  view: MergeView,
  choices: MergeChoices,
  { id, choice }: { readonly id: string; readonly choice: Choice },
): MergeChoices {
  const decision = view.decisions.find((each) => each.id === id);
  if (decision === undefined || !choicesFor(decision, cellOf(view, decision)).includes(choice))
    return choices;
  // What the merge took by itself needs no choice.
  const isBack = choices.decisions[id] === choice || isOwn(decision, choice);
  const rest = without(choices.decisions, id);
  const decisions = isBack ? rest : { ...rest, [id]: choice };
  if (decision.about !== 'source' || decision.cell === undefined) return { ...choices, decisions };
  // A choice about a stretch of a source that was written by hand begins the source anew.
  return { decisions, sources: without(choices.sources, decision.cell) };
}

/** The choices after a cell was taken as one side has it, in everything; `both` concerns the conflicts in its source. */
export function withCell(
  view: MergeView,
  choices: MergeChoices,
  { key, choice }: { readonly key: string; readonly choice: Choice },
): MergeChoices {
  const cell = view.cells.find((each) => each.key === key);
  if (cell === undefined) return choices;
  const own = new Set(cell.decisions);
  const decided = view.decisions
    .filter(({ id }) => own.has(id))
    .filter(({ conflict, about }) => choice !== 'both' || (conflict && about === 'source'))
    .filter((decision) => choicesFor(decision, cell).includes(choice))
    .map(({ id }) => [id, choice] as const);
  const sources = { ...without(choices.sources, key) };
  const source = choice === 'both' ? undefined : sideSource(cell, choice);
  if (source !== undefined && !isDecidable(view, cell)) sources[key] = source;
  return { decisions: { ...choices.decisions, ...Object.fromEntries(decided) }, sources };
}

/** The choices after every conflict that is still open was given to one side, where that side can be chosen. */
export function withRest(
  view: MergeView,
  merged: Merged,
  choices: MergeChoices,
  side: 'local' | 'remote',
): MergeChoices {
  const decided = merged.open
    .filter((decision) => choicesFor(decision, cellOf(view, decision)).includes(side))
    .map(({ id }) => [id, side] as const);
  return { ...choices, decisions: { ...choices.decisions, ...Object.fromEntries(decided) } };
}

/** The choices after a cell's source was written by hand; `undefined` takes what was written back. */
export function withSource(
  choices: MergeChoices,
  key: string,
  source: string | undefined,
): MergeChoices {
  const sources = without(choices.sources, key);
  return { ...choices, sources: source === undefined ? sources : { ...sources, [key]: source } };
}

/** The cell that a decision is about, if any. */
export function cellOf(view: MergeView, { cell }: Decision): MergeCell | undefined {
  return cell === undefined ? undefined : view.cells.find(({ key }) => key === cell);
}

/** Whether each stretch of a source that differs between the sides has a decision by which it can be chosen. */
function isDecidable(view: MergeView, cell: MergeCell): boolean {
  const own = new Set(cell.decisions);
  const about = view.decisions.filter((each) => own.has(each.id) && each.about === 'source');
  return cell.chunks.every(
    ({ kind, decision }, at) =>
      kind === 'same' ||
      decision !== undefined ||
      about.some(({ chunk }) => chunk === undefined || chunk === at),
  );
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
