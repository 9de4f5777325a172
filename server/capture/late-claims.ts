import type { Trace } from '../../contract/provenance.js';
import type { History } from '../history/history.js';
import { promote } from '../history/promote.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import { recordRun } from '../tracking/record-runs.js';
import { isEnd } from '../tracking/run-change.js';
import { addTrace } from '../tracking/traces.js';
import { isExecution } from './match-runs.js';

/** How many versions back a run that outlived its burst is looked for. */
const MOST_VERSIONS = 200;

/** Which notebooks a kernel has run, the last one first: by what bursts said, since this process has the store. */
const notebooksOf = new WeakMap<History, Map<string, readonly string[]>>();

/** A burst of a notebook ran on a kernel. */
export function rememberKernel(history: History, kernel: string, notebook: string): void {
  const known = notebooksOf.get(history) ?? new Map<string, readonly string[]>();
  notebooksOf.set(history, known);
  const others = (known.get(kernel) ?? []).filter((each) => each !== notebook);
  known.set(kernel, [notebook, ...others]);
}

/**
 * Keeps which cell's execution has made a run or logged to it; durable when it resolves. A run that has ended by now and that no
 * version has claimed is claimed by the one that holds its cells' execution; where none does yet, by the one that is about to come.
 */
export async function noteTrace(
  history: History,
  run: string,
  { trace: told, starts }: { readonly trace: Trace; readonly starts: boolean },
): Promise<void> {
  const { catalog } = history.store;
  const row = await catalog.findRun(run);
  if (row === undefined) return;
  const trace = starts || isStarted(row) ? told : toJoined(told);
  const isNew = addTrace(row.traces, trace) !== row.traces;
  if (isNew) await recordRun(history, { run, traces: [trace] });
  if (row.snapshot !== null || !isEnd(row.status)) return;
  const now = isNew ? await catalog.findRun(run) : row;
  if (now !== undefined) await claimLate(history, now);
}

/** Whether a call that said whose it was has started a run; else it was there before them all, as one of a script is. */
function isStarted({ traces: [first] }: RunRow): boolean {
  return first !== undefined && first.because !== 'joined';
}

function toJoined(trace: Trace): Trace {
  return { ...trace, certainty: 'unsure', because: 'joined' };
}

async function claimLate(history: History, run: RunRow): Promise<void> {
  for (const notebook of notebooksOf.get(history)?.get(makerOf(run)) ?? []) {
    const snapshot = await findMaker(history, run, notebook);
    if (snapshot === undefined) continue;
    await claim(history, snapshot, run.id, run.traces);
    return;
  }
}

/** The version of a notebook that holds the last of a run's executions; undefined where none does. */
export async function findMaker(
  { store: { catalog } }: History,
  run: RunRow,
  notebook: string,
): Promise<SnapshotRow | undefined> {
  const versions = (await catalog.history(notebook)).slice(-MOST_VERSIONS);
  const traces = run.traces.filter(({ kernel }) => kernel === makerOf(run));
  return versions.findLast(({ executions, number }) => {
    const ran = unpackExecutions(executions);
    // A restarted kernel counts anew: what was kept before the run was there has not made it. A thread does not know when it was asked.
    return traces.some(
      (trace) =>
        (trace.certainty === 'unsure' || number > run.number) && ran.some(isExecution(trace)),
    );
  });
}

/** The kernel that has started a run; those of others have only logged to it. */
function makerOf({ traces: [first] }: RunRow): string {
  return first?.kernel ?? '';
}

/** Says that a version's cells have made a run; durable when it resolves. The version is kept for ever then. */
export async function claim(
  history: History,
  snapshot: Pick<SnapshotRow, 'id' | 'notebook' | 'line'>,
  run: string,
  traces: readonly Trace[],
): Promise<void> {
  const { id, notebook, line } = snapshot;
  // First: what no run names may be kept for ever, and what a run names may not be thinned out.
  if (line === 'auto') await history.store.exclusively(() => promote(history, id));
  await recordRun(history, { run, claim: { snapshot: id, notebook, traces: [...traces] } });
}
