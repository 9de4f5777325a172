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

/**
 * A run's traces with the cells of this notebook that they are of; undefined when none of the cells that ran has made it.
 * A trace that names a cell is believed. Else the code tells: the cell that ran with it, or that has it now. Else the time: the only
 * cell that ran when the run was started. What was found that way is not sure.
 */
export function matchRun(run: RunRow, ran: Ran): readonly Trace[] | undefined {
  const told = run.traces.map((trace) => matchTrace(trace, run, ran));
  const executed = new Set(ran.executions.map(({ cell }) => cell));
  if (!told.some((match) => match !== undefined && executed.has(match.cell))) return undefined;
  return told.map((match, at) => match ?? run.traces[at]).reduce(foldTrace, []);
}

/** Cells that ran in a kernel, whether or not in this burst, and that have made a run. */
export function isOfNotebook(run: RunRow, ran: Pick<Ran, 'kernel' | 'codes'>): boolean {
  return run.traces.some(
    ({ kernel, cell }) => kernel !== '' && kernel === ran.kernel && ran.codes.has(cell),
  );
}

function foldTrace(before: readonly Trace[], trace: Trace | undefined): readonly Trace[] {
  return trace === undefined ? before : addTrace(before, trace);
}

function matchTrace(trace: Trace, run: RunRow, ran: Ran): Trace | undefined {
  // What names its kernel is of no other one.
  if (trace.kernel !== '' && ran.kernel !== undefined && trace.kernel !== ran.kernel)
    return undefined;
  if (ran.codes.has(trace.cell)) return trace;
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

function guess(trace: Trace, cell: string, because: 'code' | 'window'): Trace {
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
