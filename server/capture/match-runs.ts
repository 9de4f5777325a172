import type { Trace } from '../../contract/provenance.js';
import type { Execution } from '../../contract/snapshot.js';
import type { RunRow } from '../store/catalog/rows.js';
import { addTrace } from '../tracking/traces.js';

/** A notebook's cells and which of them ran, as far as runs can be matched with them. */
export interface Ran {
  /** Jupyter's id of the kernel; undefined where the notebook ran elsewhere, or nobody knows. */
  readonly kernel: string | undefined;
  /** No other kernel was at work meanwhile. */
  readonly alone: boolean;
  readonly executions: readonly Execution[];
  /** When the burst began by this server's clock, in milliseconds since 1970: what ended before it is not its own. */
  readonly started: number;
  /** How far this server's clock is ahead of the one that told the executions' times, in milliseconds. */
  readonly ahead: number;
  /** Each code cell's id with the SHA-256 of its source, in hexadecimal. */
  readonly codes: ReadonlyMap<string, string>;
}

/** How a run fits what ran. */
export interface Match {
  /** The run's traces with the cells of this notebook that they are of. */
  readonly traces: readonly Trace[];
  /** Whether a cell of this notebook has started it, and not only logged to it. */
  readonly started: boolean;
}

/**
 * How a run fits the cells that ran; undefined when none of them has made it. A trace that names a cell is believed. Else the code tells:
 * the cell that ran with it, or that has it now. Else the time: the only cell that ran when the run was started. What was found that way
 * is not sure, nor is what names a cell that has run since, and not as often as it says.
 */
export function matchRun(run: RunRow, ran: Ran): Match | undefined {
  const told = run.traces.map((trace) => matchTrace(trace, run, ran));
  const executed = new Set(ran.executions.map(({ cell }) => cell));
  const found = told.filter((match) => match !== undefined && executed.has(match.cell));
  if (found.length === 0) return undefined;
  const isSeen = found.some((match) => match !== undefined && isOfBurst(match, run, ran));
  const traces = told.map((match, at) => {
    if (match === undefined) return run.traces[at];
    return isSeen || match.certainty === 'unsure' || !executed.has(match.cell)
      ? match
      : guess(match, match.cell, 'execution');
  });
  const [first] = run.traces;
  return { traces: traces.reduce(foldTrace, []), started: told[0]?.cell === first?.cell };
}

/**
 * Whether one of the executions is the trace's: a kernel that was restarted counts anew, so a run that nothing was logged to since the
 * burst began is of none of them, whatever its count says. By a file nobody can tell.
 */
function isOfBurst({ cell, count }: Trace, run: RunRow, ran: Ran): boolean {
  if (ran.kernel === undefined) return true;
  return run.end >= ran.started && ran.executions.some(isExecution({ cell, count }));
}

/** Where either does not know its count the cell alone tells. */
export function isExecution({
  cell,
  count,
}: Pick<Trace, 'cell' | 'count'>): (ran: Pick<Execution, 'cell' | 'count'>) => boolean {
  return (ran) =>
    ran.cell === cell && (count === null || ran.count === null || ran.count === count);
}

/** Whether a kernel has started a run, and cells of this notebook, whether or not in this burst, have made it there. */
export function isOfNotebook(run: RunRow, ran: Pick<Ran, 'kernel' | 'codes'>): boolean {
  const kernel = run.traces[0]?.kernel ?? '';
  return (
    kernel !== '' &&
    kernel === ran.kernel &&
    run.traces.some((trace) => trace.kernel === kernel && ran.codes.has(trace.cell))
  );
}

function foldTrace(before: readonly Trace[], trace: Trace | undefined): readonly Trace[] {
  return trace === undefined ? before : addTrace(before, trace);
}

function matchTrace(trace: Trace, run: RunRow, ran: Ran): Trace | undefined {
  // What names its kernel is of no other one.
  if (trace.kernel !== '' && ran.kernel !== undefined && trace.kernel !== ran.kernel)
    return undefined;
  if (ran.codes.has(trace.cell)) return believe(trace, ran);
  // Code alone is no proof: the same may have run elsewhere, before.
  const isOurs = trace.kernel !== '' || ran.kernel === undefined || run.start >= ran.started;
  const byCode = isOurs ? findByCode(trace.code, ran) : undefined;
  if (byCode !== undefined) return guess(trace, byCode, 'code');
  // A cell that was deleted since, or another notebook's on the same kernel.
  if (trace.cell !== '' || trace.code !== '') return undefined;
  if (trace.kernel === '' && !ran.alone) return undefined;
  const byTime = findByTime(run.start, ran);
  return byTime === undefined ? undefined : guess(trace, byTime, 'window');
}

/** A copy of a notebook has the same ids: only the kernel knows which of them ran. What was doubted without it is judged anew by it. */
function believe(trace: Trace, { kernel }: Ran): Trace {
  const { certainty, because } = trace;
  if (kernel === undefined)
    return certainty === 'sure' && trace.kernel !== '' ? guess(trace, trace.cell, 'file') : trace;
  return because === 'file' || because === 'execution'
    ? { ...trace, certainty: 'sure', because: null }
    : trace;
}

type Guessed = 'code' | 'window' | 'file' | 'execution';

function guess(trace: Trace, cell: string, because: Guessed): Trace {
  return { ...trace, cell, certainty: 'unsure', because };
}

/** The cell with this code: of several the one that ran last, else the first. */
function findByCode(code: string, { executions, codes }: Ran): string | undefined {
  if (code === '') return undefined;
  const ran = executions.findLast(({ cell }) => codes.get(cell) === code);
  return ran?.cell ?? [...codes].find(([, each]) => each === code)?.[0];
}

/** The only cell that ran at a time, in milliseconds since 1970. */
function findByTime(time: number, { executions, ahead }: Ran): string | undefined {
  const running = executions.filter(
    ({ started, finished }) =>
      started !== undefined && started + ahead <= time && time <= (finished ?? Infinity) + ahead,
  );
  return running.length === 1 ? running[0]?.cell : undefined;
}
