import * as z from 'zod';

import { metricValueSchema } from '../../contract/bundle.js';
import { traceSchema } from '../../contract/provenance.js';
import { idSchema, runStatusSchema } from '../../contract/snapshot.js';
import type { Pointers } from '../history/pointers.js';
import type { RunRow } from '../store/catalog/rows.js';

const artifactRecordSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  size: z.number().int(),
  source: z.enum(['logged', 'found']),
  certainty: z.enum(['sure', 'unsure']),
});
export type ArtifactRecord = z.infer<typeof artifactRecordSchema>;

export const inputRecordSchema = z.object({
  kind: z.enum(['dataset', 'model']),
  id: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
});

export const outputRecordSchema = z.object({ model: z.string(), step: z.number().int() });

/** `.cellar/runs/<xx>/<run id>/run.json`: a run with its last metrics; the whole course of each is beside it. */
export const runRecordSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  name: z.string(),
  status: runStatusSchema,
  /** The id of the experiment that groups it; "0" is the default one. */
  experiment: z.string().default('0'),
  /** Who has started it; empty where nobody said so. */
  user: z.string().default(''),
  deleted: z.boolean().default(false),
  /** The snapshot that claimed it first, and its notebook; null until one has. */
  snapshot: idSchema.nullable(),
  notebook: idSchema.nullable(),
  /** Of the snapshot or the journal record that it came with. */
  number: z.number().int(),
  cells: z.array(z.string()),
  /** The executions that made it or logged to it. */
  traces: z.array(traceSchema).default([]),
  start: z.number(),
  end: z.number(),
  /** As lists, so that no name of a metric or param can be mistaken for something of JavaScript's. */
  metrics: z.array(
    z.object({ name: z.string(), value: metricValueSchema, step: z.number(), time: z.number() }),
  ),
  params: z.array(z.object({ name: z.string(), value: z.string() })),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  inputs: z.array(inputRecordSchema).default([]),
  outputs: z.array(outputRecordSchema).default([]),
  artifacts: z.array(artifactRecordSchema),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

export function runFolder(run: string): string {
  return `.cellar/runs/${run.slice(0, 2)}/${run}`;
}

/** A run's files, with the folder of their pointers. */
export function pointersOf({ id, artifacts }: Pick<RunRecord, 'id' | 'artifacts'>): Pointers {
  return { folder: `${runFolder(id)}/artifacts`, files: artifacts };
}

export function runRecordPath(run: string): string {
  return `${runFolder(run)}/run.json`;
}

/** A run of which nothing is known yet but that something was logged to it. */
export function startRecord(
  run: string,
  { number, time }: { readonly number: number; readonly time: number },
): RunRecord {
  return {
    format: 1,
    id: run,
    name: '',
    status: 'running',
    experiment: '0',
    user: '',
    deleted: false,
    snapshot: null,
    notebook: null,
    number,
    cells: [],
    traces: [],
    start: time,
    end: time,
    metrics: [],
    params: [],
    tags: [],
    inputs: [],
    outputs: [],
    artifacts: [],
  };
}

/** A run's row as its record says. */
export function toRunRow(record: RunRecord): RunRow {
  const { format: _, metrics, params, tags, ...facts } = record;
  return {
    ...facts,
    metrics: Object.fromEntries(metrics.map(({ name, ...metric }) => [name, metric])),
    params: Object.fromEntries(params.map(({ name, value }) => [name, value])),
    tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
  };
}

/** The inverse of toRunRow, in the order of fields in which a record is kept. */
export function toRecord(run: RunRow): RunRecord {
  return {
    format: 1,
    id: run.id,
    name: run.name,
    status: run.status,
    experiment: run.experiment,
    user: run.user,
    deleted: run.deleted,
    snapshot: run.snapshot,
    notebook: run.notebook,
    number: run.number,
    cells: [...run.cells],
    traces: [...run.traces],
    start: run.start,
    end: run.end,
    metrics: Object.entries(run.metrics).map(([name, metric]) => ({ name, ...metric })),
    params: Object.entries(run.params).map(([name, value]) => ({ name, value })),
    tags: Object.entries(run.tags).map(([name, value]) => ({ name, value })),
    inputs: run.inputs.map(({ kind, id, tags }) => ({ kind, id, tags: [...tags] })),
    outputs: [...run.outputs],
    artifacts: [...run.artifacts],
  };
}
