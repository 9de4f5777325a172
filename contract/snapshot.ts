import * as z from 'zod';

import { metricValueSchema } from './bundle.js';
import { staleSchema } from './provenance.js';
import { recordOf } from './record.js';

export const triggerSchema = z.enum([
  'burst',
  'run-all',
  'save',
  'manual',
  'before-restore',
  'import',
  'rerun',
]);
export type Trigger = z.infer<typeof triggerSchema>;

/** A ULID in lower case; commands and routes also take a unique prefix of one. */
export const idSchema = z.string().regex(/^[0-9a-z]{26}$/);

export const authorSchema = z.object({ name: z.string(), email: z.string() });
export type Author = z.infer<typeof authorSchema>;

export const kernelSchema = z.object({
  /** The kernel spec's name, e.g. "python3". */
  name: z.string(),
  displayName: z.string().optional(),
  language: z.string().optional(),
  /** Of the language, e.g. "3.11.7". */
  version: z.string().optional(),
  /** Jupyter's id of the one that ran. */
  id: z.string().optional(),
});
export type Kernel = z.infer<typeof kernelSchema>;

/** One execution of a cell within a burst; times in milliseconds since 1970, as far as the kernel told them. */
export const executionSchema = z.object({
  cell: z.string(),
  /** The cell's position in the notebook when the burst ended, from 0; -1 when it was deleted since. */
  index: z.number().int(),
  /** The kernel's counter; null when the cell was skipped or is not code. */
  count: z.number().int().nullable(),
  started: z.number().optional(),
  finished: z.number().optional(),
  status: z.enum(['ok', 'error', 'aborted', 'skipped']),
});
export type Execution = z.infer<typeof executionSchema>;

/** A file that a run made. `certainty` is "unsure" where another busy kernel could have written it. */
export const artifactSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  size: z.number().int(),
  run: z.string(),
  /** "logged" when code named it, "found" when it matched the artifact globs. */
  source: z.enum(['logged', 'found']),
  certainty: z.enum(['sure', 'unsure']),
  /** `cellar purge --files` has deleted it, since it held a secret; absent where its bytes are not gone for that. */
  purged: z.literal(true).optional(),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** How a run stands; the last three are its end. */
export const runStatusSchema = z.enum(['running', 'scheduled', 'finished', 'failed', 'killed']);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** A run as a snapshot shows it: metrics hold the last value of each. */
export const runSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: runStatusSchema,
  metrics: recordOf(metricValueSchema),
  params: recordOf(z.string()),
});
export type Run = z.infer<typeof runSchema>;

/** How many cells' sources differ from the snapshot before. */
export const changedCellsSchema = z.object({
  modified: z.number().int(),
  added: z.number().int(),
  deleted: z.number().int(),
});
export type ChangedCells = z.infer<typeof changedCellsSchema>;

/** One kept state of one notebook. */
export const snapshotSchema = z.object({
  id: idSchema,
  /** Rises with every snapshot of the workspace; the order of acknowledgement. */
  number: z.number().int(),
  notebook: idSchema,
  /** Where the notebook stood then, relative to the workspace, with "/". */
  path: z.string(),
  /** UTC, RFC 3339 with milliseconds. */
  time: z.string(),
  message: z.string().nullable(),
  trigger: triggerSchema,
  /** Every code cell once, top to bottom, on a fresh kernel; null when nothing ran. */
  clean: z.boolean().nullable(),
  /** The snapshot it was edited or restored from; null for the first. */
  parent: idSchema.nullable(),
  /** Set on a snapshot that a restore made: the one that was restored. */
  restored: idSchema.nullable(),
  author: authorSchema,
  /** "auto" for those that thin out with age, "main" for those kept for ever. */
  line: z.enum(['main', 'auto']),
  /** A person keeps it for ever. */
  pinned: z.boolean(),
  kernel: kernelSchema.nullable(),
  /** The id of what it ran on, where its kernel said so. */
  environment: z.string().nullable().default(null),
  /** Cells in the notebook. */
  cells: z.number().int(),
  /** Against the one before; of those kept for ever, against the last of these. Null for the first, and where that one cannot be read. */
  changed: changedCellsSchema.nullable(),
  executions: z.array(executionSchema),
  /** Cells whose outputs may not be what their code gives, as far as the browser knew; empty also where nothing ran. */
  stale: z.array(staleSchema),
  runs: z.array(runSchema),
  artifacts: z.array(artifactSchema),
  /** Of the notebook's file, in bytes. */
  size: z.number().int(),
  /** How many secrets were taken out before it was kept; marks stand in their place. */
  redactions: z.number().int(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
