import * as z from 'zod';

import { metricValueSchema, type MetricValue } from '../../contract/bundle.js';
import { traceSchema } from '../../contract/provenance.js';
import { idSchema, runStatusSchema, type RunStatus } from '../../contract/snapshot.js';
import type { RunRow } from '../store/catalog/rows.js';
import { foldPoints, type MetricPoint } from './points.js';
import { addTrace, cellsOf } from './traces.js';
import { inputRecordSchema, outputRecordSchema, startRecord, toRunRow } from './record.js';

const pairSchema = z.tuple([z.string(), z.string()]);

/** Name, value, step, time. */
export type ChangedPoint = [name: string, value: MetricValue, step: number, time: number];

/** By hand, since a change may hold a thousand and is looked at more than once. */
function isPoint(point: unknown): point is ChangedPoint {
  if (!Array.isArray(point) || point.length !== 4) return false;
  const [name, value, step, time] = point as unknown[];
  return (
    typeof name === 'string' &&
    (Number.isFinite(value) || metricValueSchema.safeParse(value).success) &&
    Number.isSafeInteger(step) &&
    Number.isFinite(time)
  );
}

/** What changes in a run, as a journal record has it; what is left out stays as it is. Lists of names and values, for there are many. */
export const runChangeSchema = z.object({
  run: z.string().regex(/^[0-9a-f]{32}$/),
  /** It begins with this change. */
  started: z
    .object({ experiment: z.string(), name: z.string(), user: z.string(), time: z.number() })
    .optional(),
  name: z.string().optional(),
  status: runStatusSchema.optional(),
  /** When it ended, in milliseconds since 1970. */
  end: z.number().optional(),
  /** How it ended: as records had it before they told more. */
  ended: z.enum(['finished', 'failed']).optional(),
  deleted: z.boolean().optional(),
  params: z.array(pairSchema).optional(),
  tags: z.array(pairSchema).optional(),
  untagged: z.array(z.string()).optional(),
  /** Files of these names, as they are from now on: name, SHA-256, size in bytes. */
  files: z.array(z.tuple([z.string(), z.string(), z.number().int()])).optional(),
  unfiled: z.array(z.string()).optional(),
  inputs: z.array(inputRecordSchema).optional(),
  outputs: z.array(outputRecordSchema).optional(),
  /** Executions that have made it or logged to it. */
  traces: z.array(traceSchema).optional(),
  /** A version says that its cells have made it: which, and by what traces as that version's cells explain them. */
  claim: z
    .object({ snapshot: idSchema, notebook: idSchema, traces: z.array(traceSchema) })
    .optional(),
  points: z
    .custom<ChangedPoint[]>(
      (points) => Array.isArray(points) && points.every(isPoint),
      'a list of [name, value, step, time] is wanted',
    )
    .optional(),
});
export type RunChange = z.infer<typeof runChangeSchema>;

/** The number and time of the record that a change came with. */
export interface Moment {
  readonly number: number;
  /** In milliseconds since 1970. */
  readonly time: number;
}

/** Whether nothing can come after it: the points of such a run are put into one file. */
export function isEnd(status: RunStatus): boolean {
  return status === 'finished' || status === 'failed' || status === 'killed';
}

/** A run as it is after a change; one that was not known begins with it. */
export function changeRun(before: RunRow | undefined, change: RunChange, moment: Moment): RunRow {
  const { started, status, ended, points = [], params = [], tags = [], untagged = [] } = change;
  const row = before ?? toRunRow(startRecord(change.run, moment));
  const begun =
    started === undefined
      ? row
      : {
          ...row,
          ...{ experiment: started.experiment, name: started.name, user: started.user },
          start: started.time,
        };
  const traces = (change.traces ?? []).reduce(addTrace, change.claim?.traces ?? begun.traces);
  return {
    ...begun,
    snapshot: change.claim?.snapshot ?? begun.snapshot,
    notebook: change.claim?.notebook ?? begun.notebook,
    traces,
    cells: traces === begun.traces ? begun.cells : union(begun.cells, cellsOf(traces)),
    name: change.name ?? begun.name,
    status: status ?? ended ?? begun.status,
    deleted: change.deleted ?? begun.deleted,
    end: toEnd(begun, change, moment),
    metrics: Object.fromEntries(foldPoints(Object.entries(begun.metrics), toPoints({ points }))),
    params: withPairs(begun.params, params),
    tags: withPairs(without(begun.tags, untagged), tags),
    artifacts: withFiles(begun.artifacts, change),
    inputs: [...begun.inputs, ...(change.inputs ?? []).filter(isNewTo(begun.inputs))],
    outputs: [...begun.outputs, ...(change.outputs ?? [])],
  };
}

function union(before: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...before, ...more])];
}

/** A run that has ended keeps its end, whatever is logged to it. */
function toEnd(before: RunRow, { end, status, ended }: RunChange, { time }: Moment): number {
  if (end !== undefined) return end;
  const isOver = isEnd(before.status) && status === undefined && ended === undefined;
  return isOver ? before.end : Math.max(before.end, time);
}

/** The points of a change, in the order in which they were logged. */
export function* toPoints({
  points = [],
}: Pick<RunChange, 'points'>): Generator<MetricPoint, void> {
  for (const [name, value, step, time] of points) yield { name, value, step, time };
}

/** The files of a run after a change, each name once. */
function withFiles(
  before: RunRow['artifacts'],
  { files = [], unfiled = [] }: RunChange,
): RunRow['artifacts'] {
  if (files.length + unfiled.length === 0) return before;
  const byName = new Map(before.map((file) => [file.name, file]));
  for (const name of unfiled) byName.delete(name);
  for (const [name, sha256, size] of files)
    byName.set(name, { name, sha256, size, source: 'logged', certainty: 'sure' });
  return [...byName.values()];
}

/** What a run has read already is no other thing when it is read again. */
function isNewTo(before: RunRow['inputs']): (input: RunRow['inputs'][number]) => boolean {
  const known = new Set(before.map(({ kind, id }) => `${kind} ${id}`));
  return ({ kind, id }) => !known.has(`${kind} ${id}`);
}

type Texts = Readonly<Record<string, string>>;

/** By way of entries, so that no name is taken for something of JavaScript's. */
function withPairs(before: Texts, pairs: readonly (readonly [string, string])[]): Texts {
  return pairs.length === 0 ? before : Object.fromEntries([...Object.entries(before), ...pairs]);
}

function without(before: Texts, names: readonly string[]): Texts {
  if (names.length === 0) return before;
  return Object.fromEntries(Object.entries(before).filter(([name]) => !names.includes(name)));
}
