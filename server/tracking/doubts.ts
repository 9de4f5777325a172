import type { Because, Doubt, Stale } from '../../contract/provenance.js';
import { readSnapshotState } from '../history/history.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

/** How a cell's link to a run is explained when it is not sure. */
const REASONS: Readonly<Record<Because, string>> = {
  'no cell id': 'the kernel was not told which cell ran',
  thread: 'a thread made it, which may outlive its cell',
  task: 'a task made it, which may outlive its cell',
  callback: 'a callback made it, which no cell called',
  child: 'another process made it, which a cell had started',
  code: 'the cell was found by its code',
  window: 'the cell was found by the time at which it ran',
  file: 'the cell was found in a file, which may be a copy of what ran',
  execution: 'another execution of the cell may have made it',
  'nothing said': 'the kernel did not say which cell ran',
  joined: 'something else had started it',
};

/**
 * Why a run may not be what its notebook says, worst first: of its cells and those above them. Empty also for a run that no notebook
 * has anything to do with.
 */
export async function findDoubts(store: Store, run: RunRow): Promise<readonly Doubt[]> {
  if (run.snapshot === null) {
    if (run.traces.length === 0) return [];
    const message = 'No version of a notebook is known to have made this run.';
    return [{ code: 'unclaimed', cells: [], message }];
  }
  const row = await store.catalog.findSnapshot(run.snapshot);
  if (row === undefined) return [];
  const { snapshot } = await readSnapshotState(store, row);
  const places = new Map((snapshot?.cells ?? []).map(({ id }, at) => [id, at]));
  const own = run.cells.flatMap((cell) => places.get(cell) ?? []);
  const last = own.length === 0 ? Infinity : Math.max(...own);
  const placesOf = (kind: Stale['kind']): number[] =>
    row.stale
      .filter((each) => each.kind === kind)
      .flatMap(({ cell }) => places.get(cell) ?? [])
      .filter((place) => place <= last);
  const doubts: Doubt[] = [];
  const add = (code: Doubt['code'], cells: number[], message: string): void => {
    if (cells.length > 0) doubts.push({ code, cells, message });
  };
  const [edited, never, order] = [placesOf('edited'), placesOf('never'), placesOf('order')];
  add(
    'edited',
    edited,
    `${nameCells(edited)} ${were(edited)} edited after ${edited.length === 1 ? 'it' : 'they'} ran.`,
  );
  add('never', never, `${nameCells(never)} never ran in this kernel.`);
  add('order', order, `${nameCells(order)} ran after a cell below.`);
  if (row.stale.some(({ kind }) => kind === 'other'))
    doubts.push({
      ...{ code: 'other', cells: [] },
      message: 'Code that is not in the notebook ran in this kernel.',
    });
  return [...doubts, ...findUnsure(run, places), ...findElsewhere(run, places)];
}

/** Code of another notebook, or of a cell that is gone; of a notebook whose cells have no ids nothing is known of it. */
function findElsewhere(
  { traces: [first, ...more] }: RunRow,
  places: ReadonlyMap<string, number>,
): readonly Doubt[] {
  if (first === undefined || ![first, ...more].some(({ cell }) => places.has(cell))) return [];
  const messages: string[] = [];
  if (first.cell === '') messages.push('Which cell has started it is not known.');
  else if (!places.has(first.cell))
    messages.push('It was started by code that is not in this version of the notebook.');
  if (more.some(({ cell }) => cell !== '' && !places.has(cell)))
    messages.push('Code that is not in this version of the notebook has logged to it too.');
  return messages.map((message) => ({ code: 'unsure', cells: [], message }));
}

function findUnsure(run: RunRow, places: ReadonlyMap<string, number>): readonly Doubt[] {
  const sure = new Set(
    run.traces.flatMap(({ cell, certainty }) => (certainty === 'sure' ? cell : [])),
  );
  const unsure = run.traces.filter(({ cell }) => !sure.has(cell) && places.has(cell));
  const reasons = new Set(unsure.map(({ because }) => because ?? 'nothing said'));
  return [...reasons].map((because): Doubt => {
    const cells = unsure
      .filter((trace) => (trace.because ?? 'nothing said') === because)
      .flatMap(({ cell }) => places.get(cell) ?? []);
    const own = [...new Set(cells)].sort((a, b) => a - b);
    return {
      code: 'unsure',
      cells: own,
      message: `That ${nameCells(own).toLowerCase()} made it is not sure: ${REASONS[because]}.`,
    };
  });
}

function were(cells: readonly number[]): string {
  return cells.length === 1 ? 'was' : 'were';
}

/** "Cell 3", "Cells 3 and 5", "Cells 3, 5 and 6", "Cells 3, 4, 5 and 12 more": as people count, from 1. */
function nameCells(cells: readonly number[]): string {
  const numbers = cells.map((cell) => String(cell + 1));
  const [only = ''] = numbers;
  if (numbers.length <= 1) return `Cell ${only}`;
  const shown = numbers.length > 5 ? numbers.slice(0, 3) : numbers.slice(0, -1);
  const rest = numbers.length > 5 ? `${numbers.length - 3} more` : (numbers.at(-1) ?? '');
  return `Cells ${shown.join(', ')} and ${rest}`;
}
