import * as z from 'zod';

import { idSchema, snapshotSchema } from './snapshot.js';
import { MAX_PAGE_ROWS } from './limits.js';

export const directionSchema = z.enum(['higher', 'lower']);
export type Direction = z.infer<typeof directionSchema>;

/** A notebook with a history; `deleted` when its file is not in the workspace. */
export const notebookSchema = z.object({
  id: idSchema,
  path: z.string(),
  deleted: z.boolean(),
  /** Every version came by an import: where the file is not in the workspace, nobody has deleted it here. */
  imported: z.boolean(),
  /** Paths it had before, oldest first. */
  formerPaths: z.array(z.string()),
  /** What it is a copy of. */
  origin: z.object({ notebook: idSchema, path: z.string(), snapshot: idSchema }).nullable(),
  snapshots: z.number().int(),
  /** Of its newest snapshot. */
  time: z.string(),
  newest: idSchema,
});
export type Notebook = z.infer<typeof notebookSchema>;

/** Null while nothing of the notebook at a path was kept. */
export const foundNotebookSchema = z.object({ notebook: notebookSchema.nullable() });

export const notebookListSchema = z.object({ notebooks: z.array(notebookSchema) });

/** One row of a history: a snapshot, and the chosen metric now and in the snapshot before that has it. */
export const historyRowSchema = snapshotSchema.extend({
  metric: z.object({ value: z.number(), previous: z.number().nullable() }).nullable(),
});
export type HistoryRow = z.infer<typeof historyRowSchema>;

/** The metric that a history is read by. */
export const historyMetricSchema = z.object({
  name: z.string(),
  direction: directionSchema,
  /** The snapshot with the best value, the earliest of equals; null when no value is finite. */
  best: idSchema.nullable(),
  bestValue: z.number().nullable(),
  /** Its course over the snapshots that have it, oldest first, at most 120 values (extremes of each bucket are kept). */
  course: z.array(z.number()),
});

/** A stretch of a history, newest first. `total` counts what matches; `through` pins the newest number so that offsets stay put. */
export const historyPageSchema = z.object({
  notebook: notebookSchema,
  rows: z.array(historyRowSchema),
  offset: z.number().int(),
  total: z.number().int(),
  through: z.number().int(),
  metric: historyMetricSchema.nullable(),
  /** Every metric that occurs, those of the newest snapshots first. */
  metrics: z.array(z.string()),
});
export type HistoryPage = z.infer<typeof historyPageSchema>;

export const historyQuerySchema = z.object({
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_ROWS).default(100),
  through: z.coerce.number().int().optional(),
  metric: z.string().optional(),
  direction: directionSchema.optional(),
  /** Words that the message, path, trigger, a metric, a param or an artifact's name must contain. */
  text: z.string().max(200).optional(),
  /** "main" leaves the automatic ones out. */
  line: z.enum(['main', 'all']).default('all'),
});
export type HistoryQuery = z.input<typeof historyQuerySchema>;
