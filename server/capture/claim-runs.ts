import { isDeepStrictEqual } from 'node:util';

import type { Trace } from '../../contract/provenance.js';
import type { History } from '../history/history.js';
import type { Notebook } from '../notebook/notebook.js';
import { hashText } from '../notebook/values.js';
import type { RunRow, SnapshotRow } from '../store/catalog/rows.js';
import { isEnd } from '../tracking/run-change.js';
import { claim, findMaker, rememberKernel } from './late-claims.js';
import { isOfNotebook, matchRun, type Match, type Ran } from './match-runs.js';

/** A run that cells of a notebook have made, with the traces that say so. */
export interface Claimable {
  readonly run: RunRow;
  readonly traces: readonly Trace[];
}

/** A burst, or a notebook's file, as runs are matched with it. */
export function toRan(burst: Omit<Ran, 'codes'>, { cells }: Notebook): Ran {
  const codes = new Map<string, string>();
  for (const { id, type, source } of cells)
    if (type === 'code' && id !== undefined) codes.set(id, hashText(source));
  // A file older than cells' ids names none: an execution says where its cell stands.
  for (const { cell, index } of burst.executions) {
    const source = cells[index]?.source;
    if (!codes.has(cell) && source !== undefined) codes.set(cell, hashText(source));
  }
  return { ...burst, codes };
}

/** A notebook's file as it lies there: whatever has an execution count ran at some time, in some kernel. */
export function toRanFile(notebook: Notebook): Ran {
  const executions = notebook.cells.flatMap(({ id, executionCount: count }, index) =>
    count === null ? [] : [{ cell: id ?? `#${index}`, index, count, status: 'ok' as const }],
  );
  // What a version has claimed and has ended stays with it.
  return toRan(
    { kernel: undefined, alone: false, executions, started: Infinity, ahead: 0 },
    notebook,
  );
}

/**
 * The runs that the cells of a burst have made: those that no version has claimed, and those of its notebook that were logged to within
 * the burst, so that one which goes on is claimed again by the version of the next burst that logs to it.
 */
export async function findClaimable(
  { store: { catalog } }: History,
  ran: Ran,
  path: string,
): Promise<readonly Claimable[]> {
  if (ran.executions.length === 0) return [];
  const notebook = (await catalog.findNotebookAt(path))?.id;
  return (await catalog.runs()).flatMap((run) => {
    // By its code alone a run that a version has is taken from it by no other.
    const mayMove = ran.kernel !== undefined && run.end >= ran.started;
    const isOpen = run.snapshot === null || mayMove;
    const match = run.traces.length > 0 && isOpen ? matchRun(run, ran) : undefined;
    if (match === undefined || !isOwn(run, { ran, match, notebook })) return [];
    return [{ run, traces: match.traces }];
  });
}

/** Whether a run may be this notebook's: one that another notebook's cells have started is theirs, whoever logs to it afterwards. */
function isOwn(
  run: RunRow,
  of: { readonly ran: Ran; readonly match: Match; readonly notebook: string | undefined },
): boolean {
  const { ran, match, notebook } = of;
  if (match.started || (run.notebook !== null && run.notebook === notebook)) return true;
  const kernel = run.traces[0]?.kernel ?? '';
  return run.notebook === null && ['', ran.kernel ?? kernel].includes(kernel);
}

/** Claims what a burst has made for its version, and for earlier versions what was left over from theirs; durable when it resolves. */
export async function claimRuns(
  history: History,
  snapshot: SnapshotRow,
  { ran, found }: { readonly ran: Ran; readonly found: readonly Claimable[] },
): Promise<void> {
  const { catalog } = history.store;
  for (const { run, traces } of found) {
    const isDone = run.snapshot === snapshot.id && isDeepStrictEqual(run.traces, traces);
    if (!isDone) await claim(history, snapshot, run.id, traces);
  }
  if (ran.kernel === undefined) return;
  rememberKernel(history, ran.kernel, snapshot.notebook);
  const claimed = new Set(found.map(({ run }) => run.id));
  for (const run of await catalog.runs()) {
    if (run.snapshot !== null || claimed.has(run.id) || !isEnd(run.status)) continue;
    if (!isOfNotebook(run, ran)) continue;
    const maker = await findMaker(history, run, snapshot.notebook);
    if (maker !== undefined) await claim(history, maker, run.id, run.traces);
  }
}
