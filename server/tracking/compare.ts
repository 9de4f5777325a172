import type { ComparedValue, ComparedSide, Comparison } from '../../contract/compare.js';
import type { Side } from '../../contract/errors.js';
import { getSnapshot, readNotebook } from '../history/history.js';
import { diffNotebooks } from '../notebook/diff.js';
import { keepBytes } from '../notebook/editor.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { toWorkspacePath } from '../store/names.js';
import type { RunRow, SnapshotRow } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { findMetric, guessDirection, toFinite } from './metric.js';
import { runsOf, toSnapshot } from './snapshots.js';

interface LoadedSide {
  readonly side: ComparedSide;
  readonly notebook: Notebook;
  readonly runs: readonly RunRow[];
}

/** A comparison, with the notebooks whose values its diff names by hash. */
export interface LoadedComparison {
  readonly comparison: Comparison;
  readonly notebooks: readonly [Notebook, Notebook];
}

/** Compares two snapshots, given by id or prefix. Throws not_found, ambiguous_id. */
export async function compareSnapshots(
  store: Store,
  base: string,
  head: string,
): Promise<LoadedComparison> {
  return compare(
    await loadSnapshot(store, getSnapshot(store, base), 'base'),
    await loadSnapshot(store, getSnapshot(store, head), 'head'),
  );
}

/** Compares a snapshot with the file in the workspace, or with what the editor holds in its place. */
export async function compareWithNow(
  store: Store,
  request: { readonly base: string; readonly path: string; readonly content?: string },
): Promise<LoadedComparison> {
  const path = toWorkspacePath(request.path);
  const bytes =
    request.content === undefined
      ? await store.files.read(path)
      : keepBytes(await store.files.find(path), request.content);
  return compare(await loadSnapshot(store, getSnapshot(store, request.base), 'base'), {
    side: { kind: 'now', path },
    notebook: parseNotebook(bytes, { side: 'head', path }),
    runs: [],
  });
}

async function loadSnapshot(store: Store, row: SnapshotRow, side: Side): Promise<LoadedSide> {
  return {
    side: { kind: 'snapshot', snapshot: toSnapshot(store, row) },
    notebook: parseNotebook(await readNotebook(store, row), { side, path: row.path }),
    runs: runsOf(store, row),
  };
}

function compare(base: LoadedSide, head: LoadedSide): LoadedComparison {
  return {
    comparison: {
      base: base.side,
      head: head.side,
      diff: diffNotebooks(base.notebook, head.notebook),
      // What is being edited has no runs yet: to show its metrics as gone would be wrong.
      metrics: head.side.kind === 'now' ? [] : compareMetrics(base.runs, head.runs),
      params: head.side.kind === 'now' ? [] : compareParams(base.runs, head.runs),
    },
    notebooks: [base.notebook, head.notebook],
  };
}

function namesOf(
  runs: readonly RunRow[],
  pick: (run: RunRow) => Readonly<Record<string, unknown>>,
): readonly string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(pick(run))))];
}

function compareMetrics(base: readonly RunRow[], head: readonly RunRow[]): ComparedValue[] {
  const names = namesOf([...head, ...base], (run) => run.metrics);
  return names.map((name) => {
    const [before, after] = [findMetric(base, name), findMetric(head, name)];
    const [from, to] = [toFinite(before), toFinite(after)];
    const delta = from === undefined || to === undefined ? null : to - from;
    const sign = guessDirection(name) === 'higher' ? 1 : -1;
    return {
      name,
      base: before === undefined ? null : String(before),
      head: after === undefined ? null : String(after),
      delta,
      better: delta === null || delta === 0 ? null : delta * sign > 0,
    };
  });
}

function compareParams(base: readonly RunRow[], head: readonly RunRow[]): ComparedValue[] {
  const find = (runs: readonly RunRow[], name: string): string | null =>
    runs.findLast((run) => Object.hasOwn(run.params, name))?.params[name] ?? null;
  return namesOf([...head, ...base], (run) => run.params).map((name) => ({
    name,
    base: find(base, name),
    head: find(head, name),
    delta: null,
    better: null,
  }));
}
